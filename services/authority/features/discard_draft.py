"""Discard a draft (ta bort utkast): nothing was sent, and nothing will be; it can still be read."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.auth import Actor
from chassis.decision import Decision
from chassis.http import By, Done, Router, Tx, form
from services.authority.assignment import Assignment, noted, step
from services.authority.person import Person, seen_by
from services.authority.status_line import Mark, Row
from services.authority.tables import assignments, persons

router = Router()


@router.post("/assignments/{id}/discarding")
@form("/authority/assignments/{id}")
async def discard_assignment_draft(id: UUID, by: By, tx: Tx) -> Done:
    before = await tx.load(assignments, id)
    person = await tx.read(persons, before.person_id)
    await tx.save(assignments, discard(before, person, by, tx.now))
    if before.replaces:
        replaced = await tx.load(assignments, before.replaces)
        await tx.save(assignments, freed(replaced, person, by, tx.now))
    return Done(id=id, location=f"/authority/persons/{before.person_id}", message="Utkastet är borttaget.")


def discard(draft: Assignment, person: Person, by: Actor, now: datetime) -> Decision[Assignment]:
    """Nothing but the status changes: what was written can still be read."""
    who = seen_by(person, by)
    status = step(draft, "discard")
    row = Row(Mark.DISCARDED, now, by=who.member_id)
    return Decision(replace(noted(draft, row), status=status, replaces=None), (), who)


def freed(order: Assignment, person: Person, by: Actor, now: datetime) -> Decision[Assignment]:
    """What the draft was to replace, which can be replaced anew."""
    who = seen_by(person, by)
    row = Row(Mark.REPLACEMENT_DISCARDED, now, by=who.member_id)
    return Decision(replace(noted(order, row), replaced_by=None), (), who)
