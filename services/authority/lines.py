"""What pages about persons and orders share: the heading, the lines of lists, the status line with names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from services.authority.assignment import Assignment, Phase
from services.authority.labels import MARKS
from services.authority.next_step import NextStep, next_step
from services.authority.person import Person
from services.authority.status_line import Mark, Row, Step, steps

UNKNOWN_MEMBER = "okänd medarbetare"
UNKNOWN_UNIT = "okänd enhet"


class Choice(BaseModel):
    """Something to choose in a form."""

    id: str
    name: str


class Group(BaseModel):
    """Choices that belong together."""

    name: str
    choices: list[Choice]


class Heading(BaseModel):
    """Whom a page is about."""

    person_id: UUID
    person: str
    identity: str
    case_number: str
    contact_language: str | None
    interpreter_need: str | None
    protected: bool


class OrderLine(BaseModel):
    """An order in a list of one person's."""

    id: UUID
    decision_id: UUID
    assignment: str
    unit: str | None
    status: Phase
    sent_at: datetime | None
    next_step: NextStep | None


class RowView(BaseModel):
    """Something that happened, with names."""

    mark: Mark
    text: str
    at: datetime
    on: date | None
    by: str | None
    units: list[str]
    reason: str | None


class StepView(BaseModel):
    """One step of the status line; `row` is missing when it hasn't come."""

    mark: Mark
    text: str
    row: RowView | None
    current: bool
    passed: bool
    """A later step has come."""


@dataclass(frozen=True)
class Names:
    """What members and units are called."""

    members: Mapping[UUID, str]
    units: Mapping[UUID, str]

    def member(self, id: UUID) -> str:
        return self.members.get(id, UNKNOWN_MEMBER)

    def unit(self, id: UUID) -> str:
        return self.units.get(id, UNKNOWN_UNIT)


def heading(person: Person) -> Heading:
    """The person, as every page about them begins."""
    return Heading(
        person_id=person.id,
        person=person.name,
        identity=person.shown_number or "identitetsnummer saknas",
        case_number=person.case_number,
        contact_language=person.contact_language,
        interpreter_need=person.interpreter_need,
        protected=person.protected,
    )


def order_lines(
    orders: Iterable[Assignment], units: Mapping[UUID, str], unread: Mapping[UUID, UUID]
) -> list[OrderLine]:
    """unread: assignment id -> its oldest follow-up that nobody has received."""
    return [
        OrderLine(
            id=order.id,
            decision_id=order.decision_id,
            assignment=order.assignment_name,
            unit=units.get(order.unit_id, UNKNOWN_UNIT) if order.unit_id else None,
            status=order.phase,
            sent_at=order.sent_at,
            next_step=next_step(order, unread.get(order.id)),
        )
        for order in orders
    ]


def line_of(assignment: Assignment, names: Names) -> list[StepView]:
    """The status line."""
    return [_step(step, names) for step in steps(assignment.line, assignment.phase)]


def row_view(row: Row, names: Names) -> RowView:
    """One row of what has happened."""
    return RowView(
        mark=row.mark,
        text=MARKS[row.mark],
        at=row.at,
        on=row.on,
        by=names.member(row.by) if row.by else None,
        units=[names.unit(unit) for unit in row.unit_ids],
        reason=row.reason,
    )


def _step(step: Step, names: Names) -> StepView:
    row = row_view(step.row, names) if step.row else None
    return StepView(mark=step.mark, text=MARKS[step.mark], row=row, current=step.current, passed=step.passed)
