"""Remind (påminna): a unit that has not acknowledged in time is told of, once for each number of working days set."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, false, func, or_, select

from chassis.database import Transaction
from chassis.decision import SYSTEM, Decision
from chassis.jobs import Left, each
from contracts.execution import AcknowledgementDelayed
from services.execution.assignment import Assignment
from services.execution.course import acted
from services.execution.settings import REMIND_AFTER
from services.execution.tables import assignments
from services.execution.waiting import Reminder, Wait

AT_A_TIME = 200
EVERY_SECONDS = 300.0


async def remind_units(tx: Transaction, after: tuple[int, ...] = REMIND_AFTER) -> Left:
    async def one(id: UUID) -> None:
        decision = remind(await tx.load(assignments, id), tx.now, after)
        if decision.events or not decision.state.waits:  # else it is looked at again, and nothing has changed
            await tx.save(assignments, decision)

    table = assignments.table.c
    late = (  # by days of the calendar, and so at least all who are late by working days
        and_(table.unacknowledged_since <= tx.now - timedelta(days=days), table.reminded < number)
        for number, days in enumerate(after, 1)
    )
    found = select(table.id).where(or_(false(), *late)).order_by(func.random()).limit(AT_A_TIME)
    return await each(tx, await tx.scalars(found), one)


def remind(assignment: Assignment, now: datetime, after: tuple[int, ...]) -> Decision[Assignment]:
    """Nothing changes when nobody is late. Of several reminders that are due at once, the last says it all.

    after: the working days of each reminder.
    """
    late = [wait for wait in assignment.waits if wait.reminders_due(now, after) > wait.reminders]
    if not late:
        return Decision(assignment)
    new = tuple(Reminder(wait.unit_id, wait.reminders_due(now, after), now) for wait in late)
    reminded = acted(replace(assignment, reminders=(*assignment.reminders, *new)), "remind", SYSTEM, now)
    return Decision(reminded, tuple(_delayed(assignment, wait, now, after) for wait in late))


def _delayed(assignment: Assignment, wait: Wait, now: datetime, after: tuple[int, ...]) -> AcknowledgementDelayed:
    number = wait.reminders_due(now, after)
    return AcknowledgementDelayed(
        assignment_id=assignment.id,
        unit_id=wait.unit_id,
        case_worker_id=assignment.case_worker_id,
        waiting_since=wait.since,
        working_days=after[number - 1],
        reminder=number,
        last=number == len(after),
        reminded_at=now,
    )
