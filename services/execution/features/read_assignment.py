"""Läs uppdrag: the order as it was sent, how far it has come, and what the reader can do with it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import exists, select

from chassis import replica
from chassis.auth import Actor
from chassis.http import By, Router, Tx, page
from contracts.authority import Order
from services.execution.assignment import OVER, Assignment, Status
from services.execution.follow_up import FOLLOW_UP_LABELS
from services.execution.labels import ACT_LABELS
from services.execution.lines import UNKNOWN_UNIT, Choice, Heading, RowLine, heading, row_lines
from services.execution.rights import (
    DISTRIBUTORS,
    MANAGERS,
    STAFF,
    seen_by,
    units_to_acknowledge_for,
    units_to_start_for,
)
from services.execution.tables import assignments, follow_ups, my_persons
from services.execution.transitions import TRANSITIONS, may_decline
from services.execution.waiting import Acknowledgement

router = Router()


class Told(BaseModel):
    """One line of the history."""

    at: datetime
    what: str
    by: str
    on: date | None
    reason: str | None
    note: str


class Possible(BaseModel):
    """What the reader can do with the assignment now."""

    acknowledge_for: list[Choice]
    start_for: list[Choice]
    distribute: bool
    decline: bool
    change_rows: list[UUID]
    """The rows the reader may correct, end or recall."""
    colleagues: list[Choice]
    """Those whom a manager can let see a protected person."""
    follow_up: bool


class Round(BaseModel):
    """One follow-up in the list, submitted or not."""

    id: UUID
    round: int
    status: str
    created_at: datetime
    submitted_at: datetime | None


class AssignmentView(BaseModel):
    """The assignment as somebody at the unit sees it."""

    id: UUID
    heading: Heading
    order: Order
    status: str
    next_step: str
    sent_at: datetime
    received_at: datetime
    rows: list[RowLine]
    acknowledgements: list[Acknowledgement]
    unit_names: dict[UUID, str]
    started_on: date | None
    closed_on: date | None
    follow_ups: list[Round]
    """The latest first; for those who work with them."""
    history: list[Told]
    possible: Possible
    followed: bool | None
    """The person is among the reader's own; None when it is too late for that."""
    already: Acknowledgement | None
    """The one that counts, when the reader has just acknowledged what somebody had acknowledged before."""


@router.get("/assignments/{id}")
@page("assignment.html")
async def read_assignment(id: UUID, by: By, tx: Tx, already: Annotated[UUID | None, Query()] = None) -> AssignmentView:
    assignment = await tx.read(assignments, id)
    who = seen_by(assignment, by)
    await tx.saw(who, [assignment.person_id], "read", f"assignment/{id}")
    names = await replica.unit_names(tx, {assignment.unit_id, *(row.unit_id for row in assignment.rows)})
    staff: dict[UUID, str] = {}
    if assignment.protected and _works(by, MANAGERS, assignment):
        units = await replica.units_below(tx, assignment.unit_id)
        staff = await replica.members_at(tx, {*units, *assignment.unit_ids}, STAFF, tx.today)
    return AssignmentView(
        id=id,
        heading=heading(assignment, names),
        order=assignment.order,
        status=assignment.status,
        next_step=next_step(assignment, names),
        sent_at=assignment.sent_at,
        received_at=assignment.received_at,
        rows=row_lines(assignment, names),
        acknowledgements=list(assignment.acknowledgements),
        unit_names=names,
        started_on=assignment.started_on,
        closed_on=assignment.closed_on,
        follow_ups=await _rounds(tx, id) if _works(by, STAFF, assignment) else [],
        history=history(assignment),
        possible=possible(assignment, by, names, staff),
        followed=None if assignment.status in OVER else await _followed(tx, by, assignment.person_id),
        already=next((done for done in assignment.acknowledgements if done.unit_id == already), None),
    )


async def _followed(tx: Tx, by: Actor, person_id: UUID) -> bool:
    mine = my_persons.c
    query = select(exists().where(mine.member_id == by.member_id, mine.person_id == person_id))
    return bool(await tx.scalar(query))


async def _rounds(tx: Tx, assignment_id: UUID) -> list[Round]:
    table = follow_ups.table.c
    query = select(table.id, table.round, table.status, table.created_at, table.submitted_at)
    latest_first = query.where(table.assignment_id == assignment_id).order_by(table.round.desc())
    found = (await tx.execute(latest_first)).mappings()
    return [Round(**{**row, "status": FOLLOW_UP_LABELS.get(row["status"], "mottagen")}) for row in found]


def history(assignment: Assignment) -> list[Told]:
    """What has been done, the latest first."""
    return [
        Told(at=act.at, what=ACT_LABELS[act.what], by=act.by.name, on=act.on, reason=act.reason, note=act.note)
        for act in reversed(assignment.acts)
    ]


def next_step(assignment: Assignment, names: dict[UUID, str]) -> str:
    """What is waited for, and of whom; nothing when nothing is."""
    if not assignment.been_distributed and assignment.to_distribute:
        return f"Chef eller samordnare på {names.get(assignment.unit_id, UNKNOWN_UNIT)} fördelar uppdraget."
    if assignment.waiting_unit_ids:
        units = ", ".join(names.get(unit, UNKNOWN_UNIT) for unit in assignment.waiting_unit_ids)
        return f"{units} kvitterar uppdraget."
    if assignment.to_distribute:
        return "En insats är registrerad men inte skickad till genomförande."
    if assignment.status is Status.ACKNOWLEDGED:
        return "Chef eller samordnare registrerar första besöket när det är gjort."
    return "Målen följs upp." if assignment.status is Status.IN_EXECUTION else ""


def possible(assignment: Assignment, by: Actor, names: dict[UUID, str], staff: dict[UUID, str]) -> Possible:
    """staff: those who work at the provider's units, when the reader is a manager there and the person is protected."""

    def can(command: str) -> bool:
        return (assignment.status, command) in TRANSITIONS

    def choices(units: tuple[UUID, ...]) -> list[Choice]:
        return [Choice(id=unit, name=names.get(unit, UNKNOWN_UNIT)) for unit in units]

    distributor = assignment.unit_id in by.units(DISTRIBUTORS)
    mine = units_to_acknowledge_for(assignment, by)
    return Possible(
        acknowledge_for=choices(tuple(unit for unit in mine if unit in assignment.waiting_unit_ids)),
        start_for=choices(units_to_start_for(assignment, by) if can("start") else ()),
        distribute=distributor and can("register"),
        decline=distributor and may_decline(assignment),
        change_rows=[
            row.id
            for row in assignment.rows
            if (can("end-row") or can("remove")) and (distributor or row.unit_id in by.units(DISTRIBUTORS))
        ],
        colleagues=[
            Choice(id=member, name=name)
            for member, name in staff.items()
            if can("clear") and member not in assignment.named
        ],
        follow_up=can("follow-up") and bool(mine),
    )


def _works(by: Actor, roles: tuple[str, ...], assignment: Assignment) -> bool:
    return not by.units(roles).isdisjoint((assignment.unit_id, *assignment.unit_ids))
