"""Follow what the provider tells of an assignment: each thing is a dated row in the status line."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.decision import Decision
from chassis.subscriptions import Subscriptions
from contracts.execution import (
    AssignmentAcknowledged,
    AssignmentDeclined,
    AssignmentDistributed,
    AssignmentEnded,
    AssignmentReceived,
    Explanation,
    InterventionStarted,
)
from services.authority.assignment import Assignment, Decline, heard
from services.authority.status_line import Mark, Row
from services.authority.tables import assignments

subscriptions = Subscriptions()


@subscriptions.on(AssignmentReceived, loads=assignments)
async def assignment_received(event: AssignmentReceived, tx: Transaction) -> None:
    await _note(tx, event.assignment_id, Row(Mark.RECEIVED, event.received_at, unit_ids=(event.unit_id,)))


@subscriptions.on(AssignmentDeclined, loads=assignments)
async def assignment_declined(event: AssignmentDeclined, tx: Transaction) -> None:
    before = await tx.load(assignments, event.assignment_id)
    explanation = tx.unseal(event.explanation, Explanation)
    await tx.save(assignments, declined(before, event, explanation.text, tx.now))


@subscriptions.on(AssignmentDistributed, loads=assignments)
async def assignment_distributed(event: AssignmentDistributed, tx: Transaction) -> None:
    await _note(tx, event.assignment_id, distribution(event))


@subscriptions.on(AssignmentAcknowledged, loads=assignments)
async def assignment_acknowledged(event: AssignmentAcknowledged, tx: Transaction) -> None:
    mark = Mark.ACKNOWLEDGED if event.complete else Mark.PARTLY_ACKNOWLEDGED
    row = Row(mark, event.acknowledged_at, by=event.acknowledged_by, unit_ids=(event.unit_id,))
    await _note(tx, event.assignment_id, row)


@subscriptions.on(InterventionStarted, loads=assignments)
async def intervention_started(event: InterventionStarted, tx: Transaction) -> None:
    row = Row(Mark.STARTED, tx.now, unit_ids=(event.unit_id,), on=event.started_on)
    await _note(tx, event.assignment_id, row)


@subscriptions.on(AssignmentEnded, loads=assignments)
async def assignment_ended(event: AssignmentEnded, tx: Transaction) -> None:
    row = Row(Mark.ENDED, tx.now, unit_ids=(event.unit_id,), on=event.last_day)
    await _note(tx, event.assignment_id, row)


async def _note(tx: Transaction, assignment_id: UUID, row: Row) -> None:
    await tx.save(assignments, heard(await tx.load(assignments, assignment_id), row, tx.now))


def distribution(event: AssignmentDistributed) -> Row:
    """The event names all rows that are with a unit now: none means that the provider has recalled them all."""
    units = tuple(dict.fromkeys(row.unit_id for row in event.rows))
    return Row(Mark.DISTRIBUTED if units else Mark.RECALLED, event.distributed_at, unit_ids=units or (event.unit_id,))


def declined(
    assignment: Assignment, event: AssignmentDeclined, explanation: str, now: datetime
) -> Decision[Assignment]:
    row = Row(Mark.DECLINED, event.declined_at, unit_ids=(event.unit_id,), reason=event.reason)
    decline = Decline(event.reason, event.holder, explanation)
    return heard(replace(assignment, decline=decline), row, now)
