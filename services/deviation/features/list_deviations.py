"""Avvikelser att hantera: what waits for the manager who answers for it, the oldest first."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import ARRAY, ColumnElement, Select, Text, Uuid, column, func, literal, select, true, tuple_, union
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.selectable import TableValuedAlias

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
    wanted = [status] if status in (*OPEN, Status.CLOSED) else OPEN
    listed = _listed(by, await answered_for(tx, by.member_id, tx.today), wanted, after)
    found = await tx.find(deviations, listed)
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


def _listed(by: Actor, answered: Collection[UUID], wanted: Collection[Status], after: UUID | None) -> Select[Any]:
    """The first of each unit and of each status, from an index, then the first of those: no more work the more there is
    behind them. What is closed comes with the newest first. Of those that were given to the reader, what is at a unit
    they have left is gone past."""
    table, newest_first = deviations.table.c, Status.CLOSED in wanted
    unit, code = _rows("unit_id", Uuid, list(answered)), _rows("code", Text, [status.value for status in wanted])
    last = select(table.registered_at, table.id).where(table.id == after).scalar_subquery()
    key = tuple_(table.registered_at, table.id)

    def page(query: Select[Any], of: ReadOnlyColumnCollection[str, Any]) -> Select[Any]:
        by_key = (of.registered_at, of.id)
        return query.order_by(*(part.desc() if newest_first else part for part in by_key)).limit(PAGE_SIZE + 1)

    def first(*where: ColumnElement[bool]) -> Select[Any]:
        query = select(table.registered_at, table.id).where(table.status == code.c.code, *where)
        if after:
            query = query.where(key < last if newest_first else key > last)
        return page(query, table)

    at_unit = first(table.unit_id == unit.c.unit_id).correlate(unit, code).lateral("at_unit")
    # No condition for an index: the one of the manager's has the order, the one of the unit's would lead to all of it.
    near = func.array_position(literal(sorted(by.units(REPORTERS)), ARRAY(Uuid)), table.unit_id).is_not(None)
    own = first(table.manager_id == by.member_id, near).correlate(code).lateral("own")
    these = select(at_unit).select_from(unit.join(code, true()).join(at_unit, true()))
    those = select(own).select_from(code.join(own, true()))
    all_firsts = union(these, those).subquery("all_firsts")
    shown = page(select(all_firsts), all_firsts.c).subquery("shown")
    return page(select(deviations.table).join(shown, shown.c.id == table.id), table)


def _rows(name: str, kind: type[Uuid[UUID] | Text], values: list[Any]) -> TableValuedAlias:
    """Values as a table to join with."""
    return (
        func.unnest(literal(values, ARRAY(kind))).table_valued(column(name, kind)).render_derived(name=f"each_{name}")
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
