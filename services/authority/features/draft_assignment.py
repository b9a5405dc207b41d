"""Draft an assignment, and change the draft, until it is sent."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints
from uuid_utils.compat import uuid7

from chassis.auth import Actor
from chassis.database import Transaction
from chassis.decision import Decision
from chassis.http import By, Command, Done, Router, Tx, form
from chassis.seen import ChangedMeanwhile
from contracts.authority import OrderedGoal
from services.authority.assignment import Assignment, step
from services.authority.lookups import basis_of
from services.authority.order import Basis
from services.authority.person import seen_by
from services.authority.service_catalogue import ordered
from services.authority.tables import assignments, decisions, persons

router = Router()

Goal = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class Edit(Command):
    """What is ordered, and from whom. A draft may lack provider and services; an order that is sent may not."""

    unit_id: UUID | None = Field(default=None, title="Utförare")
    assignment_name: str = Field(title="Uppdrag", min_length=1, max_length=200)
    services: tuple[str, ...] = Field(default=(), title="Insatser", max_length=50)
    goals: tuple[Goal, ...] = Field(title="Mål med insatsen", min_length=1, max_length=50)
    cover_message: str = Field(default="", title="Meddelande")
    seen: str | None = Field(default=None, max_length=64)
    """The mark of the draft that was opened."""


class Draft(Edit):
    """The same, and the decision it rests on."""

    decision_id: UUID = Field(title="Beslut")


@router.post("/assignments")
@form("/authority/assignments/new")
async def draft_assignment(command: Draft, by: By, tx: Tx) -> Done:
    decision = await tx.read(decisions, command.decision_id)
    basis = Basis(await tx.read(persons, decision.person_id), decision)
    assignment_id = uuid7()
    await tx.save(assignments, draft(basis, command, by, assignment_id, _goals(command), tx.now))
    return _done(assignment_id)


@router.put("/assignments/{id}")
async def edit_assignment(id: UUID, command: Edit, by: By, tx: Tx) -> Done:
    return await _edit(tx, id, command, by)


@router.post("/assignments/{id}/draft")
@form("/authority/assignments/{id}/draft")
async def edit_assignment_by_form(id: UUID, command: Edit, by: By, tx: Tx) -> Done:
    return await _edit(tx, id, command, by)


async def _edit(tx: Transaction, id: UUID, command: Edit, by: Actor) -> Done:
    before = await tx.load(assignments, id)
    await tx.save(assignments, edit(before, await basis_of(tx, before), command, by, _goals(command)))
    return _done(id)


def _goals(command: Edit) -> tuple[OrderedGoal, ...]:
    return tuple(OrderedGoal(goal_id=uuid7(), text=text) for text in command.goals)


def _done(assignment_id: UUID) -> Done:
    location = f"/authority/assignments/{assignment_id}/preview"
    return Done(id=assignment_id, location=location, message="Utkastet är sparat. Inget är skickat ännu.")


def draft(
    basis: Basis, command: Draft, by: Actor, assignment_id: UUID, goals: Iterable[OrderedGoal], now: datetime
) -> Decision[Assignment]:
    who = seen_by(basis.person, by)
    empty = Assignment(
        id=assignment_id,
        person_id=basis.person.id,
        decision_id=basis.decision.id,
        authority_unit_id=basis.person.authority_unit_id,
        drafted_by=who.member_id,
        drafted_at=now,
        assignment_name=command.assignment_name,
    )
    return Decision(_filled(empty, command, goals), (), who)


def edit(
    before: Assignment, basis: Basis, command: Edit, by: Actor, goals: Iterable[OrderedGoal]
) -> Decision[Assignment]:
    who = seen_by(basis.person, by)
    step(before, "edit")
    if command.seen not in (None, before.seen):
        raise ChangedMeanwhile
    return Decision(_filled(before, command, goals), (), who)


def _filled(draft: Assignment, command: Edit, goals: Iterable[OrderedGoal]) -> Assignment:
    return replace(
        draft,
        unit_id=command.unit_id,
        assignment_name=command.assignment_name,
        services=tuple(service.code for service in ordered(command.services)),
        goals=tuple(goals),
        cover_message=command.cover_message,
    )
