"""Recall a row (återkalla) from the unit it was sent to; it stays visible with its period."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Body
from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from contracts.event import Event
from services.execution.assignment import Assignment, Status
from services.execution.course import acted, assignment_acknowledged, assignment_distributed, row_of, settled, with_rows
from services.execution.rights import DISTRIBUTORS, acting
from services.execution.tables import assignments
from services.execution.transitions import row_step, step

router = Router()


class Recall(Command):
    """The unit is not to carry it out."""

    confirmed: bool = Field(default=False, title="Ja, återkalla insatsen")


AS_ASKED = Recall()


class NotConfirmed(Refused):
    """Vill du återkalla {service}? Enheten ska då inte utföra den, och får veta det. Det går inte att ångra."""

    status = 422
    question = True


class EndInstead(Refused):
    """Insatsen är den sista pågående i uppdraget och de andra är avslutade. Avsluta den i stället för att återkalla."""


@router.post("/assignments/{id}/rows/{row_id}/recall")
@form("/execution/assignments/{id}/rows/{row_id}")
async def recall_assignment_row(
    id: UUID, row_id: UUID, by: By, tx: Tx, command: Annotated[Recall, Body()] = AS_ASKED
) -> Done:
    await tx.save(assignments, recall_row(await tx.load(assignments, id), row_id, command, by, tx.now, tx.today))
    return Done(id=id, location=f"/execution/assignments/{id}/distribution", message="Insatsen är återkallad.")


def recall_row(
    assignment: Assignment, row_id: UUID, command: Recall, by: Actor, now: datetime, today: date
) -> Decision[Assignment]:
    """A unit with nothing left starts over if it gets a new row; with no row left anywhere, so does the assignment."""
    who = acting(assignment, by, DISTRIBUTORS)
    row = row_of(assignment, row_id)
    step(assignment, "recall")
    after = with_rows(assignment, row_step(row, "recall"))
    if after.last_day is not None:
        raise EndInstead
    if not command.confirmed:
        raise NotConfirmed(service=row.service_name)
    kept = tuple(earlier for earlier in after.acknowledgements if earlier.unit_id in after.unit_ids)
    after = acted(replace(after, acknowledgements=kept), "recall", who, now, row_ids=(row_id,))
    if after.unit_ids:
        after = settled(replace(after, status=step(after, "recall")))
    else:
        after = settled(replace(after, status=step(after, "recall-all"), started_on=None))
    events: tuple[Event, ...] = (assignment_distributed(after, now, today, who.member_id),)
    if (assignment.status, after.status) == (Status.DISTRIBUTED, Status.ACKNOWLEDGED):
        events = (*events, assignment_acknowledged(after, after.acknowledgements[-1]))
    return Decision(after, events, who)
