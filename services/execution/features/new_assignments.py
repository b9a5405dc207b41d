"""Nya uppdrag: what waits to be distributed or acknowledged at the units somebody works at."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import func, literal, select, tuple_

from chassis import replica
from chassis.auth import Actor
from chassis.decision import Invalid
from chassis.http import By, Router, Tx, page
from services.execution.assignment import Assignment
from services.execution.lines import UNKNOWN_UNIT
from services.execution.rights import DISTRIBUTORS, STAFF, groups
from services.execution.tables import assignments, shown_to
from services.execution.working_days import working_days_between

router = Router()

PAGE_SIZE = 25


class UnitWaiting(BaseModel):
    """A unit in whose queue it lies, and how long it has lain there."""

    unit: str
    since: datetime
    working_days: int
    """Whole working days."""
    reminders: int
    """How many times somebody has been reminded."""


class Waiting(BaseModel):
    """One line of the queue."""

    id: UUID
    person: str
    assignment: str
    services: list[str]
    units: list[UnitWaiting]
    status: str
    received_at: datetime
    protected: bool
    next_step: str
    """What the reader can do: distribute, acknowledge, or only read."""


class Queue(BaseModel):
    """Nya uppdrag, what has waited longest first; `after`, a place in the queue, gives the next page."""

    waiting: list[Waiting]
    total: int
    after: str | None


class PageUnknown(Invalid):
    """Adressen till nästa sida stämmer inte. Öppna Nya uppdrag från början."""


@router.get("/new-assignments")
@page("new_assignments.html")
async def new_assignments(
    by: By, tx: Tx, unit: Annotated[UUID | None, Query()] = None, after: Annotated[str | None, Query()] = None
) -> Queue:
    units = by.units(STAFF)
    table = assignments.table.c
    mine = table.queue_unit_ids.overlap([unit] if unit in units else [] if unit else list(units))
    visible = shown_to(by.member_id)
    total = await tx.scalar(select(func.count()).select_from(assignments.table).where(mine, visible))
    query = select(assignments.table).where(mine, visible).order_by(table.waiting_since, table.id).limit(PAGE_SIZE + 1)
    if after:
        since, id = place(after)
        last = tuple_(literal(since, table.waiting_since.type), literal(id, table.id.type))
        query = query.where(tuple_(table.waiting_since, table.id) > last)
    found = await tx.find(assignments, query)
    shown = found[:PAGE_SIZE]
    for who, persons in groups(shown, by).items():
        await tx.saw(who, persons, "list", "new-assignments")
    names = await replica.unit_names(tx, {unit for a in shown for unit in a.queue_unit_ids})
    return Queue(
        waiting=[_line(assignment, names, by, tx.now) for assignment in shown],
        total=total or 0,
        after=key(shown[-1].waiting_since, shown[-1].id) if len(found) > PAGE_SIZE else None,
    )


def key(since: datetime, id: UUID) -> str:
    """A place in the queue, as an address has it."""
    return f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}_{id}"


def place(key: str) -> tuple[datetime, UUID]:
    """Since when, and which one: the place in the queue that an address tells of."""
    since, _, id = key.partition("_")
    try:
        return datetime.strptime(since, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC), UUID(id)
    except ValueError:
        raise PageUnknown("after") from None


def _line(assignment: Assignment, names: dict[UUID, str], by: Actor, now: datetime) -> Waiting:
    return Waiting(
        id=assignment.id,
        person=assignment.person_name,
        assignment=assignment.order.assignment_name,
        services=list(assignment.services_now),
        units=[
            UnitWaiting(
                unit=names.get(wait.unit_id, UNKNOWN_UNIT),
                since=wait.since,
                working_days=working_days_between(wait.since, now),
                reminders=wait.reminders,
            )
            for wait in assignment.queue_waits
        ],
        status=assignment.status,
        received_at=assignment.received_at,
        protected=assignment.protected,
        next_step=next_step(assignment, by),
    )


def next_step(assignment: Assignment, by: Actor) -> str:
    if assignment.to_distribute and assignment.unit_id in by.units(DISTRIBUTORS):
        return "distribute"
    return "acknowledge" if by.units(STAFF) & set(assignment.waiting_unit_ids) else "read"
