"""Withdraw: the authority takes an assignment back before it has been distributed."""

from dataclasses import replace
from datetime import datetime

from chassis.database import Transaction
from chassis.decision import Decision
from chassis.subscriptions import Subscriptions
from contracts.authority import AssignmentWithdrawn
from services.execution.assignment import Assignment
from services.execution.course import AUTHORITY, acted
from services.execution.tables import assignments
from services.execution.transitions import TRANSITIONS, step

subscriptions = Subscriptions()


@subscriptions.on(AssignmentWithdrawn, loads=assignments)
async def withdraw_assignment(event: AssignmentWithdrawn, tx: Transaction) -> None:
    await tx.save(assignments, withdraw(await tx.load(assignments, event.assignment_id), event, tx.now))


def withdraw(assignment: Assignment, event: AssignmentWithdrawn, now: datetime) -> Decision[Assignment]:
    """Too late once anything has been distributed, also if it has been recalled: the authority has been told so."""
    if assignment.been_distributed or (assignment.status, "withdraw") not in TRANSITIONS:
        return Decision(assignment)
    after = replace(assignment, status=step(assignment, "withdraw"))
    return Decision(acted(after, "withdraw", AUTHORITY, now, reason=event.reason))
