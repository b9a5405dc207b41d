"""Name staff for a protected person: a manager who is named lets others at the units see who it is about."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic import Field

from chassis import replica
from chassis.auth import Actor
from chassis.decision import Decision, Invalid, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from services.execution.assignment import Assignment
from services.execution.course import acted, clearance_shared
from services.execution.rights import MANAGERS, STAFF, acting
from services.execution.tables import assignments
from services.execution.transitions import step

router = Router()


class Clear(Command):
    """Who more may see the person."""

    member_ids: tuple[UUID, ...] = Field(min_length=1, max_length=50, title="Ge medarbetare behörighet")


class NotProtected(Refused):
    """Personen har inga skyddade uppgifter, så ingen behöver särskild behörighet."""


class NotStaff(Invalid):
    """Välj medarbetare som arbetar på någon av utförarens enheter."""


@router.post("/assignments/{id}/clearance")
@form("/execution/assignments/{id}")
async def clear_members(id: UUID, command: Clear, by: By, tx: Tx) -> Done:
    before = await tx.load(assignments, id)
    units = await replica.units_below(tx, before.unit_id)
    staff = await replica.members_at(tx, {*units, *before.unit_ids}, STAFF, tx.today)
    await tx.save(assignments, clear(before, command, staff, by, tx.now))
    return Done(id=id, location=f"/execution/assignments/{id}", message="Medarbetarna får se personen.")


def clear(
    assignment: Assignment, command: Clear, staff: Collection[UUID], by: Actor, now: datetime
) -> Decision[Assignment]:
    """staff: the members who work at the provider's units."""
    who = acting(assignment, by, MANAGERS, assignment.unit_id, *assignment.unit_ids)
    status = step(assignment, "clear")
    if not assignment.protected:
        raise NotProtected
    if not set(command.member_ids) <= set(staff):
        raise NotStaff("member_ids")
    new = tuple(member for member in dict.fromkeys(command.member_ids) if member not in assignment.named)
    if not new:
        return Decision(assignment, (), who)
    after = replace(assignment, status=status, cleared=(*assignment.cleared, *new))
    after = acted(after, "clear", who, now, member_ids=new)
    return Decision(after, clearance_shared(assignment, after, now), who)
