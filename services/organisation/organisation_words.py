"""What a plan changes, in words for the operator: `+` is new, `~` is changed, `-` has ended."""

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

from contracts.organisation import ManagerTerm, Membership
from services.organisation.dated import last_day
from services.organisation.managers import Managers
from services.organisation.member import Member
from services.organisation.unit import Unit

FIELDS = ("name", "kind", "business_area", "internal", "mark", "code")


def of_unit(before: Unit | None, after: Unit, tree: Mapping[UUID, Unit], today: date) -> str:
    """`+ unit blandaren-ute: Blandaren htj ute, sub_unit below blandaren`."""
    if before is None:
        place = f" below {tree[after.parent_id].label}" if after.parent_id else ""
        until = f", ended {after.ended_on}" if after.ended_on else ""
        return f"+ unit {after.label}: {after.name}, {after.kind}{place}{until}"
    sign = "-" if after.ended(today) and not before.ended(today) else "~"
    return f"{sign} unit {after.label}: {'; '.join(_unit_changes(before, after, tree))}"


def _unit_changes(before: Unit, after: Unit, tree: Mapping[UUID, Unit]) -> Iterator[str]:
    for field in FIELDS:
        was, now = getattr(before, field), getattr(after, field)
        if was != now:
            yield f"{field} {_value(was)} -> {_value(now)}"
    if before.ended_on != after.ended_on:
        yield f"ended {after.ended_on}" if after.ended_on else f"no longer ended {before.ended_on}"
    if before.parent_id != after.parent_id:
        yield f"moved from {_label(before.parent_id, tree)} to {_label(after.parent_id, tree)}"
    elif before.path != after.path:
        yield "moved along with the unit above it"


def _value(value: object) -> str:
    return "none" if value is None else f"'{value}'"


def _label(id: UUID | None, tree: Mapping[UUID, Unit]) -> str:
    return tree[id].label if id else "the top"


def of_member(before: Member | None, after: Member, tree: Mapping[UUID, Unit], today: date) -> str:
    """`~ member eva.nyberg: +coordinator@blandaren, -care_worker@blandaren`."""
    had = before.memberships if before else ()
    gained = [f"+{_role(new, tree)}" for new in after.memberships if new not in had and _still(new, today)]
    lost = [f"-{_role(old, tree)}" for old in had if _still(old, today) and _lost(old, after, today)]
    changed = _details(before, after) if before else [f"{after.name}, {after.title}"]
    said = ", ".join([*changed, *gained, *lost])
    sign = "+" if before is None else "-" if lost and not any(_still(m, today) for m in after.memberships) else "~"
    return f"{sign} member {after.login}: {said}"


def _details(before: Member, after: Member) -> list[str]:
    fields = ("login", "name", "title", "email")
    pairs = [(field, getattr(before, field), getattr(after, field)) for field in fields]
    return [f"{field} {_value(was)} -> {_value(now)}" for field, was, now in pairs if was != now]


def _still(membership: Membership, today: date) -> bool:
    return last_day(membership) >= today


def _lost(old: Membership, after: Member, today: date) -> bool:
    same = (other for other in after.memberships if (other.unit_id, other.role) == (old.unit_id, old.role))
    return not any(_still(other, today) for other in same)


def _role(membership: Membership, tree: Mapping[UUID, Unit]) -> str:
    return f"{membership.role}@{tree[membership.unit_id].label}"


def of_managers(
    before: Managers | None, after: Managers, tree: Mapping[UUID, Unit], members: Mapping[UUID, Member]
) -> str:
    """`~ managers of blandaren: +eva.nyberg from 2026-12-01, omar.haddad from 2025-01-01 to 2026-11-30`."""
    had = {_key(term): term for term in before.terms} if before else {}
    has = {_key(term): term for term in after.terms}
    said = [
        f"{'' if key in had else '+'}{_term(term, members)}" for key, term in has.items() if had.get(key) != term
    ] + [f"-{_term(term, members)}" for key, term in had.items() if key not in has]
    return f"{'~' if had else '+'} managers of {tree[after.unit_id].label}: {', '.join(said)}"


def _key(term: ManagerTerm) -> tuple[UUID, bool, date]:
    return term.member_id, term.deputy, term.valid_from


def _term(term: ManagerTerm, members: Mapping[UUID, Member]) -> str:
    until = f" to {term.valid_to}" if term.valid_to else ""
    return f"{members[term.member_id].login}{' as deputy' if term.deputy else ''} from {term.valid_from}{until}"
