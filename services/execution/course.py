"""The course of an assignment: what its rows may go through, and what follows by itself when they change."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from chassis.decision import NotFound, Who
from contracts.authority import PersonCard
from contracts.event import Event
from contracts.execution import (
    AssignmentAcknowledged,
    AssignmentDistributed,
    AssignmentEnded,
    ClearanceShared,
    CorrectionShared,
    DistributedRow,
    InterventionEnded,
)
from contracts.sealed import Sealed
from contracts.topology import SYSTEM_ID
from services.execution.assignment import Act, Assignment, Row, RowStatus, Status
from services.execution.transitions import TRANSITIONS, step
from services.execution.waiting import Acknowledgement

AUTHORITY = Who(SYSTEM_ID, "Myndigheten", "authority", None)
"""Who did what the authority has told of."""


def row_of(assignment: Assignment, row_id: UUID) -> Row:
    """One of its rows. NotFound when it has no such row."""
    for row in assignment.rows:
        if row.id == row_id:
            return row
    raise NotFound


def with_rows(assignment: Assignment, *changed: Row) -> Assignment:
    """The assignment with these rows as they are now."""
    now = {row.id: row for row in changed}
    return replace(assignment, rows=tuple(now.get(row.id, row) for row in assignment.rows))


def acted(
    assignment: Assignment,
    what: str,
    by: Who,
    at: datetime,
    *,
    row_ids: tuple[UUID, ...] = (),
    member_ids: tuple[UUID, ...] = (),
    on: date | None = None,
    reason: str | None = None,
    note: str = "",
) -> Assignment:
    """The assignment with one more line of history."""
    act = Act(what, by, at, row_ids, member_ids, on, reason, note)
    return replace(assignment, acts=(*assignment.acts, act))


def settled(assignment: Assignment) -> Assignment:
    """Acknowledged when no unit is left waiting; closed when nothing is left of what the authority has closed."""
    if assignment.status is Status.DISTRIBUTED and not assignment.waiting_unit_ids:
        assignment = replace(assignment, status=step(assignment, "all-acknowledged"))
    if assignment.closed_on is not None and (assignment.status, "close") in TRANSITIONS:
        assignment = replace(assignment, status=step(assignment, "close"))
    return assignment


def finished(before: Assignment, after: Assignment) -> tuple[Assignment, tuple[Event, ...]]:
    """Ended at the provider, and the authority told, when every row with a unit has got its last day (R-29)."""
    last_day = after.last_day
    if last_day is None:
        return settled(after), ()
    ended = settled(replace(after, status=step(after, "end")))
    return ended, () if last_day == before.last_day else (assignment_ended(after, last_day),)


def assignment_ended(assignment: Assignment, last_day: date) -> AssignmentEnded:
    return AssignmentEnded(
        assignment_id=assignment.id,
        unit_id=assignment.unit_id,
        case_worker_id=assignment.case_worker_id,
        last_day=last_day,
    )


def intervention_ended(assignment: Assignment, row: Row) -> InterventionEnded:
    assert row.period_to is not None
    return InterventionEnded(
        assignment_id=assignment.id,
        person_id=assignment.person_id,
        row_id=row.id,
        unit_id=row.unit_id,
        service=row.service,
        ended_on=row.period_to,
    )


def assignment_distributed(
    assignment: Assignment, now: datetime, today: date, by: UUID, recipients: tuple[UUID, ...] = ()
) -> AssignmentDistributed:
    """What is with the units now, and who it is about for those who document it there."""
    return AssignmentDistributed(
        assignment_id=assignment.id,
        person_id=assignment.person_id,
        unit_id=assignment.unit_id,
        case_worker_id=assignment.case_worker_id,
        distributed_at=now,
        rows=tuple(
            DistributedRow(
                row_id=row.id,
                unit_id=row.unit_id,
                service=row.service,
                period_from=row.period_from,
                period_to=row.period_to,
            )
            for row in assignment.rows
            if row.status is RowStatus.SENT or row.current_or_planned(today)
        ),
        recipients=recipients,
        person=_card(assignment),
        distributed_by=by,
    )


def clearance_shared(before: Assignment, after: Assignment, now: datetime) -> tuple[Event, ...]:
    """Others who may see the person now, for those who document it; they know of nobody until it is distributed."""
    if not after.been_distributed or set(before.named) == set(after.named):
        return ()
    person = _card(after)
    return (ClearanceShared(assignment_id=after.id, person_id=after.person_id, shared_at=now, person=person),)


def correction_shared(assignment: Assignment, corrected_at: datetime, now: datetime) -> tuple[Event, ...]:
    """What is right about the person, for those who document it; they know of nobody until it is distributed."""
    if not assignment.been_distributed:
        return ()
    ids = {"assignment_id": assignment.id, "person_id": assignment.person_id}
    return (CorrectionShared(**ids, corrected_at=corrected_at, shared_at=now, person=_card(assignment)),)


def _card(assignment: Assignment) -> Sealed[PersonCard]:
    return Sealed(assignment.order.person.model_copy(update={"cleared": assignment.named}))


def assignment_acknowledged(assignment: Assignment, acknowledgement: Acknowledgement) -> AssignmentAcknowledged:
    return AssignmentAcknowledged(
        assignment_id=assignment.id,
        unit_id=acknowledgement.unit_id,
        case_worker_id=assignment.case_worker_id,
        acknowledged_by=acknowledgement.member_id,
        acknowledged_at=acknowledgement.at,
        complete=not assignment.waiting_unit_ids,
    )
