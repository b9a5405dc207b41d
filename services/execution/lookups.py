"""What several doors read."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from fastapi import Request
from sqlalchemy import ColumnElement, FromClause, and_, column, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB

from chassis.auth import Actor
from chassis.database import Transaction
from chassis.replica import unit_names, units_below
from contracts.authority import Order
from services.execution.assignment import Assignment
from services.execution.follow_up import FollowUp
from services.execution.lines import Choice
from services.execution.rights import DISTRIBUTORS, groups
from services.execution.tables import assignments

PAGE_SIZE = 25


async def document_of(follow_up: FollowUp, order: Order, tx: Transaction, request: Request) -> str:
    """The document (handling) of a follow-up as HTML, with everything in it that the signature is to hold for."""
    unit = (await unit_names(tx, [follow_up.unit_id])).get(follow_up.unit_id, "okänd enhet")
    text: str = request.app.state.pages.render("follow_up_document.html", follow_up=follow_up, order=order, unit=unit)
    return text


async def own_units(tx: Transaction, assignment: Assignment, by: Actor) -> tuple[dict[UUID, str], list[Choice]]:
    """The names of all units of an assignment, and those to which the reader may give a row of it today."""
    units = await units_below(tx, assignment.unit_id)
    elsewhere = {row.unit_id for row in assignment.rows} - units.keys()
    names = await unit_names(tx, elsewhere) | {unit_id: unit.name for unit_id, unit in units.items()}
    mine = by.units(DISTRIBUTORS)
    return names, [
        Choice(id=unit_id, name=unit.name)
        for unit_id, unit in units.items()
        if unit.exists(tx.today) and unit_id in mine
    ]


def each_row() -> FromClause:
    """The rows of each assignment, as a table beside it."""
    return func.jsonb_array_elements(assignments.table.c.rows).table_valued(column("value", JSONB)).lateral("insats")


def current_or_planned(row: FromClause, units: Collection[UUID], today: date) -> ColumnElement[bool]:
    """The rule of Row.current_or_planned at any of the units, as the database reads it (R-30)."""
    last_day = row.c.value["period_to"].astext
    return and_(
        row.c.value["status"].astext.in_(["sent", "ended"]),
        row.c.value["unit_id"].astext.in_([str(unit) for unit in units]),
        or_(last_day.is_(None), last_day >= today.isoformat()),
    )


async def by_name(
    tx: Transaction, by: Actor, name: str, after: UUID | None, *here: ColumnElement[bool]
) -> tuple[list[Assignment], UUID | None]:
    """A page of a list by name, and the last one's id when there are more; logged under the list's name.

    here: what picks them, which must leave out those the reader may not know of.
    """
    table = assignments.table.c
    query = select(assignments.table).where(*here).order_by(table.sort_name, table.id).limit(PAGE_SIZE + 1)
    if after:
        last = select(table.sort_name, table.id).where(table.id == after).scalar_subquery()
        query = query.where(tuple_(table.sort_name, table.id) > last)
    found = await tx.find(assignments, query)
    shown = found[:PAGE_SIZE]
    for who, persons in groups(shown, by).items():
        await tx.saw(who, persons, "list", name)
    return shown, shown[-1].id if len(found) > PAGE_SIZE else None
