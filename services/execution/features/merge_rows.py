"""Merge rows (slå ihop): what was split is one row again, as long as it has not been sent."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision, Invalid
from chassis.http import By, Command, Done, Router, Tx, form
from services.execution.assignment import Assignment, Row
from services.execution.course import acted, row_of, with_rows
from services.execution.rights import DISTRIBUTORS, acting
from services.execution.tables import assignments
from services.execution.transitions import row_step, step

router = Router()


class MergeRows(Command):
    """The first row stays, with its unit and its time, for the whole period of all of them."""

    merged_row_ids: tuple[UUID, ...] = Field(min_length=2, max_length=50, title="Insatser att slå ihop")


class DifferentServices(Invalid):
    """Det går bara att slå ihop rader med samma insats."""


class SameRowTwice(Invalid):
    """Samma rad är vald två gånger."""


@router.post("/assignments/{id}/merged-rows")
@form("/execution/assignments/{id}/distribution")
async def merge_assignment_rows(id: UUID, command: MergeRows, by: By, tx: Tx) -> Done:
    await tx.save(assignments, merge_rows(await tx.load(assignments, id), command, by, tx.now))
    return Done(id=id, location=f"/execution/assignments/{id}/distribution", message="Raderna är ihopslagna.")


def merge_rows(assignment: Assignment, command: MergeRows, by: Actor, now: datetime) -> Decision[Assignment]:
    who = acting(assignment, by, DISTRIBUTORS)
    status = step(assignment, "merge")
    if len(set(command.merged_row_ids)) < len(command.merged_row_ids):
        raise SameRowTwice("merged_row_ids")
    first, *others = [row_of(assignment, row_id) for row_id in command.merged_row_ids]
    if any(row.service != first.service for row in others):
        raise DifferentServices("merged_row_ids")
    row_step(first, "merge")
    gone = [row_step(row, "merge") for row in others]
    after = with_rows(replace(assignment, status=status), _covering(first, others), *gone)
    return Decision(acted(after, "merge", who, now, row_ids=command.merged_row_ids), (), who)


def _covering(first: Row, others: list[Row]) -> Row:
    rows = [first, *others]
    last_days = [row.period_to for row in rows if row.period_to is not None]
    return replace(
        first,
        period_from=min(row.period_from for row in rows),
        period_to=max(last_days) if len(last_days) == len(rows) else None,
    )
