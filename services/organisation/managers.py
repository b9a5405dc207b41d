"""Who answers for a unit (ansvarig chef), day by day: one ordinary manager, and deputies for when there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from uuid import UUID

from chassis.decision import SYSTEM, Decision, Refused, Who
from contracts.organisation import ManagersChanged, ManagerTerm
from services.organisation.dated import EndsBeforeItStarts, holds, last_day, lengthened, overlap
from services.organisation.member import Member
from services.organisation.unit import Unit, UnitEnded, outlives


class TwoManagers(Refused):
    """Enheten kan bara ha en ordinarie ansvarig chef åt gången. Två av perioderna går i varandra."""


class ManagerNotActive(Refused):
    """Den som är ansvarig chef måste vara en medarbetare med en roll som gäller då."""


@dataclass(frozen=True)
class Managers:
    """All the terms of a unit's responsible managers."""

    unit_id: UUID
    terms: tuple[ManagerTerm, ...] = ()

    def terms_like(self, term: ManagerTerm) -> list[ManagerTerm]:
        """Those of the same member, in the same capacity."""
        return [other for other in self.terms if (other.member_id, other.deputy) == (term.member_id, term.deputy)]


def responsible(managers: Managers, members: Mapping[UUID, Member], on: date) -> ManagerTerm | None:
    """Who answers for the unit that day (R-26): the manager, else the deputy who began last, else nobody.

    Somebody without any role that day has left and answers for nothing. `replica.responsible_manager` says the same.
    """
    there = [
        term
        for term in managers.terms
        if holds(term, on) and term.member_id in members and members[term.member_id].active(on)
    ]
    return min(there, key=lambda term: (term.deputy, -term.valid_from.toordinal()), default=None)


def appoint(
    before: Managers, after: Managers, unit: Unit, members: Mapping[UUID, Member], today: date, by: Who = SYSTEM
) -> Decision[Managers]:
    """A unit's managers as they shall be from now on; tells nobody when that is how they were. members: all named."""
    if after == before:
        return Decision(after, (), by)
    for number, term in enumerate(after.terms):
        field = f"terms.{number}"
        if term.valid_from > last_day(term):
            raise EndsBeforeItStarts(f"{field}.valid_to")
        had = before.terms_like(term)
        if outlives(term, had, unit, today):
            raise UnitEnded(f"{field}.valid_to", ended_on=unit.ended_on)
        if not _may_answer(term, had, members.get(term.member_id), today):
            raise ManagerNotActive(f"{field}.member_id")
    ordinary = [term for term in after.terms if not term.deputy]
    if any(overlap(one, other) for one, other in combinations(ordinary, 2)):
        raise TwoManagers("terms")
    return Decision(after, (ManagersChanged(unit_id=after.unit_id, terms=after.terms),), by)


def _may_answer(term: ManagerTerm, had: list[ManagerTerm], member: Member | None, today: date) -> bool:
    """A term that is over is only history; one that was there already may stay or be shortened."""
    if member is None:
        return False
    return last_day(term) < today or not lengthened(term, had) or member.active(max(term.valid_from, today))
