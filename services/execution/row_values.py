"""What a row says when somebody has filled it in, and when it makes sense (R-02)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Protocol
from uuid import UUID

from pydantic import BeforeValidator, Field

from chassis.decision import Invalid
from chassis.forms import Command
from contracts.authority import OrderedService
from services.execution.assignment import Row
from services.execution.labels import LABELS
from services.execution.measures import FrequencyUnit, HoursUnit, PerformedWhen

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


class TooManyHours(Invalid):
    """{unit} kan vara högst {most} timmar. Kontrollera timmarna och enheten för tiden."""


MOST_HOURS: Mapping[HoursUnit, int] = {
    HoursUnit.PER_VISIT: 24,
    HoursUnit.PER_DAY: 24,
    HoursUnit.PER_WEEK: 7 * 24,
    HoursUnit.PER_MONTH: 31 * 24,
}
"""The hours there are, for one worker."""


class Place(Protocol):
    """A unit, as far as a row needs to know it."""

    def exists(self, day: date) -> bool:
        """True when there is such a unit on that day."""


def row_of_values(
    wanted: NewRow,
    place: str,
    row_id: UUID,
    ordered: Mapping[str, OrderedService],
    units: Mapping[UUID, Place],
    today: date,
) -> Row:
    """A row that makes sense; place: what its fields in the form begin with, for the refusals."""
    service = ordered.get(wanted.service)
    if service is None:
        raise NotOrdered(f"{place}service")
    unit = units.get(wanted.unit_id)
    if unit is None:
        raise UnitOutside(f"{place}unit_id")
    if wanted.period_from is None:
        raise FromDateMissing(f"{place}period_from")
    if wanted.period_to is not None and wanted.period_to < wanted.period_from:
        raise PeriodReversed(f"{place}period_to")
    if not unit.exists(max(today, wanted.period_from)):
        raise UnitEnded(f"{place}unit_id")
    _measured(wanted, place, service)
    values = wanted.model_dump(exclude={"service", "period_from"})
    return Row(id=row_id, service=service.code, service_name=service.name, period_from=wanted.period_from, **values)


def _measured(wanted: NewRow, place: str, service: OrderedService) -> None:
    if service.forms and wanted.form is None:
        raise FormMissing(f"{place}form", service=service.name)
    if wanted.form is not None and wanted.form not in service.forms:
        raise FormUnknown(f"{place}form", service=service.name)
    if (wanted.hours is not None or wanted.double_hours is not None) and wanted.hours_unit is None:
        raise HoursUnitMissing(f"{place}hours_unit")
    if wanted.frequency is not None and wanted.frequency_unit is None:
        raise FrequencyUnitMissing(f"{place}frequency_unit")
    for name, hours in (("hours", wanted.hours), ("double_hours", wanted.double_hours)):
        if hours is not None and wanted.hours_unit and hours > MOST_HOURS[wanted.hours_unit]:
            raise TooManyHours(f"{place}{name}", unit=LABELS[wanted.hours_unit], most=MOST_HOURS[wanted.hours_unit])
