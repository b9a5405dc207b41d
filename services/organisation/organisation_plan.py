"""From the organisation there is to the one a file asks for: what changes, decided and in words.

What the file leaves out is ended, never deleted. A plan made from its own result is empty.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from chassis.decision import Decision
from contracts.organisation import ManagerTerm, Membership, Role
from services.organisation.dated import first_day, holds, last_day, overlap
from services.organisation.managers import Managers, appoint
from services.organisation.member import Member, enrol, member_id, same_role
from services.organisation.organisation_file import FileProblems, ManagerLine, MemberLine, UnitLine, Wanted
from services.organisation.organisation_words import of_managers, of_member, of_unit
from services.organisation.unit import Unit, outlives, reshape, unit_id

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Organisation:
    """All that the service owns, by id (managers by unit)."""

    units: Mapping[UUID, Unit]
    members: Mapping[UUID, Member]
    managers: Mapping[UUID, Managers]


@dataclass(frozen=True)
class Plan:
    """What is to be saved, in this order, and the same in words for the operator."""

    units: tuple[Decision[Unit], ...]
    members: tuple[Decision[Member], ...]
    managers: tuple[Decision[Managers], ...]
    words: tuple[str, ...]


def plan(current: Organisation, wanted: Wanted, today: date) -> Plan:
    """The changes that make the organisation look like the file. FileProblems when it can't become so today."""
    units = reshape(current.units, _units(current.units, wanted.units, today), today)
    tree = {**current.units, **{decision.state.id: decision.state for decision in units}}
    problems: list[str] = []
    people = _members(current.members, wanted.members, today, problems)
    logins = {member.login: member for member in people}
    problems += _tied_to_ended(current, people, tree, today)
    offices = [_managers(current, unit, wanted.managers, logins, today) for unit in tree.values()]
    problems += _managing_ended(current, offices, tree, today)
    if problems:
        raise FileProblems(problems)
    everybody = {**current.members, **{member.id: member for member in people}}
    members = [enrol(current.members.get(member.id), member, tree, today) for member in people]
    managers = [
        appoint(current.managers.get(one.unit_id, Managers(one.unit_id)), one, tree[one.unit_id], everybody, today)
        for one in offices
    ]
    changed_members = tuple(decision for decision in members if decision.events)
    changed_managers = tuple(decision for decision in managers if decision.events)
    words = (
        *(of_unit(current.units.get(d.state.id), d.state, tree, today) for d in units),
        *(of_member(current.members.get(d.state.id), d.state, tree, today) for d in changed_members),
        *(of_managers(current.managers.get(d.state.unit_id), d.state, tree, everybody) for d in changed_managers),
    )
    return Plan(tuple(units), changed_members, changed_managers, words)


def _units(current: Mapping[UUID, Unit], lines: Iterable[UnitLine], today: date) -> list[Unit]:
    wanted = [_unit(line) for line in lines]
    there = {unit.id for unit in wanted}
    left_out = [unit for unit in current.values() if unit.id not in there and not unit.ended(today)]
    return wanted + [replace(unit, ended_on=today) for unit in left_out]


def _unit(line: UnitLine) -> Unit:
    return Unit(
        id=unit_id(line.code),
        name=line.name,
        kind=line.kind,
        parent_id=unit_id(line.parent) if line.parent else None,
        business_area=line.business_area,
        internal=line.internal,
        mark=line.mark,
        ended_on=line.ended_on,
        code=line.code,
    )


def _members(
    current: Mapping[UUID, Member], lines: Iterable[MemberLine], today: date, problems: list[str]
) -> list[Member]:
    """Each member of the file, and those left out without the roles they had. Who has the login is the member, else
    who was loaded with it before and has got another since."""
    by_login = {member.login: member for member in current.values()}
    wanted: dict[UUID, Member] = {}
    for line in lines:
        before = by_login.get(line.login) or current.get(member_id(line.login))
        id = before.id if before else member_id(line.login)
        if id in wanted:
            problems.append(f"member {line.login}: the same member as {wanted[id].login}, under an earlier login")
            continue
        roles = _roles(before, line.held, today)
        wanted[id] = Member(id, line.name, line.title, line.login, line.email, roles)
    left_out = [member for member in current.values() if member.id not in wanted]
    return [*wanted.values(), *(replace(member, memberships=_roles(member, (), today)) for member in left_out)]


def _roles(before: Member | None, held: Iterable[tuple[UUID, Role]], today: date) -> tuple[Membership, ...]:
    """What is held goes on until further notice, what isn't ends yesterday, what is over stays.

    What a member is given later begins today; what a new one comes with has no known beginning.
    """
    wanted = list(dict.fromkeys(held))
    kept: list[Membership] = []
    for membership in before.memberships if before else ():
        if last_day(membership) < today:
            kept.append(membership)
        elif holds(membership, today) and (membership.unit_id, membership.role) in wanted:
            kept.append(membership.model_copy(update={"valid_to": None}))
            wanted.remove((membership.unit_id, membership.role))
        elif first_day(membership) < today:
            kept.append(membership.model_copy(update={"valid_to": today - DAY}))
    begins = today if before else None
    return (*kept, *(Membership(unit_id=unit, role=role, valid_from=begins) for unit, role in wanted))


def _managers(
    current: Organisation, unit: Unit, lines: Iterable[ManagerLine], logins: Mapping[str, Member], today: date
) -> Managers:
    wanted = [
        ManagerTerm(
            member_id=logins[line.member].id, deputy=line.deputy, valid_from=line.valid_from, valid_to=line.valid_to
        )
        for line in lines
        if unit_id(line.unit) == unit.id and line.member in logins
    ]
    before = current.managers.get(unit.id, Managers(unit.id))
    known = {(term.member_id, term.deputy, term.valid_from) for term in wanted}
    left_out = [term for term in before.terms if (term.member_id, term.deputy, term.valid_from) not in known]
    ended = [_ended(term, wanted, today) for term in left_out]
    terms = [*wanted, *(term for term in ended if term.valid_from <= last_day(term))]
    if set(terms) == set(before.terms):
        return before
    return Managers(unit.id, tuple(sorted(terms, key=lambda term: (term.valid_from, term.deputy, term.member_id))))


def _ended(term: ManagerTerm, wanted: Iterable[ManagerTerm], today: date) -> ManagerTerm:
    """A term that the file leaves out, until yesterday, or until the day before the one who answers instead.

    It ends before it begins when nothing is left of it.
    """
    ended = term.model_copy(update={"valid_to": min(last_day(term), today - DAY)})
    for other in wanted:
        if not other.deputy and not term.deputy and overlap(ended, other):
            ended = ended.model_copy(update={"valid_to": min(last_day(ended), other.valid_from - DAY)})
    return ended


def _tied_to_ended(
    current: Organisation, people: Iterable[Member], tree: Mapping[UUID, Unit], today: date
) -> list[str]:
    problems = []
    for member in people:
        before = current.members.get(member.id)
        for membership in member.memberships:
            unit = tree[membership.unit_id]
            if outlives(membership, same_role(membership, before.memberships if before else ()), unit, today):
                problems.append(
                    f"member {member.login}: {membership.role}@{unit.label}: the unit ended {unit.ended_on}"
                )
    return problems


def _managing_ended(
    current: Organisation, offices: Iterable[Managers], tree: Mapping[UUID, Unit], today: date
) -> list[str]:
    problems = []
    for managers in offices:
        unit = tree[managers.unit_id]
        before = current.managers.get(unit.id, Managers(unit.id))
        if any(outlives(term, before.terms_like(term), unit, today) for term in managers.terms):
            problems.append(f"manager of {unit.label}: the unit ended {unit.ended_on}")
    return problems
