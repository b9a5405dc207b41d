"""The units: the tree as a flat list, with who answers for each today, for everybody who has a role."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import select

from chassis.http import By, Router, Tx
from contracts.organisation import Role, ServiceMark, UnitKind
from services.organisation.managers import Managers, responsible
from services.organisation.member import Member
from services.organisation.tables import managers, members, units
from services.organisation.unit import Unit

router = Router()


class Manager(BaseModel):
    """Who answers for a unit."""

    member_id: UUID
    name: str
    title: str
    deputy: bool


class UnitLine(BaseModel):
    """A unit, where it is in the tree, and who answers for it today (none: nobody does)."""

    id: UUID
    code: str | None
    name: str
    kind: UnitKind
    parent_id: UUID | None
    path: tuple[UUID, ...]
    path_names: list[str]
    business_area: str | None
    internal: bool
    mark: ServiceMark | None
    ended_on: date | None
    manager: Manager | None


class Units(BaseModel):
    """The tree, each unit after the one above it."""

    units: list[UnitLine]


@router.get("/units")
async def list_units(by: By, tx: Tx, ended: Annotated[bool, Query()] = False) -> Units:
    """ended: those that have ended too."""
    by.anywhere(tuple(Role))
    tree = await tx.find(units, select(units.table))
    terms = await tx.find(managers, select(managers.table))
    named = {term.member_id for one in terms for term in one.terms}
    there = await tx.find(members, select(members.table).where(members.table.c.id.in_(named)))
    return view(tree, {one.unit_id: one for one in terms}, {m.id: m for m in there}, tx.today, ended=ended)


def view(
    tree: Iterable[Unit], terms: Mapping[UUID, Managers], there: Mapping[UUID, Member], today: date, *, ended: bool
) -> Units:
    """The tree on this day. terms: by unit; there: the members that are named in them."""
    by_id = {unit.id: unit for unit in tree}
    lines = [
        _line(unit, [by_id[above].name for above in unit.path], terms.get(unit.id), there, today)
        for unit in by_id.values()
        if ended or not unit.ended(today)
    ]
    return Units(units=sorted(lines, key=lambda line: (line.path_names, line.id)))


def _line(
    unit: Unit, path_names: list[str], terms: Managers | None, there: Mapping[UUID, Member], today: date
) -> UnitLine:
    term = responsible(terms, there, today) if terms else None
    return UnitLine(
        id=unit.id,
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        parent_id=unit.parent_id,
        path=unit.path,
        path_names=path_names,
        business_area=unit.business_area,
        internal=unit.internal,
        mark=unit.mark,
        ended_on=unit.ended_on,
        manager=_manager(there[term.member_id], deputy=term.deputy) if term else None,
    )


def _manager(member: Member, *, deputy: bool) -> Manager:
    return Manager(member_id=member.id, name=member.name, title=member.title, deputy=deputy)
