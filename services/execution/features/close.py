"""Close: the authority has closed the order; what the units still carry out is theirs to end first."""

from dataclasses import replace
from datetime import datetime

from chassis.database import Transaction
from chassis.decision import Decision
from chassis.subscriptions import Subscriptions
from contracts.authority import AssignmentClosed
from services.execution.assignment import Assignment, Status
from services.execution.course import AUTHORITY, acted, settled
from services.execution.tables import assignments

subscriptions = Subscriptions()


@subscriptions.on(AssignmentClosed, loads=assignments)
async def close_assignment(event: AssignmentClosed, tx: Transaction) -> None:
    await tx.save(assignments, close(await tx.load(assignments, event.assignment_id), event, tx.now))


def close(assignment: Assignment, event: AssignmentClosed, now: datetime) -> Decision[Assignment]:
    """Closed at once when nothing is left at the units, otherwise when the last row there has ended."""
    if assignment.status in (Status.WITHDRAWN, Status.CLOSED) or assignment.closed_on is not None:
        return Decision(assignment)
    after = replace(assignment, closed_on=event.closed_on)
    after = acted(after, "close", AUTHORITY, now, on=event.closed_on, reason=event.reason)
    return Decision(settled(after))
