"""Write a follow-up: the ratings, which alone are mandatory in the end, and the other headings."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from chassis.auth import Actor
from chassis.clock import SWEDEN
from chassis.decision import Decision, Invalid, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from chassis.pages import day
from chassis.seen import ChangedMeanwhile
from contracts.execution import ActionDecision
from services.execution.assignment import Assignment
from services.execution.follow_up import HIGHEST, LOWEST, FollowUp, Rating, create, may_follow_up, step
from services.execution.lookups import document_of
from services.execution.tables import assignments, follow_ups

router = Router()


class RatedGoal(BaseModel):
    """One goal and how far it has been reached, as far as the writer has decided yet."""

    model_config = ConfigDict(extra="forbid")

    goal_id: UUID
    rating: int | None = Field(default=None, ge=LOWEST, le=HIGHEST)


class WriteFollowUp(Command):
    """Everything that stands in the follow-up; it replaces what stood there."""

    ratings: tuple[RatedGoal, ...] = ()
    performed_on: date | None = Field(default=None, title="Datum för uppföljningen")
    performed: str = Field(default="", title="Genomförd uppföljning")
    situation_change: str = Field(default="", title="Förändring i situation")
    action: ActionDecision | None = Field(default=None, title="Beslut om åtgärder")
    action_text: str = Field(default="", title="Mer om åtgärderna")
    changes: str = Field(default="", title="Ändringar")
    comment: str = Field(default="", title="Kommentar")
    signature_date: date | None = Field(default=None, title="Datum för underskrift")
    seen: str | None = Field(default=None, max_length=64)
    """The mark of what stood there when it was opened."""
    then_create: bool = False
    """Make the document of it too."""


class Signed(Refused):
    """Uppföljningen är en handling och kan inte ändras. Ta bort handlingen först, om den inte är signerad."""


class NotAnOrderedGoal(Invalid):
    """Du kan bara skatta målen i uppdraget, vart och ett en gång."""


class PerformedInFuture(Invalid):
    """Datum för genomförd uppföljning kan inte ligga framåt i tiden."""


class PerformedTooEarly(Invalid):
    """Datum för genomförd uppföljning kan inte ligga före {first_day}."""


class SignatureInFuture(Invalid):
    """Datum för underskrift kan inte ligga framåt i tiden. Lämna det tomt tills underskriften görs."""


class SignatureTooEarly(Invalid):
    """Datum för underskrift kan inte ligga före {first_day}."""


@router.post("/follow-ups/{id}/text")
@form("/execution/follow-ups/{id}")
async def write_a_follow_up(id: UUID, command: WriteFollowUp, by: By, tx: Tx, request: Request) -> Done:
    follow_up = await tx.load(follow_ups, id)
    assignment = await tx.read(assignments, follow_up.assignment_id)
    written = await tx.save(follow_ups, write_follow_up(follow_up, assignment, command, by, tx.today))
    if command.then_create:
        document = await document_of(written, assignment.order, tx, request)
        await tx.save(follow_ups, create(written, assignment, document, by))
    message = "Handlingen är skapad." if command.then_create else "Uppföljningen är sparad."
    return Done(id=id, location=f"/execution/follow-ups/{id}", message=message)


def write_follow_up(
    follow_up: FollowUp, assignment: Assignment, command: WriteFollowUp, by: Actor, today: date
) -> Decision[FollowUp]:
    who = may_follow_up(assignment, by)
    status = step(follow_up, "write", Signed)
    if command.seen not in (None, follow_up.seen):
        raise ChangedMeanwhile
    _check_days(command, assignment, today)
    chosen = {goal.goal_id: goal.rating for goal in command.ratings}
    if len(chosen) < len(command.ratings) or not chosen.keys() <= {goal.goal_id for goal in follow_up.ratings}:
        raise NotAnOrderedGoal("ratings")
    ratings = tuple(Rating(goal.goal_id, goal.text, chosen.get(goal.goal_id)) for goal in follow_up.ratings)
    written = command.model_dump(exclude={"ratings", "seen", "then_create"})
    return Decision(replace(follow_up, status=status, ratings=ratings, **written), (), who)


def _check_days(command: WriteFollowUp, assignment: Assignment, today: date) -> None:
    """Nothing is followed up before it has begun, or signed before it has been followed up."""
    began = assignment.started_on or assignment.sent_at.astimezone(SWEDEN).date()
    if command.performed_on and command.performed_on > today:
        raise PerformedInFuture("performed_on")
    if command.performed_on and command.performed_on < began:
        raise PerformedTooEarly("performed_on", first_day=day(began))
    if command.signature_date and command.signature_date > today:
        raise SignatureInFuture("signature_date")
    if command.signature_date and command.signature_date < (first := command.performed_on or began):
        raise SignatureTooEarly("signature_date", first_day=day(first))
