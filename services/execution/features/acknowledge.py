"""Acknowledge an assignment (kvittera): a unit confirms that it has taken it over."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy.dialects.postgresql import insert

from chassis.auth import Actor
from chassis.decision import Decision, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from chassis.pages import moment
from services.execution.assignment import Assignment, Status
from services.execution.course import acted, assignment_acknowledged, settled
from services.execution.rights import STAFF, seen_by, units_to_acknowledge_for
from services.execution.tables import assignments, my_persons
from services.execution.transitions import step
from services.execution.waiting import Acknowledgement

router = Router()


class Acknowledge(Command):
    """The unit takes the assignment over."""

    unit_id: UUID | None = Field(default=None, title="Enhet")
    """For which unit; needed only when one works at several that have it."""
    add_to_my_persons: bool = Field(default=False, title="Flytta till Mina personer")


class NotDistributed(Refused):
    """Uppdraget är inte fördelat ännu och kan därför inte kvitteras."""


class ChooseUnit(Refused):
    """Uppdraget finns på flera av dina enheter. Välj vilken enhet du kvitterar för."""

    status = 422


class NotAtUnit(Refused):
    """Uppdraget är fördelat till andra enheter än dina, och det är de som kvitterar."""


class NotYourUnit(Refused):
    """Du kan bara kvittera för en av dina egna enheter som har uppdraget."""

    status = 422


@router.post("/assignments/{id}/acknowledgement")
@form("/execution/assignments/{id}")
async def acknowledge_assignment(id: UUID, command: Acknowledge, by: By, tx: Tx) -> Done:
    before = await tx.load(assignments, id)
    after = await tx.save(assignments, acknowledge(before, command, by, tx.now))
    if command.add_to_my_persons:
        mine = {"member_id": by.member_id, "person_id": after.person_id, "added_at": tx.now}
        await tx.execute(insert(my_persons).values(**mine).on_conflict_do_nothing())
    mine_now = after.acknowledgements[-1]
    first = next(a for a in after.acknowledgements if a.unit_id == mine_now.unit_id)
    if first is mine_now:
        return Done(id=id, location=f"/execution/assignments/{id}", message="Uppdraget är kvitterat.")
    return Done(
        id=id,
        location=f"/execution/assignments/{id}?already={first.unit_id}",
        message=f"Uppdraget är redan kvitterat av {first.name} {moment(first.at)}.",
    )


def acknowledge(assignment: Assignment, command: Acknowledge, by: Actor, now: datetime) -> Decision[Assignment]:
    """The first acknowledgement of a unit counts; later ones are recorded and tell nobody (R-04)."""
    seen_by(assignment, by)
    if assignment.status in (Status.RECEIVED, Status.ACCEPTED):
        raise NotDistributed
    status = step(assignment, "acknowledge")
    unit_id = _unit(assignment, command, by)
    who = by.at(unit_id, STAFF)
    first = all(earlier.unit_id != unit_id for earlier in assignment.acknowledgements)
    mine = Acknowledgement(unit_id, who.member_id, who.name, now)
    after = replace(assignment, status=status, acknowledgements=(*assignment.acknowledgements, mine))
    after = settled(acted(after, "acknowledge", who, now))
    return Decision(after, (assignment_acknowledged(after, mine),) if first else (), who)


def _unit(assignment: Assignment, command: Acknowledge, by: Actor) -> UUID:
    mine = units_to_acknowledge_for(assignment, by)
    if not mine:
        raise NotAtUnit
    if command.unit_id in mine:
        return command.unit_id
    if command.unit_id is not None:
        raise NotYourUnit("unit_id")
    waiting = [unit for unit in mine if unit in assignment.waiting_unit_ids] or mine
    if len(waiting) != 1:
        raise ChooseUnit("unit_id")
    return waiting[0]
