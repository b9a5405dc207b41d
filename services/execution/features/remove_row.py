"""Remove a row (ta bort verkställighet) that was registered by mistake; the history keeps it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.auth import Actor
from chassis.decision import Decision
from chassis.http import By, Done, Router, Tx, form
from services.execution.assignment import Assignment
from services.execution.course import acted, finished, row_of, with_rows
from services.execution.rights import DISTRIBUTORS, acting
from services.execution.tables import assignments
from services.execution.transitions import row_step, step

router = Router()


@router.post("/assignments/{id}/rows/{row_id}/removal")
@form("/execution/assignments/{id}/rows/{row_id}")
async def remove_assignment_row(id: UUID, row_id: UUID, by: By, tx: Tx) -> Done:
    await tx.save(assignments, remove_row(await tx.load(assignments, id), row_id, by, tx.now))
    return Done(id=id, location=f"/execution/assignments/{id}/distribution", message="Insatsen är borttagen.")


def remove_row(assignment: Assignment, row_id: UUID, by: Actor, now: datetime) -> Decision[Assignment]:
    """When all other rows have ended, the assignment has too."""
    who = acting(assignment, by, DISTRIBUTORS)
    row = row_of(assignment, row_id)
    status = step(assignment, "remove")
    after = with_rows(replace(assignment, status=status), row_step(row, "remove"))
    after, events = finished(assignment, acted(after, "remove", who, now, row_ids=(row_id,)))
    return Decision(after, events, who)
