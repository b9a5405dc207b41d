"""Confirm a decline: the authority has seen that the provider said no."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.auth import Actor
from chassis.decision import Decision, Refused
from chassis.http import By, Done, Router, Tx, form
from contracts.authority import DeclineConfirmed
from services.authority.assignment import Assignment, noted, step
from services.authority.person import Person, seen_by
from services.authority.status_line import Mark, Row
from services.authority.tables import assignments, persons

router = Router()


class NotDeclined(Refused):
    """Uppdraget är {status}: det finns inget nej från utföraren att bekräfta."""


@router.post("/assignments/{id}/decline-confirmation")
@form("/authority/assignments/{id}")
async def confirm_decline_of_assignment(id: UUID, by: By, tx: Tx) -> Done:
    before = await tx.load(assignments, id)
    person = await tx.read(persons, before.person_id)
    await tx.save(assignments, confirm_decline(before, person, by, tx.now))
    message = "Utförarens nej är bekräftat. Skicka uppdraget till en annan utförare."
    return Done(id=id, location=f"/authority/assignments/{id}", message=message)


def confirm_decline(assignment: Assignment, person: Person, by: Actor, now: datetime) -> Decision[Assignment]:
    who = seen_by(person, by)
    status = step(assignment, "confirm-decline", NotDeclined)
    assert assignment.unit_id
    event = DeclineConfirmed(assignment_id=assignment.id, unit_id=assignment.unit_id, confirmed_at=now)
    row = Row(Mark.DECLINE_CONFIRMED, now, by=who.member_id)
    return Decision(replace(noted(assignment, row), status=status), (event,), who)
