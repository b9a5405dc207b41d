"""Create the document (handling) of a follow-up, discard it, or mark it as final (slutgiltig)."""

from dataclasses import replace
from uuid import UUID

from fastapi import Request

from chassis.auth import Actor
from chassis.decision import Decision
from chassis.http import By, Done, Router, Tx, form
from services.execution.assignment import Assignment
from services.execution.follow_up import FollowUp, create, may_follow_up, step
from services.execution.lookups import document_of
from services.execution.tables import assignments, follow_ups

router = Router()


@router.post("/follow-ups/{id}/document")
@form("/execution/follow-ups/{id}")
async def create_document(id: UUID, by: By, tx: Tx, request: Request) -> Done:
    follow_up = await tx.load(follow_ups, id)
    assignment = await tx.read(assignments, follow_up.assignment_id)
    document = await document_of(follow_up, assignment.order, tx, request)
    await tx.save(follow_ups, create(follow_up, assignment, document, by))
    return Done(id=id, location=f"/execution/follow-ups/{id}", message="Handlingen är skapad.")


@router.post("/follow-ups/{id}/discarding")
@form("/execution/follow-ups/{id}")
async def discard_document(id: UUID, by: By, tx: Tx) -> Done:
    follow_up = await tx.load(follow_ups, id)
    await tx.save(follow_ups, discard(follow_up, await tx.read(assignments, follow_up.assignment_id), by))
    return Done(id=id, location=f"/execution/follow-ups/{id}", message="Handlingen är borttagen. Texten finns kvar.")


@router.post("/follow-ups/{id}/final")
@form("/execution/follow-ups/{id}")
async def mark_document_final(id: UUID, by: By, tx: Tx) -> Done:
    follow_up = await tx.load(follow_ups, id)
    await tx.save(follow_ups, mark_final(follow_up, await tx.read(assignments, follow_up.assignment_id), by))
    return Done(id=id, location=f"/execution/follow-ups/{id}", message="Handlingen är slutgiltig.")


def discard(follow_up: FollowUp, assignment: Assignment, by: Actor) -> Decision[FollowUp]:
    who = may_follow_up(assignment, by)
    status = step(follow_up, "discard-document")
    return Decision(replace(follow_up, status=status, document=None, document_sha256=None), (), who)


def mark_final(follow_up: FollowUp, assignment: Assignment, by: Actor) -> Decision[FollowUp]:
    who = may_follow_up(assignment, by)
    return Decision(replace(follow_up, status=step(follow_up, "mark-final")), (), who)
