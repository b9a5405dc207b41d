"""A member (medarbetare) with roles at units: what somebody may do, where, and which days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from uuid import NAMESPACE_URL, UUID, uuid5

from chassis.decision import SYSTEM, Decision, Invalid, Refused, Who
from contracts.organisation import MemberChanged, MemberDetails, Membership, Role
from contracts.sealed import Sealed
from services.organisation.dated import EndsBeforeItStarts, first_day, holds, last_day, overlap
from services.organisation.unit import Unit, UnitEnded, UnknownUnit, outlives

OVERSEERS = (Role.SYSTEM_ADMIN, Role.USER_SUPPORT, Role.OPERATIONS_MANAGER, Role.UNIT_MANAGER)
"""Those who see the members of their units."""


class LoginUsed(Refused):
    """Inloggningen används redan av en annan medarbetare."""


class RoleTwice(Invalid):
    """Samma roll på samma enhet är angiven två gånger för samma dagar."""


@dataclass(frozen=True)
class Member:
    """Somebody who works in the municipality or for one of its providers."""

    id: UUID
    name: str
    title: str
    login: str
    """The subject the identity provider knows them by."""
    email: str | None = None
    memberships: tuple[Membership, ...] = ()

    @property
    def unit_ids(self) -> tuple[UUID, ...]:
        """The units where they have, had or will have a role."""
        return tuple(dict.fromkeys(membership.unit_id for membership in self.memberships))

    def active(self, on: date) -> bool:
        """True when they have a role at any unit that day."""
        return any(holds(membership, on) for membership in self.memberships)


def member_id(login: str) -> UUID:
    """The id of a member of the organisation file."""
    return uuid5(NAMESPACE_URL, f"stafett:member:{login}")


def enrol(
    before: Member | None, after: Member, units: Mapping[UUID, Unit], today: date, by: Who = SYSTEM
) -> Decision[Member]:
    """A member as they shall be from now on; tells nobody when that is how they were. units: those of the roles."""
    if after == before:
        return Decision(after, (), by)
    had = before.memberships if before else ()
    for number, membership in enumerate(after.memberships):
        field = f"memberships.{number}"
        if first_day(membership) > last_day(membership):
            raise EndsBeforeItStarts(f"{field}.valid_to")
        unit = units.get(membership.unit_id)
        if unit is None:
            raise UnknownUnit(f"{field}.unit_id")
        if outlives(membership, same_role(membership, had), unit, today):
            raise UnitEnded(f"{field}.unit_id", ended_on=unit.ended_on)
    for one, other in combinations(after.memberships, 2):
        if (one.unit_id, one.role) == (other.unit_id, other.role) and overlap(one, other):
            raise RoleTwice("memberships")
    return Decision(after, (_told(after),), by)


def same_role(membership: Membership, among: Sequence[Membership]) -> list[Membership]:
    """Those with the same role at the same unit."""
    return [other for other in among if (other.unit_id, other.role) == (membership.unit_id, membership.role)]


def _told(member: Member) -> MemberChanged:
    details = MemberDetails(name=member.name, title=member.title, login=member.login, email=member.email)
    return MemberChanged(member_id=member.id, memberships=member.memberships, details=Sealed(details))
