"""Mina rapporter: whoever reported follows what becomes of it, and reads the feedback."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import select, tuple_

from chassis import replica
from chassis.auth import Actor
from chassis.http import By, Router, Tx, page
from services.deviation.deviation import Deviation, Feedback, Status
from services.deviation.lookups import persons_of
from services.deviation.person import Person
from services.deviation.place import REPORTERS
from services.deviation.tables import deviations

router = Router()

PAGE_SIZE = 25


class Reported(BaseModel):
    """One of the reader's own reports."""

    id: UUID
    number: int
    person: str | None
    """None when it isn't about a person, and for a protected one whom the reader isn't cleared for."""
    protected: bool
    kind: str
    category: str
    unit: str
    manager: str | None
    occurred_on: date
    registered_at: datetime
    status: Status
    feedback: list[Feedback]


class MyReports(BaseModel):
    """The reader's own reports, the newest first; `after` gives the next page."""

    reports: list[Reported]
    after: UUID | None


@router.get("/my-reports")
@page("my_reports.html")
async def my_reports(by: By, tx: Tx, after: Annotated[UUID | None, Query()] = None) -> MyReports:
    who = by.anywhere(REPORTERS)
    table = deviations.table.c
    query = (
        select(deviations.table)
        .where(table.reported_by == by.member_id, table.status != Status.REMOVED)
        .order_by(table.registered_at.desc(), table.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if after:
        last = select(table.registered_at, table.id).where(table.id == after).scalar_subquery()
        query = query.where(tuple_(table.registered_at, table.id) < last)
    found = await tx.find(deviations, query)
    shown = found[:PAGE_SIZE]
    persons = await persons_of(tx, shown)
    names = dict(await replica.unit_names(tx, {deviation.unit_id for deviation in shown}))
    names |= await replica.member_names(tx, {deviation.manager_id for deviation in shown if deviation.manager_id})
    await tx.saw(who, persons, "list", "my-reports")
    return MyReports(
        reports=[reported(deviation, by, persons, names) for deviation in shown],
        after=shown[-1].id if len(found) > PAGE_SIZE else None,
    )


def reported(deviation: Deviation, by: Actor, persons: Mapping[UUID, Person], names: Mapping[UUID, str]) -> Reported:
    person = persons.get(deviation.person_id) if deviation.person_id else None
    return Reported(
        id=deviation.id,
        number=deviation.number,
        person=None if person is None or person.hidden_from(by.member_id) else person.name,
        protected=person is not None and person.protected,
        kind=deviation.kind,
        category=deviation.category,
        unit=names.get(deviation.unit_id, "okänd enhet"),
        manager=names.get(deviation.manager_id) if deviation.manager_id else None,
        occurred_on=deviation.occurred_on,
        registered_at=deviation.registered_at,
        status=deviation.status,
        feedback=list(deviation.feedback),
    )
