"""End a row (avsluta verkställighet): the last day it is carried out, also to correct that day."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision, Invalid
from chassis.http import By, Command, Done, Router, Tx, form
from chassis.pages import day
from services.execution.assignment import Assignment
from services.execution.course import acted, finished, intervention_ended, row_of, with_rows
from services.execution.rights import DISTRIBUTORS, acting
from services.execution.tables import assignments
from services.execution.transitions import row_step, step

router = Router()


class EndRow(Command):
    """The last day; it may lie ahead."""

    last_day: date = Field(title="Sista dag")


class EndsBeforeItStarts(Invalid):
    """Sista dagen kan inte ligga före insatsens första dag, {first_day}."""


@router.post("/assignments/{id}/rows/{row_id}/ending")
@form("/execution/assignments/{id}/rows/{row_id}")
async def end_assignment_row(id: UUID, row_id: UUID, command: EndRow, by: By, tx: Tx) -> Done:
    before = await tx.load(assignments, id)
    decision = end_row(before, row_id, command, by, tx.now)
    await tx.save(assignments, decision)
    told = " Handläggaren har meddelats." if len(decision.events) > 1 else ""
    return Done(id=id, location=f"/execution/assignments/{id}", message=f"Sista dagen är registrerad.{told}")


def end_row(assignment: Assignment, row_id: UUID, command: EndRow, by: Actor, now: datetime) -> Decision[Assignment]:
    """When it was the last one, the assignment has ended at the provider and the authority is told (R-29)."""
    acting(assignment, by, DISTRIBUTORS, *assignment.unit_ids, assignment.unit_id)
    row = row_of(assignment, row_id)
    who = acting(assignment, by, DISTRIBUTORS, row.unit_id, assignment.unit_id)
    status = step(assignment, "end-row")
    ended = replace(row_step(row, "end-row"), period_to=command.last_day)
    if command.last_day < row.period_from:
        raise EndsBeforeItStarts("last_day", first_day=day(row.period_from))
    after = with_rows(replace(assignment, status=status), ended)
    after = acted(after, "end-row", who, now, row_ids=(row_id,), on=command.last_day)
    after, events = finished(assignment, after)
    return Decision(after, (intervention_ended(after, ended), *events), who)
