"""Submit a follow-up (avge): the signed document goes to the authority, once."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.auth import Actor
from chassis.database import Transaction
from chassis.decision import Decision, Refused
from chassis.http import By, Done, Router, Tx, form
from chassis.subscriptions import Subscriptions
from contracts.authority import FollowUpReceived
from contracts.execution import FollowUpReport, FollowUpSubmitted, GoalRating
from contracts.sealed import Sealed
from services.execution.assignment import Assignment, Status
from services.execution.follow_up import FollowUp, FollowUpStatus, may_follow_up, step
from services.execution.tables import assignments, follow_ups

router = Router()
subscriptions = Subscriptions()


class NotSigned(Refused):
    """Måluppföljningen måste vara signerad innan den avges."""


class AlreadySubmitted(Refused):
    """Måluppföljningen är redan avgiven."""


class ClosedMeanwhile(Refused):
    """Uppdraget är avslutat av myndigheten. Uppföljningen kan inte avges men finns kvar här."""


@router.post("/follow-ups/{id}/submission")
@form("/execution/follow-ups/{id}")
async def submit_a_follow_up(id: UUID, by: By, tx: Tx) -> Done:
    follow_up = await tx.load(follow_ups, id)
    assignment = await tx.read(assignments, follow_up.assignment_id)
    await tx.save(follow_ups, submit_follow_up(follow_up, assignment, by, tx.now))
    return Done(id=id, location=f"/execution/follow-ups/{id}", message="Uppföljningen är avgiven till myndigheten.")


def submit_follow_up(follow_up: FollowUp, assignment: Assignment, by: Actor, now: datetime) -> Decision[FollowUp]:
    """Only what is signed, and once (R-14)."""
    who = may_follow_up(assignment, by)
    if follow_up.status in (FollowUpStatus.SUBMITTED, FollowUpStatus.RECEIVED):
        raise AlreadySubmitted
    status = step(follow_up, "submit", NotSigned)
    if assignment.status is Status.CLOSED:
        raise ClosedMeanwhile
    return Decision(replace(follow_up, status=status, submitted_at=now), (told(follow_up, assignment, now),), who)


def told(follow_up: FollowUp, assignment: Assignment, now: datetime) -> FollowUpSubmitted:
    assert follow_up.document and follow_up.document_sha256 and follow_up.signature
    assert follow_up.signed_by and follow_up.signed_at
    ratings = tuple(
        GoalRating(goal_id=goal.goal_id, text=goal.text, rating=goal.rating)
        for goal in follow_up.ratings
        if goal.rating is not None
    )
    report = FollowUpReport(ratings=ratings, document=follow_up.document, signature=follow_up.signature)
    return FollowUpSubmitted(
        assignment_id=assignment.id,
        follow_up_id=follow_up.id,
        unit_id=follow_up.unit_id,
        case_worker_id=assignment.case_worker_id,
        round=follow_up.round,
        performed_on=follow_up.performed_on,
        action=follow_up.action,
        signed_by=follow_up.signed_by,
        signed_at=follow_up.signed_at,
        submitted_at=now,
        document_sha256=follow_up.document_sha256,
        report=Sealed(report),
    )


@subscriptions.on(FollowUpReceived, loads=follow_ups, by="follow_up_id")
async def authority_received(event: FollowUpReceived, tx: Transaction) -> None:
    await tx.save(follow_ups, receive(await tx.load(follow_ups, event.follow_up_id)))


def receive(follow_up: FollowUp) -> Decision[FollowUp]:
    """The authority has read it; hearing so twice changes nothing."""
    if follow_up.status is not FollowUpStatus.SUBMITTED:
        return Decision(follow_up)
    return Decision(replace(follow_up, status=step(follow_up, "receive")))
