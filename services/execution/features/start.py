"""Start an assignment: the first visit has been made (datum för verkställighet)."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from chassis.auth import Actor
from chassis.database import SWEDEN
from chassis.decision import Decision, Invalid, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from chassis.pages import day
from contracts.execution import InterventionStarted
from services.execution.assignment import Assignment
from services.execution.course import acted
from services.execution.rights import DISTRIBUTORS, acting, units_to_start_for
from services.execution.tables import assignments
from services.execution.transitions import step

router = Router()


class Start(Command):
    """The day of the first visit."""

    started_on: date = Field(title="Datum för verkställighet")
    visiting_unit_id: UUID | None = Field(default=None, title="Enhet som gjorde besöket")
    """Needed only when one answers for several that have it."""


class InFuture(Invalid):
    """Datum för verkställighet kan inte ligga framåt i tiden."""


class BeforeSent(Invalid):
    """Datum för verkställighet kan inte ligga före den dag uppdraget skickades, {sent}."""


class NotAcknowledged(Refused):
    """Uppdraget är inte kvitterat. Kvittera det innan du registrerar första besöket."""


class ChooseVisitingUnit(Invalid):
    """Flera av dina enheter har uppdraget. Välj vilken enhet som gjorde första besöket."""


@router.post("/assignments/{id}/start")
@form("/execution/assignments/{id}")
async def start_assignment(id: UUID, command: Start, by: By, tx: Tx) -> Done:
    await tx.save(assignments, start(await tx.load(assignments, id), command, by, tx.now, tx.today))
    message = "Första besöket är registrerat. Handläggaren har meddelats."
    return Done(id=id, location=f"/execution/assignments/{id}", message=message)


def start(assignment: Assignment, command: Start, by: Actor, now: datetime, today: date) -> Decision[Assignment]:
    """By the manager or coordinator of a unit that has acknowledged; not in the future (R-35)."""
    acting(assignment, by, DISTRIBUTORS, *assignment.unit_ids, assignment.unit_id)
    status = step(assignment, "start")
    who = acting(assignment, by, DISTRIBUTORS, _unit(assignment, command, by))
    if command.started_on > today:
        raise InFuture("started_on")
    sent = assignment.sent_at.astimezone(SWEDEN).date()
    if command.started_on < sent:
        raise BeforeSent("started_on", sent=day(sent))
    after = replace(assignment, status=status, started_on=command.started_on)
    event = InterventionStarted(
        assignment_id=assignment.id,
        unit_id=who.unit_id or assignment.unit_id,
        case_worker_id=assignment.case_worker_id,
        started_on=command.started_on,
    )
    return Decision(acted(after, "start", who, now, on=command.started_on), (event,), who)


def _unit(assignment: Assignment, command: Start, by: Actor) -> UUID:
    candidates = units_to_start_for(assignment, by)
    if not candidates:
        raise NotAcknowledged
    if command.visiting_unit_id in candidates:
        return command.visiting_unit_id
    if command.visiting_unit_id is not None or len(candidates) > 1:
        raise ChooseVisitingUnit("visiting_unit_id")
    return candidates[0]
