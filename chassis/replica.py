"""The replica of the organisation that every service keeps: who works where, as what, and who answers for a unit."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text

from chassis.database import Transaction
from chassis.subscriptions import Subscriptions
from chassis.swedish import sort_key
from contracts.organisation import (
    ManagersChanged,
    MemberChanged,
    MemberDetails,
    UnitChanged,
    UnitDetails,
)

subscriptions = Subscriptions()

PUT_UNIT = text("""
    INSERT INTO replica_unit (unit_id, name, path, kind, business_area, internal, mark, ended_on)
    VALUES (:unit_id, :name, :path, :kind, :business_area, :internal, :mark, :ended_on)
    ON CONFLICT (unit_id) DO UPDATE SET name = excluded.name, path = excluded.path, kind = excluded.kind,
        business_area = excluded.business_area, internal = excluded.internal, mark = excluded.mark,
        ended_on = excluded.ended_on""")
PUT_MEMBER = text("""
    INSERT INTO replica_member (member_id, login, name, title, email)
    VALUES (:member_id, :login, :name, :title, :email)
    ON CONFLICT (member_id) DO UPDATE SET login = excluded.login, name = excluded.name, title = excluded.title,
        email = excluded.email""")
PUT_MEMBERSHIP = text("""
    INSERT INTO replica_membership (member_id, unit_id, role, valid_from, valid_to)
    VALUES (:member_id, :unit_id, :role, :valid_from, :valid_to)""")
PUT_MANAGER = text("""
    INSERT INTO replica_manager (unit_id, member_id, deputy, valid_from, valid_to)
    VALUES (:unit_id, :member_id, :deputy, :valid_from, :valid_to)""")
MANAGER = text("""
    SELECT m.member_id, d.name, d.title FROM replica_manager m JOIN replica_member d USING (member_id)
    WHERE m.unit_id = :unit_id AND m.valid_from <= :on AND (m.valid_to IS NULL OR m.valid_to >= :on)
        AND EXISTS (SELECT FROM replica_membership s WHERE s.member_id = m.member_id
            AND (s.valid_from IS NULL OR s.valid_from <= :on) AND (s.valid_to IS NULL OR s.valid_to >= :on))
    ORDER BY m.deputy, m.valid_from DESC LIMIT 1""")


@subscriptions.on(UnitChanged)
async def replicate_unit(event: UnitChanged, tx: Transaction) -> None:
    details = tx.unseal(event.details, UnitDetails)
    values = event.model_dump(exclude={"details", "path"}) | {"path": list(event.path), "name": details.name}
    await tx.execute(PUT_UNIT, values)


@subscriptions.on(MemberChanged)
async def replicate_member(event: MemberChanged, tx: Transaction) -> None:
    details = tx.unseal(event.details, MemberDetails)
    await tx.execute(PUT_MEMBER, {"member_id": event.member_id, **details.model_dump()})
    await tx.execute(
        text("DELETE FROM replica_membership WHERE member_id = :member_id"), {"member_id": event.member_id}
    )
    rows = [{"member_id": event.member_id, **membership.model_dump()} for membership in event.memberships]
    if rows:
        await tx.execute(PUT_MEMBERSHIP, rows)


@subscriptions.on(ManagersChanged)
async def replicate_managers(event: ManagersChanged, tx: Transaction) -> None:
    await tx.execute(text("DELETE FROM replica_manager WHERE unit_id = :unit_id"), {"unit_id": event.unit_id})
    rows = [{"unit_id": event.unit_id, **term.model_dump()} for term in event.terms]
    if rows:
        await tx.execute(PUT_MANAGER, rows)


async def responsible_manager(tx: Transaction, unit_id: UUID, on: date) -> tuple[UUID, str, str] | None:
    """(member id, name, title) of who answers for the unit that day: the manager, else a deputy, else None.

    Who has no role any more has left, and answers for nothing.
    """
    row = (await tx.execute(MANAGER, {"unit_id": unit_id, "on": on})).first()
    return (row.member_id, row.name, row.title) if row else None


async def unit_names(tx: Transaction, units: Iterable[UUID]) -> dict[UUID, str]:
    """Unit id -> name, for those that are known here."""
    query = text("SELECT unit_id, name FROM replica_unit WHERE unit_id = ANY(:units)")
    return {row.unit_id: row.name for row in await tx.execute(query, {"units": list(units)})}


async def member_names(tx: Transaction, members: Iterable[UUID]) -> dict[UUID, str]:
    """Member id -> name, for those that are known here."""
    query = text("SELECT member_id, name FROM replica_member WHERE member_id = ANY(:members)")
    return {row.member_id: row.name for row in await tx.execute(query, {"members": list(members)})}


class Unit(NamedTuple):
    """A unit as it is known here."""

    name: str
    ended_on: date | None
    """The first day the unit is no more."""

    def exists(self, on: date) -> bool:
        """True when it has not ended that day."""
        return self.ended_on is None or self.ended_on > on


async def units_below(tx: Transaction, unit_id: UUID) -> dict[UUID, Unit]:
    """A unit and every unit below it in the tree, by id; nothing when the unit isn't known here."""
    query = text("SELECT unit_id, name, ended_on FROM replica_unit WHERE :unit_id = ANY(path)")
    found = await tx.execute(query, {"unit_id": unit_id})
    return {row.unit_id: Unit(row.name, row.ended_on) for row in in_order(found)}


async def members_at(tx: Transaction, units: Iterable[UUID], roles: Collection[str], on: date) -> dict[UUID, str]:
    """Member id -> name, for those who have one of the roles at one of the units that day, by name."""
    query = text("""
        SELECT DISTINCT m.member_id, m.name FROM replica_unit u
        JOIN replica_membership s ON s.unit_id = ANY(u.path) JOIN replica_member m USING (member_id)
        WHERE u.unit_id = ANY(:units) AND s.role = ANY(:roles)
            AND (s.valid_from IS NULL OR s.valid_from <= :on) AND (s.valid_to IS NULL OR s.valid_to >= :on)""")
    values = {"units": list(units), "roles": [str(role) for role in roles], "on": on}
    return {row.member_id: row.name for row in in_order(await tx.execute(query, values))}


def in_order(named: Iterable[Any]) -> list[Any]:
    """Rows with a name, as Swedish orders them; not every PostgreSQL can."""
    return sorted(named, key=lambda row: sort_key(row.name))
