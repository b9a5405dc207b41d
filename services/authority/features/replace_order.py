"""Replace an order that was declined or withdrawn: the same as a new draft, to another provider."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic import Field
from uuid_utils.compat import uuid7

from chassis.auth import Actor
from chassis.decision import Decision, Invalid, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from services.authority.assignment import Assignment, OrderStatus, noted, step
from services.authority.person import Person, seen_by
from services.authority.status_line import Mark, Row
from services.authority.tables import assignments, persons

router = Router()


class Replace(Command):
    """Who is asked instead."""

    unit_id: UUID = Field(title="Utförare")


class NotReplaceable(Refused):
    """Uppdraget är {status}. Det kan ersättas när det är återtaget, eller när du har bekräftat ett nej."""


class AlreadyReplaced(Refused):
    """Uppdraget är redan ersatt av ett nytt uppdrag."""


class SameProvider(Invalid):
    """Den utföraren har tackat nej. Välj en annan utförare."""


@router.post("/assignments/{id}/replacement")
@form("/authority/assignments/{id}")
async def replace_assignment(id: UUID, command: Replace, by: By, tx: Tx) -> Done:
    before = await tx.load(assignments, id)
    person = await tx.read(persons, before.person_id)
    new_id = uuid7()
    old = replace_order(before, person, command, by, new_id, tx.now)
    goal_ids = [uuid7() for _ in before.goals]
    await tx.save(assignments, old)
    await tx.save(assignments, replacement(old.state, command, by, goal_ids, tx.now))
    message = "Ett nytt utkast med samma innehåll är sparat. Inget är skickat ännu."
    return Done(id=new_id, location=f"/authority/assignments/{new_id}", message=message)


def replace_order(
    before: Assignment, person: Person, command: Replace, by: Actor, new_id: UUID, now: datetime
) -> Decision[Assignment]:
    """The old one, which points to the one that is sent instead. Who has said no isn't asked again."""
    who = seen_by(person, by)
    status = step(before, "replace", NotReplaceable)
    if before.replaced_by is not None:
        raise AlreadyReplaced
    if before.status is OrderStatus.DECLINE_CONFIRMED and command.unit_id == before.unit_id:
        raise SameProvider("unit_id")
    row = Row(Mark.REPLACED, now, by=who.member_id)
    return Decision(replace(noted(before, row), status=status, replaced_by=new_id), (), who)


def replacement(
    replaced: Assignment, command: Replace, by: Actor, goal_ids: list[UUID], now: datetime
) -> Decision[Assignment]:
    """The new draft: the same decision, name, services, goals and message."""
    assert replaced.replaced_by
    goals = (goal.model_copy(update={"goal_id": new}) for goal, new in zip(replaced.goals, goal_ids, strict=True))
    draft = Assignment(
        id=replaced.replaced_by,
        person_id=replaced.person_id,
        decision_id=replaced.decision_id,
        authority_unit_id=replaced.authority_unit_id,
        drafted_by=by.member_id,
        drafted_at=now,
        assignment_name=replaced.assignment_name,
        unit_id=command.unit_id,
        services=replaced.services,
        goals=tuple(goals),
        cover_message=replaced.cover_message,
        replaces=replaced.id,
    )
    return Decision(draft)
