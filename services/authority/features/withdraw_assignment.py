"""Withdraw an assignment (återta) before the provider has distributed it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from contracts.authority import AssignmentWithdrawn, WithdrawalReason
from services.authority.assignment import Assignment, noted, step
from services.authority.person import Person, seen_by
from services.authority.status_line import Mark, Row
from services.authority.tables import assignments, persons

router = Router()


class Withdraw(Command):
    """Why it is taken back."""

    reason: WithdrawalReason = Field(title="Orsak")


class CannotWithdraw(Refused):
    """Uppdraget är {status} och kan inte återtas. Det går bara tills utföraren har fördelat det eller tackat nej."""


@router.post("/assignments/{id}/withdrawal")
@form("/authority/assignments/{id}")
async def withdraw_assignment(id: UUID, command: Withdraw, by: By, tx: Tx) -> Done:
    before = await tx.load(assignments, id)
    person = await tx.read(persons, before.person_id)
    await tx.save(assignments, withdraw(before, person, command, by, tx.now))
    message = "Uppdraget är återtaget. Hann utföraren fördela det innan dess gäller uppdraget ändå, och det syns här."
    return Done(id=id, location=f"/authority/assignments/{id}", message=message)


def withdraw(
    assignment: Assignment, person: Person, command: Withdraw, by: Actor, now: datetime
) -> Decision[Assignment]:
    who = seen_by(person, by)
    status = step(assignment, "withdraw", CannotWithdraw)
    assert assignment.unit_id
    row = Row(Mark.WITHDRAWN, now, by=who.member_id, reason=command.reason)
    event = AssignmentWithdrawn(
        assignment_id=assignment.id, unit_id=assignment.unit_id, reason=command.reason, withdrawn_at=now
    )
    return Decision(replace(noted(assignment, row), status=status), (event,), who)
