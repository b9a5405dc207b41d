"""Accept and register rows (acceptera och fördela): which unit carries out what, from when and how much."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field
from uuid_utils.compat import uuid7

from chassis import replica
from chassis.auth import Actor
from chassis.decision import Decision, Invalid
from chassis.http import By, Command, Done, Router, Tx, form
from contracts.authority import OrderedService
from services.execution.assignment import Assignment, Row
from services.execution.course import acted
from services.execution.measures import FrequencyUnit, HoursUnit, PerformedWhen
from services.execution.rights import DISTRIBUTORS, acting
from services.execution.tables import assignments
from services.execution.transitions import step

router = Router()

Amount = Annotated[
    Decimal,
    BeforeValidator(lambda typed: typed.replace(",", ".") if isinstance(typed, str) else typed),
    Field(ge=0, le=999, decimal_places=2),
]
"""Two decimals, with a comma or a point."""
Short = Annotated[str, Field(max_length=200)]


class NewRow(Command):
    """One row. To split an ordered service is to register several rows of it."""

    service: str = Field(title="Insatstyp")
    unit_id: UUID = Field(title="Utförarenhet")
    period_from: date | None = Field(default=None, title="Från och med")
    period_to: date | None = Field(default=None, title="Till och med")
    form: Short | None = Field(default=None, title="Genomförandeform")
    resource: Short | None = Field(default=None, title="Resurs")
    resource_usage: Short | None = Field(default=None, title="Resursanvändning")
    hours: Amount | None = Field(default=None, title="Timmar")
    double_hours: Amount | None = Field(default=None, title="Plus dubbelbemanning")
    hours_unit: HoursUnit | None = Field(default=None, title="Enhet för tiden")
    performed_when: PerformedWhen | None = Field(default=None, title="Utförs")
    frequency: Amount | None = Field(default=None, title="Frekvens")
    frequency_unit: FrequencyUnit | None = Field(default=None, title="Enhet för frekvensen")


class RegisterRows(Command):
    """The rows, in one go."""

    rows: tuple[NewRow, ...] = Field(min_length=1, max_length=50)


class NotOrdered(Invalid):
    """Insatsen ingår inte i uppdraget."""


class UnitOutside(Invalid):
    """Välj en av utförarens enheter som du har behörighet till."""


class UnitEnded(Invalid):
    """Enheten finns inte under perioden. Välj en annan enhet."""


class FromDateMissing(Invalid):
    """Ange från och med-datum."""


class PeriodReversed(Invalid):
    """Till och med-datumet får inte vara före från och med-datumet."""


class FormMissing(Invalid):
    """Välj genomförandeform för {service}."""


class FormUnknown(Invalid):
    """Genomförandeformen finns inte för {service}."""


class HoursUnitMissing(Invalid):
    """Ange enhet för tiden."""


class FrequencyUnitMissing(Invalid):
    """Ange enhet för frekvensen."""


@router.post("/assignments/{id}/rows")
@form("/execution/assignments/{id}/distribution")
async def register_assignment_rows(id: UUID, command: RegisterRows, by: By, tx: Tx) -> Done:
    before = await tx.load(assignments, id)
    units = await replica.units_below(tx, before.unit_id)
    ids = [uuid7() for _ in command.rows]
    await tx.save(assignments, register_rows(before, command, units, ids, by, tx.now, tx.today))
    return Done(id=id, location=f"/execution/assignments/{id}/distribution", message="Insatserna är registrerade.")


def register_rows(
    assignment: Assignment,
    command: RegisterRows,
    units: Mapping[UUID, replica.Unit],
    ids: Sequence[UUID],
    by: Actor,
    now: datetime,
    today: date,
) -> Decision[Assignment]:
    """units: the receiving unit and those below it; ids: one for each new row."""
    who = acting(assignment, by, DISTRIBUTORS)
    status = step(assignment, "register")
    mine = {unit_id: unit for unit_id, unit in units.items() if unit_id in by.units(DISTRIBUTORS)}
    ordered = {service.code: service for service in assignment.order.services}
    new = tuple(
        _row(wanted, f"rows.{place}", row_id, ordered, mine, today)
        for place, (wanted, row_id) in enumerate(zip(command.rows, ids, strict=True))
    )
    after = replace(assignment, status=status, rows=(*assignment.rows, *new))
    return Decision(acted(after, "register", who, now, row_ids=tuple(row.id for row in new)), (), who)


def _row(
    wanted: NewRow,
    place: str,
    row_id: UUID,
    ordered: Mapping[str, OrderedService],
    units: Mapping[UUID, replica.Unit],
    today: date,
) -> Row:
    """A row that makes sense (R-02); place: where in the form it stands, for the refusals."""
    service = ordered.get(wanted.service)
    if service is None:
        raise NotOrdered(f"{place}.service")
    unit = units.get(wanted.unit_id)
    if unit is None:
        raise UnitOutside(f"{place}.unit_id")
    if wanted.period_from is None:
        raise FromDateMissing(f"{place}.period_from")
    if wanted.period_to is not None and wanted.period_to < wanted.period_from:
        raise PeriodReversed(f"{place}.period_to")
    if not unit.exists(max(today, wanted.period_from)):
        raise UnitEnded(f"{place}.unit_id")
    _measured(wanted, place, service)
    values = wanted.model_dump(exclude={"service", "period_from"})
    return Row(id=row_id, service=service.code, service_name=service.name, period_from=wanted.period_from, **values)


def _measured(wanted: NewRow, place: str, service: OrderedService) -> None:
    if service.forms and wanted.form is None:
        raise FormMissing(f"{place}.form", service=service.name)
    if wanted.form is not None and wanted.form not in service.forms:
        raise FormUnknown(f"{place}.form", service=service.name)
    if (wanted.hours is not None or wanted.double_hours is not None) and wanted.hours_unit is None:
        raise HoursUnitMissing(f"{place}.hours_unit")
    if wanted.frequency is not None and wanted.frequency_unit is None:
        raise FrequencyUnitMissing(f"{place}.frequency_unit")
