"""Who is asking: the member that a login stands for, and the roles they have today."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import structlog
from sqlalchemy import text

from chassis.database import Transaction
from chassis.decision import NotAllowed, NotFound, Refused, Who
from chassis.issuer import Login

__all__ = ["Actor", "Login", "UnknownMember", "load_actor"]

ROLES = text("""
    SELECT m.member_id, m.name, m.title, s.role, u.unit_id
    FROM replica_member m
    LEFT JOIN replica_membership s ON s.member_id = m.member_id
        AND (s.valid_from IS NULL OR s.valid_from <= :on) AND (s.valid_to IS NULL OR s.valid_to >= :on)
    LEFT JOIN replica_unit u ON s.unit_id = ANY(u.path)
    WHERE m.login = :login""")


class UnknownMember(Refused):
    """Du är inloggad men finns inte i organisationen. Kontakta användarstöd."""

    status = 403


@dataclass(frozen=True)
class Actor:
    """A member of the organisation, with their roles of today at each unit (a role covers the units below it too)."""

    member_id: UUID
    name: str
    title: str
    roles: Mapping[UUID, frozenset[str]]
    login: Login = field(default=Login("", ""))

    def at(self, unit_id: UUID, allowed: Collection[str], seen_by: Collection[str] = ()) -> Who:
        """Acting at a unit in the first of the allowed roles they have there.

        NotFound when none of their roles there lets them see it (`seen_by`, and whoever is allowed), NotAllowed when
        they see it but may not do this.
        """
        here = self.roles.get(unit_id, frozenset())
        for role in allowed:
            if role in here:
                return Who(self.member_id, self.name, role, unit_id)
        raise NotAllowed if here & frozenset(seen_by) else NotFound

    def anywhere(self, allowed: Collection[str]) -> Who:
        """Acting in the first of the allowed roles they have at any unit. NotAllowed when they have none."""
        for role in allowed:
            for unit_id, here in sorted(self.roles.items()):
                if role in here:
                    return Who(self.member_id, self.name, role, unit_id)
        raise NotAllowed

    def units(self, allowed: Collection[str]) -> frozenset[UUID]:
        """The units where they have one of these roles."""
        wanted = frozenset(allowed)
        return frozenset(unit_id for unit_id, here in self.roles.items() if here & wanted)

    def has(self, *roles: str) -> bool:
        """True when they have one of these roles at any unit."""
        return bool(self.units(roles))


async def load_actor(tx: Transaction, login: Login, today: date) -> Actor:
    """The member a login stands for, from the replica: a revoked role stops at once. UnknownMember when it stands for
    nobody, or for several: who has been given another's login has not got their rights."""
    rows = (await tx.execute(ROLES, {"login": login.subject, "on": today})).all()
    members = sorted({str(row.member_id) for row in rows})
    if len(members) > 1:
        structlog.get_logger().warning("a login stands for several members, and is refused", members=members)
    if len(members) != 1:
        raise UnknownMember
    roles: dict[UUID, set[str]] = {}
    for row in rows:
        if row.unit_id is not None:
            roles.setdefault(row.unit_id, set()).add(row.role)
    first = rows[0]
    return Actor(
        first.member_id, first.name, first.title, {unit: frozenset(names) for unit, names in roles.items()}, login
    )
