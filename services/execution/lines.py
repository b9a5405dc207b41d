"""How an assignment and its rows are shown: the heading of every page about it, and the lines of the tables."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from services.execution.assignment import Assignment, Row, RowStatus
from services.execution.labels import LABELS, ROW_LABELS

UNKNOWN_UNIT = "okänd enhet"


class Choice(BaseModel):
    """Something to choose in a form."""

    id: UUID
    name: str


class Heading(BaseModel):
    """Who and what a page is about."""

    id: UUID
    person_id: UUID
    person: str
    identity: str
    protected: bool
    case_number: str
    assignment: str
    decision: str
    decision_date: date
    period_from: date | None
    period_to: date | None
    services: list[str]
    unit: str
    status: str


class RowLine(BaseModel):
    """One intervention, with its numbers as people write them."""

    id: UUID
    number: int
    service: str
    service_name: str
    unit_id: UUID
    unit: str
    form: str | None
    resource: str | None
    resource_usage: str | None
    period_from: date
    period_to: date | None
    hours: str
    hours_unit: str
    performed_when: str
    frequency: str
    frequency_unit: str
    status: str
    status_text: str


def heading(assignment: Assignment, names: Mapping[UUID, str]) -> Heading:
    """The heading; names are those of units, as far as they are known."""
    order = assignment.order
    number = order.person.identity_number
    return Heading(
        id=assignment.id,
        person_id=assignment.person_id,
        person=assignment.person_name,
        identity=f"{number[:8]}-{number[8:]}" if number else "personnummer saknas",
        protected=assignment.protected,
        case_number=order.case_number,
        assignment=order.assignment_name,
        decision=order.decision,
        decision_date=order.decision_date,
        period_from=assignment.period_from,
        period_to=assignment.period_to,
        services=[service.name for service in order.services],
        unit=names.get(assignment.unit_id, UNKNOWN_UNIT),
        status=assignment.status,
    )


def row_lines(assignment: Assignment, names: Mapping[UUID, str]) -> list[RowLine]:
    """All rows but those removed, which were mistakes and stand in the history only."""
    return [row_line(assignment, row, names) for row in assignment.rows if row.status is not RowStatus.REMOVED]


def row_line(assignment: Assignment, row: Row, names: Mapping[UUID, str]) -> RowLine:
    """One row; its number (verkst.nr) is its place among all that have been registered."""
    return RowLine(
        id=row.id,
        number=assignment.rows.index(row) + 1,
        service=row.service,
        service_name=row.service_name,
        unit_id=row.unit_id,
        unit=names.get(row.unit_id, UNKNOWN_UNIT),
        form=row.form,
        resource=row.resource,
        resource_usage=row.resource_usage,
        period_from=row.period_from,
        period_to=row.period_to,
        hours=hours(row),
        hours_unit=LABELS[row.hours_unit] if row.hours_unit else "",
        performed_when=LABELS[row.performed_when] if row.performed_when else "",
        frequency=amount(row.frequency),
        frequency_unit=LABELS[row.frequency_unit] if row.frequency_unit else "",
        status=row.status,
        status_text=ROW_LABELS[row.status],
    )


def hours(row: Row) -> str:
    """0,50 (+0,33): the time of one worker, and of a second one."""
    double = f"(+{amount(row.double_hours)})" if row.double_hours else ""
    return f"{amount(row.hours)} {double}".strip()


def amount(value: Decimal | None) -> str:
    """0,50."""
    return "" if value is None else f"{value:.2f}".replace(".", ",")
