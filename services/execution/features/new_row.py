"""Registrera insats: the form for a new row, on a page of its own, with what the order says."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from chassis.http import By, Router, Tx, page
from contracts.authority import OrderedService
from services.execution.lines import Choice, Heading, heading
from services.execution.lookups import own_units
from services.execution.rights import DISTRIBUTORS, acting
from services.execution.tables import assignments

router = Router()


class NewRowView(BaseModel):
    """What there is to choose from."""

    heading: Heading
    cover_message: str | None
    services: list[OrderedService]
    units: list[Choice]
    first_day: date
    """The first day a new row is likely to have."""


@router.get("/assignments/{id}/rows/new")
@page("new_row.html")
async def new_row(id: UUID, by: By, tx: Tx) -> NewRowView:
    assignment = await tx.read(assignments, id)
    who = acting(assignment, by, DISTRIBUTORS)
    await tx.saw(who, [assignment.person_id], "read", f"assignment/{id}/rows/new")
    names, units = await own_units(tx, assignment, by)
    return NewRowView(
        heading=heading(assignment, names),
        cover_message=assignment.order.cover_message,
        services=list(assignment.order.services),
        units=units,
        first_day=max(assignment.period_from or tx.today, tx.today),
    )
