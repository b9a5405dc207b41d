"""Merge rows (slå ihop): what was split is one row again, as long as it has not been sent.

It is a new row: who is about to send one of the old ones, as they were, is refused.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic import Field
from uuid_utils.compat import uuid7

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
    """All become one like the first, with its unit and its time, for the whole period of all of them."""

    merged_row_ids: tuple[UUID, ...] = Field(min_length=2, max_length=50, title="minst två insatser")


class DifferentServices(Invalid):
    """Det går bara att slå ihop rader med samma insats."""


class SameRowTwice(Invalid):
    """Samma rad är vald två gånger."""


@router.post("/assignments/{id}/merged-rows")
@form("/execution/assignments/{id}/distribution")
async def merge_assignment_rows(id: UUID, command: MergeRows, by: By, tx: Tx) -> Done:
    await tx.save(assignments, merge_rows(await tx.load(assignments, id), command, uuid7(), by, tx.now))
    return Done(id=id, location=f"/execution/assignments/{id}/distribution", message="Raderna är ihopslagna.")


def merge_rows(
    assignment: Assignment, command: MergeRows, row_id: UUID, by: Actor, now: datetime
) -> Decision[Assignment]:
    """row_id: of the row that takes the others' place."""
    who = acting(assignment, by, DISTRIBUTORS)
    status = step(assignment, "merge")
    if len(set(command.merged_row_ids)) < len(command.merged_row_ids):
        raise SameRowTwice("merged_row_ids")
    rows = [row_of(assignment, old) for old in command.merged_row_ids]
    if len({row.service for row in rows}) > 1:
        raise DifferentServices("merged_row_ids")
    after = with_rows(replace(assignment, status=status), *(row_step(row, "merge") for row in rows))
    after = replace(after, rows=(*after.rows, _covering(row_id, rows)))
    return Decision(acted(after, "merge", who, now, row_ids=(*command.merged_row_ids, row_id)), (), who)


def _covering(row_id: UUID, rows: list[Row]) -> Row:
    last_days = [row.period_to for row in rows if row.period_to is not None]
    return replace(
        rows[0],
        id=row_id,
        period_from=min(row.period_from for row in rows),
        period_to=max(last_days) if len(last_days) == len(rows) else None,
    )
