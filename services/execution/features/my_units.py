"""Mina enheter: the persons with ongoing or planned interventions at the units somebody works at."""

from collections.abc import Collection
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import Uuid as UuidType
from sqlalchemy import (
    and_,
    distinct,
    func,
    select,
    text,
    true,
)

from chassis import replica
from chassis.database import Transaction
from chassis.http import By, Router, Tx, page
from chassis.swedish import sort_key
from services.execution.assignment import Assignment
from services.execution.lines import UNKNOWN_UNIT
from services.execution.lookups import by_name, current_or_planned, each_row
from services.execution.rights import STAFF
from services.execution.tables import AT_UNITS, assignments, shown_to

router = Router()


class UnitCount(BaseModel):
    """One of the reader's units, and how many persons it has something for."""

    id: UUID
    name: str
    persons: int


class Intervention(BaseModel):
    """What one of the reader's units does for the person."""

    service: str
    unit: str
    period_from: date
    period_to: date | None
    planned: bool
    """True when it has not begun."""


class PersonLine(BaseModel):
    """One person and assignment."""

    id: UUID
    person_id: UUID
    person: str
    protected: bool
    assignment: str
    status: str
    interventions: list[Intervention]


class MyUnits(BaseModel):
    """Mina enheter, by name; `after` gives the next page."""

    units: list[UnitCount]
    unit: UUID | None
    """The only unit shown, when one was chosen."""
    lines: list[PersonLine]
    total: int
    after: UUID | None


@router.get("/my-units")
@page("my_units.html")
async def my_units(
    by: By, tx: Tx, unit: Annotated[UUID | None, Query()] = None, after: Annotated[UUID | None, Query()] = None
) -> MyUnits:
    every = by.units(STAFF)
    chosen = every & {unit} if unit else every
    table = assignments.table.c
    row = each_row()
    current = select(1).select_from(row).where(current_or_planned(row, chosen, tx.today)).correlate(assignments.table)
    here = and_(
        text(AT_UNITS),
        table.unit_ids.overlap(list(chosen)),
        shown_to(by.member_id),
        current.exists(),
    )
    shown, last = await by_name(tx, by, "my-units", after, here)
    counts = await _counts(tx, every, by.member_id)
    names = await replica.unit_names(tx, counts.keys() | {u for a in shown for u in a.unit_ids})
    units = [UnitCount(id=u, name=names.get(u, UNKNOWN_UNIT), persons=persons) for u, persons in counts.items()]
    return MyUnits(
        units=sorted(units, key=lambda counted: sort_key(counted.name)),
        unit=unit,
        lines=[_line(assignment, names, chosen, tx.today) for assignment in shown],
        total=await tx.scalar(select(func.count()).select_from(assignments.table).where(here)) or 0,
        after=last,
    )


async def _counts(tx: Transaction, units: Collection[UUID], member_id: UUID) -> dict[UUID, int]:
    """Unit -> how many persons it has something ongoing or planned for."""
    table = assignments.table.c
    row = each_row()
    unit_id = row.c.value["unit_id"].astext.cast(UuidType)
    query = (
        select(unit_id, func.count(distinct(table.person_id)))
        .select_from(assignments.table.join(row, true()))
        .where(text(AT_UNITS), table.unit_ids.overlap(list(units)), shown_to(member_id))
        .where(current_or_planned(row, units, tx.today))
        .group_by(unit_id)
    )
    return {found[0]: found[1] for found in await tx.execute(query)}


def _line(assignment: Assignment, names: dict[UUID, str], units: Collection[UUID], today: date) -> PersonLine:
    return PersonLine(
        id=assignment.id,
        person_id=assignment.person_id,
        person=assignment.person_name,
        protected=assignment.protected,
        assignment=assignment.order.assignment_name,
        status=assignment.status,
        interventions=[
            Intervention(
                service=row.service_name,
                unit=names.get(row.unit_id, UNKNOWN_UNIT),
                period_from=row.period_from,
                period_to=row.period_to,
                planned=row.period_from > today,
            )
            for row in assignment.rows
            if row.unit_id in units and row.current_or_planned(today)
        ],
    )
