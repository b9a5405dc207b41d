"""Distribute (till genomförande): the rows that were ticked go to their units, once that has been confirmed."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from chassis import replica
from chassis.auth import Actor
from chassis.decision import Decision, Invalid, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from services.execution.assignment import Assignment, Row, RowStatus
from services.execution.course import acted, assignment_distributed, settled, with_rows
from services.execution.lines import RowLine, row_lines
from services.execution.rights import DISTRIBUTORS, STAFF, acting
from services.execution.tables import assignments
from services.execution.transitions import row_step, step

router = Router()


class Distribute(Command):
    """The rows ticked *Till genomförande*, and the answer to the question."""

    row_ids: tuple[UUID, ...] = Field(default=(), max_length=200, title="Till genomförande")
    confirmed: bool = False
    tell: bool | None = Field(default=None, title="Ska ett meddelande skickas")
    """The answer to whether those concerned are to be told. It is asked for before anything is confirmed; without one,
    the recipients say it."""
    recipients: tuple[UUID, ...] = Field(default=(), max_length=200, title="Meddela")
    """Members at the units who are to be told."""


class Sent(Done):
    """The receipt: what was sent, and where it is now."""

    receipt: list[RowLine]


class NothingTicked(Invalid):
    """Markera minst en insats till genomförande."""


class UnknownRow(Invalid):
    """Insatsen finns inte i uppdraget."""


class UnitGone(Invalid):
    """Enheten för {service} finns inte under perioden. Ta bort insatsen och registrera den på en annan enhet."""


class NotAtTheUnits(Invalid):
    """Välj mottagare som arbetar på enheterna och som får se personen."""


class NotAnswered(Invalid):
    """Svara ja eller nej på om ett meddelande ska skickas till dem som berörs."""


class NobodyToTell(Invalid):
    """Välj minst en som ska få meddelandet, eller svara nej på om ett meddelande ska skickas."""


class ToldAfterAll(Invalid):
    """Du har svarat nej men valt mottagare. Svara ja, eller ta bort krysset för mottagarna."""


class NotConfirmed(Refused):
    """Vill du skicka följande insatser till genomförande?"""

    question = True


@router.post("/assignments/{id}/distribution")
@form("/execution/assignments/{id}/distribution")
async def distribute_assignment(id: UUID, command: Distribute, by: By, tx: Tx) -> Sent:
    before = await tx.load(assignments, id)
    units = await replica.units_below(tx, before.unit_id)
    registered = {row.unit_id for row in before.rows if row.status is RowStatus.REGISTERED}
    staff = await replica.members_at(tx, registered, STAFF, tx.today)
    after = await tx.save(assignments, distribute(before, command, units, staff, by, tx.now, tx.today))
    names = {unit_id: unit.name for unit_id, unit in units.items()}
    return Sent(
        id=id,
        location=f"/execution/assignments/{id}/distribution?sent=true",
        message="Insatserna är skickade till genomförande. Kontrollera status.",
        receipt=[line for line in row_lines(after, names) if line.id in command.row_ids],
    )


def distribute(
    assignment: Assignment,
    command: Distribute,
    units: Mapping[UUID, replica.Unit],
    staff: Collection[UUID],
    by: Actor,
    now: datetime,
    today: date,
) -> Decision[Assignment]:
    """units: the receiving one and those below it; staff: members at the units of the registered rows (R-03)."""
    who = acting(assignment, by, DISTRIBUTORS)
    status = step(assignment, "distribute")
    rows = [row_step(row, "distribute") for row in _ticked(assignment, command)]
    for row in rows:
        if row.unit_id not in units or not units[row.unit_id].exists(max(today, row.period_from)):
            raise UnitGone("row_ids", service=row.service_name)
    _check_recipients(assignment, command, staff)
    if not command.confirmed:
        raise NotConfirmed
    after = with_rows(replace(assignment, status=status), *rows)
    after = acted(after, "distribute", who, now, row_ids=command.row_ids, member_ids=command.recipients)
    return Decision(
        settled(after), (assignment_distributed(after, now, today, who.member_id, command.recipients),), who
    )


def _check_recipients(assignment: Assignment, command: Distribute, staff: Collection[UUID]) -> None:
    """Those concerned are told when it is answered that they shall be, and then somebody is chosen (TRE-DIST-07)."""
    if command.tell and not command.recipients:
        raise NobodyToTell("recipients")
    if command.tell is False and command.recipients:
        raise ToldAfterAll("tell")
    allowed = set(staff) & set(assignment.named) if assignment.protected else set(staff)
    if not set(command.recipients) <= allowed:
        raise NotAtTheUnits("recipients")
    if allowed and command.tell is None and not command.recipients and not command.confirmed:
        raise NotAnswered("tell")


def _ticked(assignment: Assignment, command: Distribute) -> list[Row]:
    if not command.row_ids:
        raise NothingTicked("row_ids")
    rows = {row.id: row for row in assignment.rows}
    if not set(command.row_ids) <= rows.keys():
        raise UnknownRow("row_ids")
    return [rows[row_id] for row_id in dict.fromkeys(command.row_ids)]
