"""Accept and register rows (acceptera och fördela): which unit carries out what, from when and how much."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from pydantic import Field
from uuid_utils.compat import uuid7

from chassis import replica
from chassis.auth import Actor
from chassis.decision import Decision
from chassis.http import By, Command, Done, Router, Tx, form
from services.execution.assignment import Assignment, Status
from services.execution.course import acted
from services.execution.rights import DISTRIBUTORS, acting
from services.execution.row_values import NewRow, row_of_values
from services.execution.tables import assignments
from services.execution.transitions import step

router = Router()


class RegisterRows(Command):
    """The rows, in one go."""

    rows: tuple[NewRow, ...] = Field(min_length=1, max_length=50)


@router.post("/assignments/{id}/rows")
@form("/execution/assignments/{id}/rows/new")
async def register_assignment_rows(id: UUID, command: RegisterRows, by: By, tx: Tx) -> Done:
    before = await tx.load(assignments, id)
    units = await replica.units_below(tx, before.unit_id)
    ids = [uuid7() for _ in command.rows]
    await tx.save(assignments, register_rows(before, command, units, ids, by, tx.now, tx.today))
    accepted = before.status is Status.RECEIVED
    said = "Uppdraget är accepterat och insatsen registrerad." if accepted else "Insatsen är registrerad."
    return Done(id=id, location=f"/execution/assignments/{id}/distribution", message=said)


def register_rows(
    assignment: Assignment,
    command: RegisterRows,
    units: Mapping[UUID, replica.Unit],
    ids: Sequence[UUID],
    by: Actor,
    now: datetime,
    today: date,
) -> Decision[Assignment]:
    """The first row accepts the assignment. units: the receiving unit and those below it; ids: one for each new row."""
    who = acting(assignment, by, DISTRIBUTORS)
    status = step(assignment, "register")
    mine = {unit_id: unit for unit_id, unit in units.items() if unit_id in by.units(DISTRIBUTORS)}
    ordered = {service.code: service for service in assignment.order.services}
    new = tuple(
        row_of_values(wanted, f"rows.{place}.", row_id, ordered, mine, today)
        for place, (wanted, row_id) in enumerate(zip(command.rows, ids, strict=True))
    )
    after = replace(assignment, status=status, rows=(*assignment.rows, *new))
    if assignment.status is Status.RECEIVED:
        after = acted(after, "accept", who, now)
    return Decision(acted(after, "register", who, now, row_ids=tuple(row.id for row in new)), (), who)
