"""Ej aktuella: what units have had to do and have no more of, until the authority has closed it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import and_, select, text

from chassis import replica
from chassis.http import By, Router, Tx, page
from services.execution.lines import UNKNOWN_UNIT
from services.execution.lookups import by_name, current_or_planned, each_row
from services.execution.rights import STAFF
from services.execution.tables import AT_UNITS, assignments, shown_to

router = Router()


class PastLine(BaseModel):
    """One person and assignment, and which of the reader's units have had it."""

    id: UUID
    person_id: UUID
    person: str
    protected: bool
    assignment: str
    status: str
    units: list[str]
    last_day: date | None


class NotCurrent(BaseModel):
    """Ej aktuella, by name; `after` gives the next page."""

    lines: list[PastLine]
    after: UUID | None


@router.get("/not-current")
@page("not_current.html")
async def not_current(by: By, tx: Tx, after: Annotated[UUID | None, Query()] = None) -> NotCurrent:
    units, table, row = by.units(STAFF), assignments.table.c, each_row()
    current = select(1).select_from(row).where(current_or_planned(row, units, tx.today)).correlate(assignments.table)
    here = and_(text(AT_UNITS), table.unit_ids.overlap(list(units)), shown_to(by.member_id), ~current.exists())
    shown, last = await by_name(tx, by, "not-current", after, here)
    names = await replica.unit_names(tx, {unit for a in shown for unit in a.unit_ids})
    return NotCurrent(
        lines=[
            PastLine(
                id=assignment.id,
                person_id=assignment.person_id,
                person=assignment.person_name,
                protected=assignment.protected,
                assignment=assignment.order.assignment_name,
                status=assignment.status,
                units=[names.get(unit, UNKNOWN_UNIT) for unit in assignment.unit_ids if unit in units],
                last_day=max(
                    (r.period_to for r in assignment.rows if r.unit_id in units and r.with_unit and r.period_to),
                    default=None,
                ),
            )
            for assignment in shown
        ],
        after=last,
    )
