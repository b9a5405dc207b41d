"""Read an assignment: the order, and how far it has come at the provider."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from chassis import replica
from chassis.http import By, Router, Tx, page
from contracts.authority import ClosingReason, Order, WithdrawalReason
from services.authority.assignment import Assignment, Decline, OrderStatus, Phase
from services.authority.follow_up import FollowUpLine, line
from services.authority.labels import MARKS
from services.authority.lookups import basis_of, follow_ups_of
from services.authority.order import order_of
from services.authority.person import Person, seen_by
from services.authority.status_line import Mark, Row, Step, steps
from services.authority.tables import assignments

router = Router()


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


class AssignmentView(BaseModel):
    """An assignment as a case worker sees it."""

    id: UUID
    person_id: UUID
    decision_id: UUID
    protected: bool
    order: Order
    """As it was sent; of a draft, as it would be."""
    unit_id: UUID | None
    unit: str | None
    order_status: OrderStatus
    """What the authority has done."""
    fulfilment: Mark | None
    """How far the provider has told that it has come."""
    status: Phase
    """Both as one."""
    sent_at: datetime | None
    line: list[StepView]
    history: list[RowView]
    decline: Decline | None
    replaces: UUID | None
    replaced_by: UUID | None
    follow_ups: list[FollowUpLine]
    possible: tuple[str, ...]
    """What can be done with it now."""
    withdrawal_reasons: tuple[WithdrawalReason, ...] = tuple(WithdrawalReason)
    closing_reasons: tuple[ClosingReason, ...] = tuple(ClosingReason)


@dataclass(frozen=True)
class Names:
    """What members and units are called."""

    members: Mapping[UUID, str]
    units: Mapping[UUID, str]

    def member(self, id: UUID) -> str:
        return self.members.get(id, "okänd medarbetare")

    def unit(self, id: UUID) -> str:
        return self.units.get(id, "okänd enhet")


@router.get("/assignments/{id}")
@page("assignment.html")
async def read_assignment(id: UUID, by: By, tx: Tx) -> AssignmentView:
    assignment = await tx.read(assignments, id)
    basis = await basis_of(tx, assignment)
    who = seen_by(basis.person, by)
    found = await follow_ups_of(tx, id)
    await tx.saw(who, [assignment.person_id], "read", f"assignment/{id}")
    members = {row.by for row in assignment.line if row.by} | {follow_up.signed_by for follow_up in found}
    units = {unit for row in assignment.line for unit in row.unit_ids} | {assignment.unit_id}
    names = Names(
        members=await replica.member_names(tx, members),
        units=await replica.unit_names(tx, [unit for unit in units if unit]),
    )
    order = assignment.order or order_of(assignment, basis, who.name)
    return view(assignment, basis.person, order, names, [line(each, names.members) for each in found])


def view(
    assignment: Assignment, person: Person, order: Order, names: Names, follow_ups: Iterable[FollowUpLine]
) -> AssignmentView:
    return AssignmentView(
        id=assignment.id,
        person_id=assignment.person_id,
        decision_id=assignment.decision_id,
        protected=person.protected,
        order=order,
        unit_id=assignment.unit_id,
        unit=names.unit(assignment.unit_id) if assignment.unit_id else None,
        order_status=assignment.status,
        fulfilment=assignment.fulfilment,
        status=assignment.phase,
        sent_at=assignment.sent_at,
        line=[_step(step, names) for step in steps(assignment.line, assignment.phase)],
        history=[_row(row, names) for row in assignment.line],
        decline=assignment.decline,
        replaces=assignment.replaces,
        replaced_by=assignment.replaced_by,
        follow_ups=list(follow_ups),
        possible=assignment.possible,
    )


def _step(step: Step, names: Names) -> StepView:
    row = _row(step.row, names) if step.row else None
    return StepView(mark=step.mark, text=MARKS[step.mark], row=row, current=step.current, passed=step.passed)


def _row(row: Row, names: Names) -> RowView:
    return RowView(
        mark=row.mark,
        text=MARKS[row.mark],
        at=row.at,
        on=row.on,
        by=names.member(row.by) if row.by else None,
        units=[names.unit(unit) for unit in row.unit_ids],
        reason=row.reason,
    )
