"""Avvikelser att hantera: what waits for the manager who answers for it, the oldest first."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import and_, or_, select, tuple_

from chassis import replica
from chassis.auth import Actor
from chassis.http import By, Router, Tx, page
from services.deviation.deviation import OPEN, Deviation, Status
from services.deviation.lookups import answered_for, persons_of
from services.deviation.person import Person
from services.deviation.place import REPORTERS
from services.deviation.tables import deviations

router = Router()

PAGE_SIZE = 25


class Line(BaseModel):
    """One deviation."""

    id: UUID
    number: int
    person: str | None
    """None when it isn't about a person, and for a protected one whom the reader isn't cleared for."""
    protected: bool
    kind: str
    category: str
    unit: str
    occurred_on: date
    registered_at: datetime
    status: Status


class ToHandle(BaseModel):
    """The reader's deviations; `after` gives the next page."""

    deviations: list[Line]
    status: Status | None
    statuses: list[Status]
    after: UUID | None


@router.get("/deviations")
@page("deviations.html")
async def deviations_to_handle(
    by: By,
    tx: Tx,
    status: Annotated[Status | None, Query()] = None,
    after: Annotated[UUID | None, Query()] = None,
) -> ToHandle:
    table = deviations.table.c
    mine = or_(
        table.unit_id.in_(await answered_for(tx, by.member_id, tx.today)),
        and_(table.manager_id == by.member_id, table.unit_id.in_(by.units(REPORTERS))),
    )
    wanted = table.status.in_([status] if status in (*OPEN, Status.CLOSED) else OPEN)
    key = tuple_(table.registered_at, table.id)
    oldest_first = status is not Status.CLOSED
    order = (table.registered_at, table.id) if oldest_first else (table.registered_at.desc(), table.id.desc())
    query = select(deviations.table).where(mine, wanted).order_by(*order).limit(PAGE_SIZE + 1)
    if after:
        last = select(table.registered_at, table.id).where(table.id == after).scalar_subquery()
        query = query.where(key > last if oldest_first else key < last)
    found = await tx.find(deviations, query)
    shown = found[:PAGE_SIZE]
    persons = await persons_of(tx, shown)
    names = await replica.unit_names(tx, {deviation.unit_id for deviation in shown})
    if shown:
        await tx.saw(by.anywhere(REPORTERS), persons, "list", "deviations")
    return ToHandle(
        deviations=[line(deviation, by, persons, names) for deviation in shown],
        status=status,
        statuses=[*OPEN, Status.CLOSED],
        after=shown[-1].id if len(found) > PAGE_SIZE else None,
    )


def line(deviation: Deviation, by: Actor, persons: Mapping[UUID, Person], names: Mapping[UUID, str]) -> Line:
    person = persons.get(deviation.person_id) if deviation.person_id else None
    return Line(
        id=deviation.id,
        number=deviation.number,
        person=None if person is None or person.hidden_from(by.member_id) else person.name,
        protected=person is not None and person.protected,
        kind=deviation.kind,
        category=deviation.category,
        unit=names.get(deviation.unit_id, "okänd enhet"),
        occurred_on=deviation.occurred_on,
        registered_at=deviation.registered_at,
        status=deviation.status,
    )
