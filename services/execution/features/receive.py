"""Receive an assignment: it lies in the unit's Nya uppdrag as soon as the authority has sent it."""

from datetime import datetime

from chassis.database import Transaction
from chassis.decision import Decision
from chassis.subscriptions import Subscriptions
from contracts.authority import AssignmentSent, Order
from contracts.execution import AssignmentReceived
from services.execution.assignment import Assignment
from services.execution.tables import assignments

subscriptions = Subscriptions()


@subscriptions.on(AssignmentSent)
async def receive_assignment(event: AssignmentSent, tx: Transaction) -> None:
    await tx.save(assignments, receive(event, tx.unseal(event.order, Order), tx.now))


def receive(event: AssignmentSent, order: Order, now: datetime) -> Decision[Assignment]:
    assignment = Assignment(
        id=event.assignment_id,
        person_id=event.person_id,
        unit_id=event.unit_id,
        authority_unit_id=event.authority_unit_id,
        case_worker_id=event.case_worker_id,
        decision_id=event.decision_id,
        order=order,
        sent_at=event.sent_at,
        received_at=now,
        period_from=event.period_from,
        period_to=event.period_to,
    )
    received = AssignmentReceived(
        assignment_id=assignment.id,
        unit_id=assignment.unit_id,
        case_worker_id=assignment.case_worker_id,
        received_at=now,
    )
    return Decision(assignment, (received,))
