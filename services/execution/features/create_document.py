"""Create the final document of a follow-up, discard it, or mark it as final (slutgiltig)."""

import hashlib
from dataclasses import replace
from uuid import UUID

from fastapi import Request

from chassis.auth import Actor
from chassis.decision import Decision, Invalid
from chassis.http import By, Done, Router, Tx, form
from chassis.replica import unit_names
from services.execution.assignment import Assignment
from services.execution.follow_up import FollowUp, may_follow_up, step
from services.execution.tables import assignments, follow_ups

router = Router()


class EveryGoalRated(Invalid):
    """Skatta måluppfyllelsen för varje mål (0–5)."""


class SignatureDateMissing(Invalid):
    """Ange datum för underskrift."""


@router.post("/follow-ups/{id}/document")
@form("/execution/follow-ups/{id}")
async def create_document(id: UUID, by: By, tx: Tx, request: Request) -> Done:
    follow_up = await tx.load(follow_ups, id)
    assignment = await tx.read(assignments, follow_up.assignment_id)
    unit = (await unit_names(tx, [follow_up.unit_id])).get(follow_up.unit_id, "okänd enhet")
    text = request.app.state.pages.render(
        "follow_up_document.html", follow_up=follow_up, order=assignment.order, unit=unit
    )
    await tx.save(follow_ups, create(follow_up, assignment, text, by))
    return Done(id=id, location=f"/execution/follow-ups/{id}", message="Dokumentet är skapat.")


@router.post("/follow-ups/{id}/discarding")
@form("/execution/follow-ups/{id}")
async def discard_document(id: UUID, by: By, tx: Tx) -> Done:
    follow_up = await tx.load(follow_ups, id)
    await tx.save(follow_ups, discard(follow_up, await tx.read(assignments, follow_up.assignment_id), by))
    return Done(id=id, location=f"/execution/follow-ups/{id}", message="Dokumentet är borttaget. Texten finns kvar.")


@router.post("/follow-ups/{id}/final")
@form("/execution/follow-ups/{id}")
async def mark_document_final(id: UUID, by: By, tx: Tx) -> Done:
    follow_up = await tx.load(follow_ups, id)
    await tx.save(follow_ups, mark_final(follow_up, await tx.read(assignments, follow_up.assignment_id), by))
    return Done(id=id, location=f"/execution/follow-ups/{id}", message="Handlingen är slutgiltig.")


def create(follow_up: FollowUp, assignment: Assignment, document: str, by: Actor) -> Decision[FollowUp]:
    """Needs a rating of every goal and a date for the signature, nothing else (R-32)."""
    who = may_follow_up(assignment, by)
    status = step(follow_up, "create-document")
    if any(goal.rating is None for goal in follow_up.ratings):
        raise EveryGoalRated("ratings")
    if follow_up.signature_date is None:
        raise SignatureDateMissing("signature_date")
    digest = hashlib.sha256(document.encode()).hexdigest()
    return Decision(replace(follow_up, status=status, document=document, document_sha256=digest), (), who)


def discard(follow_up: FollowUp, assignment: Assignment, by: Actor) -> Decision[FollowUp]:
    who = may_follow_up(assignment, by)
    status = step(follow_up, "discard-document")
    return Decision(replace(follow_up, status=status, document=None, document_sha256=None), (), who)


def mark_final(follow_up: FollowUp, assignment: Assignment, by: Actor) -> Decision[FollowUp]:
    who = may_follow_up(assignment, by)
    return Decision(replace(follow_up, status=step(follow_up, "mark-final")), (), who)
