"""Change a row (rätta verkställighet) that has not been sent; one that has is ended or recalled, and begun anew.

It is a new row: who is about to send the old one, as it was, is refused.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis import replica
from chassis.auth import Actor
from chassis.decision import Decision
from chassis.http import By, Done, Router, Tx, form
from services.execution.assignment import Assignment
from services.execution.course import acted, row_of, with_rows
from services.execution.rights import DISTRIBUTORS, acting
from services.execution.row_values import NewRow, row_of_values
from services.execution.tables import assignments
from services.execution.transitions import row_step, step

router = Router()


@router.put("/assignments/{id}/rows/{row_id}")
@router.post("/assignments/{id}/rows/{row_id}")
@form("/execution/assignments/{id}/rows/{row_id}")
async def change_assignment_row(id: UUID, row_id: UUID, command: NewRow, by: By, tx: Tx) -> Done:
    before = await tx.load(assignments, id)
    units = await replica.units_below(tx, before.unit_id)
    await tx.save(assignments, change_row(before, row_id, command, units, uuid7(), by, tx.now, tx.today))
    return Done(id=id, location=f"/execution/assignments/{id}/distribution", message="Insatsen är ändrad.")


def change_row(
    assignment: Assignment,
    row_id: UUID,
    command: NewRow,
    units: Mapping[UUID, replica.Unit],
    new_id: UUID,
    by: Actor,
    now: datetime,
    today: date,
) -> Decision[Assignment]:
    """units: the receiving one and those below it; new_id: of the row that takes the old one's place."""
    who = acting(assignment, by, DISTRIBUTORS)
    old = row_of(assignment, row_id)
    status, gone = step(assignment, "change"), row_step(old, "change")
    mine = {unit_id: unit for unit_id, unit in units.items() if unit_id in by.units(DISTRIBUTORS)}
    ordered = {service.code: service for service in assignment.order.services}
    new = row_of_values(command, "", new_id, ordered, mine, today)
    after = with_rows(replace(assignment, status=status), gone)
    after = replace(after, rows=(*after.rows, new))
    return Decision(acted(after, "change", who, now, row_ids=(row_id, new_id)), (), who)
