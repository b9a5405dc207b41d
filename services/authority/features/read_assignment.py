"""Read an assignment: the order, and how far it has come at the provider."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from chassis import replica
from chassis.http import By, Router, Tx, page
from contracts.authority import ClosingReason, Order, WithdrawalReason
from services.authority.assignment import Assignment, Decline, OrderStatus, Phase
from services.authority.follow_up import FollowUpLine, line
from services.authority.lines import Group, Names, RowView, StepView, line_of, row_view
from services.authority.lookups import basis_of, follow_ups_of, providers
from services.authority.order import order_of
from services.authority.person import Person, seen_by
from services.authority.status_line import Mark
from services.authority.tables import assignments

router = Router()


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
    providers: list[Group]
    """Those who can be asked instead, when it can be replaced."""
    closing_reasons: tuple[ClosingReason, ...] = tuple(ClosingReason)


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
    lines = [line(each, names.members) for each in found]
    elsewhere = await providers(tx, tx.today) if "replace" in assignment.possible else []
    return view(assignment, basis.person, order, names, lines, elsewhere)


def view(
    assignment: Assignment,
    person: Person,
    order: Order,
    names: Names,
    follow_ups: Iterable[FollowUpLine],
    elsewhere: list[Group],
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
        line=line_of(assignment, names),
        history=[row_view(row, names) for row in assignment.line],
        decline=assignment.decline,
        replaces=assignment.replaces,
        replaced_by=assignment.replaced_by,
        follow_ups=list(follow_ups),
        possible=assignment.possible,
        providers=elsewhere,
    )
