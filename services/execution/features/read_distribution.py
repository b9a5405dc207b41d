"""Fördela uppdrag: all rows of an assignment side by side, and the list to confirm before they are sent."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from chassis import replica
from chassis.http import By, Router, Tx, page
from services.execution.assignment import Assignment, RowStatus
from services.execution.doubts import doubts
from services.execution.lines import Choice, Heading, RowLine, heading, row_lines
from services.execution.lookups import own_units
from services.execution.rights import DISTRIBUTORS, STAFF, acting
from services.execution.tables import assignments
from services.execution.transitions import TRANSITIONS, may_decline

router = Router()


class DistributionView(BaseModel):
    """All rows, those that can be sent, and what there is to choose from."""

    heading: Heading
    rows: list[RowLine]
    to_send: list[RowLine]
    """Registered: sent when they are ticked and confirmed."""
    doubts: dict[UUID, tuple[str, ...]]
    """What to look twice at in them."""
    without_row: list[str]
    """Ordered services that nobody has been given."""
    cover_message: str | None
    goals: list[str]
    colleagues: list[Choice]
    """Members at the units of the registered rows, who can be told."""
    may_register: bool
    may_decline: bool
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
    names, _ = await own_units(tx, assignment, by)
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
    return DistributionView(
        heading=heading(assignment, names),
        rows=lines,
        to_send=to_send,
        doubts=doubts(assignment),
        without_row=without_row(assignment),
        cover_message=assignment.order.cover_message,
        goals=[goal.text for goal in assignment.order.goals],
        colleagues=colleagues,
        may_register=(assignment.status, "register") in TRANSITIONS,
        may_decline=may_decline(assignment),
        may_end=may_end(assignment),
        sent=sent,
        told=sorted(told.values()),
    )


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
