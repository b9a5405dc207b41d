"""Close an assignment: the provider has ended it, and the authority has nothing more to order there."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from contracts.authority import AssignmentClosed, ClosingReason
from services.authority.assignment import Assignment, noted, step
from services.authority.person import Person, seen_by
from services.authority.status_line import Mark, Row
from services.authority.tables import assignments, persons

router = Router()


class Close(Command):
    """Why it is closed."""

    reason: ClosingReason = Field(title="Orsak")


class NotEnded(Refused):
    """Uppdraget är {status}. Det kan avslutas först när utföraren har avslutat alla insatser."""


@router.post("/assignments/{id}/closing")
@form("/authority/assignments/{id}")
async def close_assignment(id: UUID, command: Close, by: By, tx: Tx) -> Done:
    before = await tx.load(assignments, id)
    person = await tx.read(persons, before.person_id)
    await tx.save(assignments, close(before, person, command, by, tx.now, tx.today))
    return Done(id=id, location=f"/authority/assignments/{id}", message="Uppdraget är avslutat.")


def close(
    assignment: Assignment, person: Person, command: Close, by: Actor, now: datetime, today: date
) -> Decision[Assignment]:
    who = seen_by(person, by)
    status = step(assignment, "close", NotEnded)
    assert assignment.unit_id
    row = Row(Mark.CLOSED, now, by=who.member_id, reason=command.reason)
    event = AssignmentClosed(
        assignment_id=assignment.id, unit_id=assignment.unit_id, reason=command.reason, closed_on=today
    )
    return Decision(replace(noted(assignment, row), status=status), (event,), who)
