"""End what is over: a row whose period has passed ends by itself, so that nothing is left in nobody's hands."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from chassis.database import Transaction
from chassis.decision import SYSTEM, Decision
from chassis.jobs import Left, each
from services.execution.assignment import Assignment, RowStatus
from services.execution.course import acted, finished, intervention_ended, with_rows
from services.execution.tables import assignments
from services.execution.transitions import row_step, step

AT_A_TIME = 200
EVERY_SECONDS = 300.0


async def end_passed(tx: Transaction) -> Left:
    async def one(id: UUID) -> None:
        await tx.save(assignments, end_passed_rows(await tx.load(assignments, id), tx.now, tx.today))

    table = assignments.table.c
    passed = select(table.id).where(table.next_last_day < tx.today).order_by(func.random()).limit(AT_A_TIME)
    return await each(tx, await tx.scalars(passed), one)


def end_passed_rows(assignment: Assignment, now: datetime, today: date) -> Decision[Assignment]:
    """Nothing changes when the last day of every row is today or later."""
    sent = [row for row in assignment.rows if row.status is RowStatus.SENT]
    over = [row_step(row, "end-row") for row in sent if row.period_to is not None and row.period_to < today]
    if not over:
        return Decision(assignment)
    after = with_rows(replace(assignment, status=step(assignment, "end-row")), *over)
    after = acted(after, "end-row", SYSTEM, now, row_ids=tuple(row.id for row in over))
    after, events = finished(assignment, after)
    return Decision(after, (*(intervention_ended(after, row) for row in over), *events))
