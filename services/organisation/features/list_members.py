"""The members of a unit and of all below it, for its managers, user support and administrators."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Date, Uuid, and_, column, exists, func, or_, select, tuple_

from chassis.auth import Actor
from chassis.http import By, Router, Tx
from contracts.organisation import Membership, Role
from services.organisation.member import OVERSEERS, Member
from services.organisation.tables import members, units
from services.organisation.unit import Unit, acting

router = Router()

PAGE_SIZE = 50


class MemberLine(BaseModel):
    """A member with the roles they have, had or will have at units that the reader oversees."""

    id: UUID
    name: str
    title: str
    login: str
    email: str | None
    memberships: list[Membership]
    active: bool
    """They have a role today."""


class Members(BaseModel):
    """Members by name; `after` gives the next page."""

    members: list[MemberLine]
    after: UUID | None


@router.get("/members")
async def list_members(
    by: By,
    tx: Tx,
    unit: Annotated[UUID | None, Query()] = None,
    former: Annotated[bool, Query()] = False,
    after: Annotated[UUID | None, Query()] = None,
) -> Members:
    """former: those whose roles are over, too."""
    overseen = by.units(OVERSEERS)
    by.anywhere(OVERSEERS)
    if unit is not None:
        may_list(await tx.read(units, unit), by)
        below = select(units.table.c.id).where(units.table.c.path.contains([unit]))
        overseen = frozenset(await tx.scalars(below))
    table = members.table.c
    wanted = _wanted(overseen, tx.today, former=former)
    if former and unit is None and by.units((Role.SYSTEM_ADMIN,)):
        wanted = or_(wanted, func.cardinality(table.unit_ids) == 0)
    query = select(members.table).where(wanted).order_by(table.name, table.id).limit(PAGE_SIZE + 1)
    if after is not None:
        last = select(table.name, table.id).where(table.id == after).scalar_subquery()
        query = query.where(tuple_(table.name, table.id) > last)
    found = await tx.find(members, query)
    shown = [_line(member, overseen, tx.today) for member in found[:PAGE_SIZE]]
    return Members(members=shown, after=shown[-1].id if len(found) > PAGE_SIZE else None)


def may_list(unit: Unit, by: Actor) -> None:
    """NotAllowed for those who neither manage the unit nor help or administrate it."""
    acting(by, unit, OVERSEERS)


def _wanted(at: frozenset[UUID], today: date, *, former: bool) -> ColumnElement[bool]:
    """A role at one of these units: one that is not over, or (former) any."""
    there: ColumnElement[bool] = members.table.c.unit_ids.overlap(list(at))
    if former:
        return there
    role = (
        func.jsonb_to_recordset(members.table.c.memberships)
        .table_valued(column("unit_id", Uuid), column("valid_to", Date), name="role")
        .render_derived(with_types=True)
    )
    return and_(there, exists().where(role.c.unit_id.in_(at), or_(role.c.valid_to.is_(None), role.c.valid_to >= today)))


def _line(member: Member, overseen: frozenset[UUID], today: date) -> MemberLine:
    return MemberLine(
        id=member.id,
        name=member.name,
        title=member.title,
        login=member.login,
        email=member.email,
        memberships=[membership for membership in member.memberships if membership.unit_id in overseen],
        active=member.active(today),
    )
