"""Fördela uppdrag: all rows of an assignment side by side, and the list to confirm before they are sent."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from chassis import replica
from chassis.http import By, Router, Tx, page
from contracts.authority import OrderedService
from services.execution.assignment import Assignment, Row, RowStatus
from services.execution.lines import Choice, Heading, RowLine, heading, row_lines
from services.execution.rights import DISTRIBUTORS, STAFF, acting
from services.execution.tables import assignments
from services.execution.transitions import TRANSITIONS

router = Router()


class DistributionView(BaseModel):
    """All rows, those that can be sent, and what there is to choose from."""

    heading: Heading
    rows: list[RowLine]
    to_send: list[RowLine]
    """Registered: sent when they are ticked and confirmed."""
    outside: list[RowLine]
    """Those of them with days that the decision does not cover."""
    first_day: date
    """The first day a new row is likely to have."""
    without_row: list[str]
    """Ordered services that nobody has been given."""
    services: list[OrderedService]
    units: list[Choice]
    colleagues: list[Choice]
    """Members at the units of the registered rows, who can be told."""
    may_register: bool
    may_end: bool
    sent: bool
    """The reader has just sent something."""
    told: list[str]
    """Those who were chosen to be told of what was sent last."""


@router.get("/assignments/{id}/distribution")
@page("distribution.html")
async def read_distribution(id: UUID, by: By, tx: Tx, sent: Annotated[bool, Query()] = False) -> DistributionView:
    assignment = await tx.read(assignments, id)
    who = acting(assignment, by, DISTRIBUTORS)
    await tx.saw(who, [assignment.person_id], "read", f"assignment/{id}/distribution")
    units = await replica.units_below(tx, assignment.unit_id)
    elsewhere = {row.unit_id for row in assignment.rows} - units.keys()
    names = await replica.unit_names(tx, elsewhere) | {unit_id: unit.name for unit_id, unit in units.items()}
    choices = [
        Choice(id=unit_id, name=unit.name)
        for unit_id, unit in units.items()
        if unit.exists(tx.today) and unit_id in by.units(DISTRIBUTORS)
    ]
    registered = {row.unit_id for row in assignment.rows if row.status is RowStatus.REGISTERED}
    staff = await replica.members_at(tx, registered, STAFF, tx.today)
    colleagues = [
        Choice(id=member_id, name=name)
        for member_id, name in staff.items()
        if not assignment.protected or member_id in assignment.named
    ]
    lines = row_lines(assignment, names)
    told = await replica.member_names(tx, last_told(assignment))
    to_send = [line for line in lines if line.status == RowStatus.REGISTERED]
    uncovered = {row.id for row in assignment.rows if outside(row, assignment)}
    return DistributionView(
        heading=heading(assignment, names),
        rows=lines,
        to_send=to_send,
        outside=[line for line in to_send if line.id in uncovered],
        first_day=max(assignment.period_from or tx.today, tx.today),
        without_row=without_row(assignment),
        services=list(assignment.order.services),
        units=choices,
        colleagues=colleagues,
        may_register=(assignment.status, "register") in TRANSITIONS,
        may_end=may_end(assignment),
        sent=sent,
        told=sorted(told.values()),
    )


def outside(row: Row, assignment: Assignment) -> bool:
    """True when a row begins before the decision holds, or goes on when it no longer does."""
    begins, ends = assignment.period_from, assignment.period_to
    late = ends is not None and (row.period_to is None or row.period_to > ends)
    return late or (begins is not None and row.period_from < begins)


def last_told(assignment: Assignment) -> tuple[UUID, ...]:
    """Whom the one who distributed last chose to tell (TRE-DIST-07)."""
    return next((act.member_ids for act in reversed(assignment.acts) if act.what == "distribute"), ())


def may_end(assignment: Assignment) -> bool:
    """True when everything has been recalled: then, and only then, the whole assignment is ended at once."""
    left = [row.status for row in assignment.rows if row.status is not RowStatus.REMOVED]
    return set(left) == {RowStatus.RECALLED} and (assignment.status, "end") in TRANSITIONS


def without_row(assignment: Assignment) -> list[str]:
    """The names of the ordered services without any row that is registered, sent or ended."""
    gone = (RowStatus.RECALLED, RowStatus.REMOVED)
    given = {row.service for row in assignment.rows if row.status not in gone}
    return [service.name for service in assignment.order.services if service.code not in given]
