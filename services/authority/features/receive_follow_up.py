"""Receive a follow-up: it is kept as it came, and the provider is told when a case worker has read it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from chassis.auth import Actor
from chassis.database import Transaction
from chassis.decision import Decision, Refused
from chassis.http import By, Done, Router, Tx, form
from chassis.subscriptions import Subscriptions
from contracts.authority import FollowUpReceived
from contracts.execution import FollowUpReport, FollowUpSubmitted
from services.authority.assignment import heard
from services.authority.follow_up import FollowUp, digest
from services.authority.lookups import Verifying
from services.authority.person import Person, seen_by
from services.authority.status_line import Mark, Row
from services.authority.tables import assignments, follow_ups, persons

router = Router()
subscriptions = Subscriptions()


class NotGenuine(Refused):
    """Uppföljningen stämmer inte med sin kontrollsumma eller underskrift. Ta inte emot den. Kontakta användarstöd."""


@subscriptions.on(FollowUpSubmitted, loads=assignments)
async def follow_up_submitted(event: FollowUpSubmitted, tx: Transaction) -> None:
    assignment = await tx.load(assignments, event.assignment_id)
    row = Row(Mark.FOLLOWED_UP, event.submitted_at, by=event.signed_by, unit_ids=(event.unit_id,))
    await tx.save(assignments, heard(assignment, row, tx.now))
    known = select(follow_ups.table).where(follow_ups.table.c.id == event.follow_up_id)
    if not await tx.find(follow_ups, known):
        report = tx.unseal(event.report, FollowUpReport)
        await tx.save(follow_ups, arrive(event, report, assignment.person_id))


def arrive(event: FollowUpSubmitted, report: FollowUpReport, person_id: UUID) -> Decision[FollowUp]:
    """Kept also when the document isn't the one whose digest was told, so that what came can be looked into."""
    follow_up = FollowUp(
        id=event.follow_up_id,
        assignment_id=event.assignment_id,
        person_id=person_id,
        unit_id=event.unit_id,
        round=event.round,
        performed_on=event.performed_on,
        action=event.action,
        signed_by=event.signed_by,
        signed_at=event.signed_at,
        submitted_at=event.submitted_at,
        document_sha256=event.document_sha256,
        report=report,
        intact=digest(report.document) == event.document_sha256,
    )
    return Decision(follow_up)


@router.post("/follow-ups/{id}/receipt")
@form("/authority/follow-ups/{id}")
async def receive_follow_up(id: UUID, by: By, tx: Tx, genuine: Verifying) -> Done:
    follow_up = await tx.load(follow_ups, id)
    person = await tx.read(persons, follow_up.person_id)
    decision = receive(follow_up, person, by, tx.now, genuine=genuine(follow_up))
    await tx.save(follow_ups, decision)
    return Done(id=id, location=f"/authority/follow-ups/{id}", message="Uppföljningen är mottagen.")


def receive(follow_up: FollowUp, person: Person, by: Actor, now: datetime, *, genuine: bool) -> Decision[FollowUp]:
    """The first who reads it counts and is told of; doing so again changes nothing."""
    who = seen_by(person, by)
    if follow_up.received_at is not None:
        return Decision(follow_up, (), who)
    if not (follow_up.intact and genuine):
        raise NotGenuine
    event = FollowUpReceived(assignment_id=follow_up.assignment_id, follow_up_id=follow_up.id, received_at=now)
    return Decision(replace(follow_up, received_at=now, received_by=who.member_id), (event,), who)
