"""Confirm a decline: the authority has read that the provider declined, and takes it from there."""

from dataclasses import replace
from datetime import datetime

from chassis.database import Transaction
from chassis.decision import Decision
from chassis.subscriptions import Subscriptions
from contracts.authority import DeclineConfirmed
from services.execution.assignment import Assignment
from services.execution.course import AUTHORITY, acted
from services.execution.tables import assignments
from services.execution.transitions import TRANSITIONS, step

subscriptions = Subscriptions()


@subscriptions.on(DeclineConfirmed, loads=assignments)
async def confirm_assignment_decline(event: DeclineConfirmed, tx: Transaction) -> None:
    await tx.save(assignments, confirm_decline(await tx.load(assignments, event.assignment_id), tx.now))


def confirm_decline(assignment: Assignment, now: datetime) -> Decision[Assignment]:
    """Of no matter unless it is declined."""
    if (assignment.status, "confirm-decline") not in TRANSITIONS:
        return Decision(assignment)
    after = replace(assignment, status=step(assignment, "confirm-decline"))
    return Decision(acted(after, "confirm-decline", AUTHORITY, now))
