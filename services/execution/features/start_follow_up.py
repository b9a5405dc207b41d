"""Start a follow-up (Lägg till): a new round, with the goals of the order to rate."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from chassis.auth import Actor
from chassis.decision import Decision, Refused
from chassis.http import By, Done, Router, Tx, form
from services.execution.assignment import Assignment, Status
from services.execution.follow_up import FollowUp, FollowUpStatus, Rating, may_follow_up
from services.execution.tables import assignments, follow_ups

router = Router()


class NotStarted(Refused):
    """Uppdraget är inte påbörjat. Registrera första besöket innan du gör en uppföljning."""


class OrderClosed(Refused):
    """Uppdraget är avslutat. Det går inte att göra fler uppföljningar i det."""


class OneAtATime(Refused):
    """Det finns redan en uppföljning som inte är avgiven. Öppna den i listan och gör klart den först."""


@router.post("/assignments/{id}/follow-ups")
@form("/execution/assignments/{id}")
async def start_a_follow_up(id: UUID, by: By, tx: Tx) -> Done:
    assignment = await tx.load(assignments, id)
    table = follow_ups.table.c
    submitted = table.status.in_([FollowUpStatus.SUBMITTED, FollowUpStatus.RECEIVED])
    unfinished = select(func.count()).where(table.assignment_id == id, ~submitted)
    decision = start_follow_up(assignment, bool(await tx.scalar(unfinished)), by, uuid7(), tx.now)
    await tx.save(assignments, Decision(replace(assignment, follow_up_rounds=decision.state.round), (), decision.by))
    await tx.save(follow_ups, decision)
    location = f"/execution/follow-ups/{decision.state.id}"
    return Done(id=decision.state.id, location=location, message="Uppföljningen är påbörjad.")


def start_follow_up(assignment: Assignment, unfinished: bool, by: Actor, id: UUID, now: datetime) -> Decision[FollowUp]:
    who = may_follow_up(assignment, by)
    refuse_unless_open(assignment)
    if unfinished:
        raise OneAtATime
    follow_up = FollowUp(
        id=id,
        assignment_id=assignment.id,
        person_id=assignment.person_id,
        unit_id=who.unit_id or assignment.unit_id,
        round=assignment.follow_up_rounds + 1,
        created_at=now,
        created_by=who.member_id,
        ratings=tuple(Rating(goal.goal_id, goal.text) for goal in assignment.order.goals),
    )
    return Decision(follow_up, (), who)


def refuse_unless_open(assignment: Assignment) -> None:
    if assignment.status is Status.CLOSED:
        raise OrderClosed
    if assignment.status not in (Status.IN_EXECUTION, Status.ENDED):
        raise NotStarted
