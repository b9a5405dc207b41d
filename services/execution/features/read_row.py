"""Rätta/avsluta: one row of an assignment, and what can be done with it."""

from uuid import UUID

from pydantic import BaseModel

from chassis.http import By, Router, Tx, page
from contracts.authority import OrderedService
from services.execution.course import row_of
from services.execution.lines import Choice, Heading, RowLine, heading, row_line
from services.execution.lookups import own_units
from services.execution.rights import DISTRIBUTORS, acting
from services.execution.row_values import NewRow
from services.execution.tables import assignments
from services.execution.transitions import ROW_TRANSITIONS, TRANSITIONS

router = Router()


class RowView(BaseModel):
    """The row, and the forms to show."""

    heading: Heading
    row: RowLine
    may_end: bool
    may_recall: bool
    may_remove: bool
    may_change: bool
    written: NewRow | None
    """What stands in it, for the one who may change it."""
    services: list[OrderedService]
    units: list[Choice]


@router.get("/assignments/{id}/rows/{row_id}")
@page("row.html")
async def read_row(id: UUID, row_id: UUID, by: By, tx: Tx) -> RowView:
    assignment = await tx.read(assignments, id)
    acting(assignment, by, DISTRIBUTORS, *assignment.unit_ids, assignment.unit_id)
    row = row_of(assignment, row_id)
    who = acting(assignment, by, DISTRIBUTORS, row.unit_id, assignment.unit_id)
    await tx.saw(who, [assignment.person_id], "read", f"assignment/{id}/rows/{row_id}")
    names, units = await own_units(tx, assignment, by)
    distributor = assignment.unit_id in by.units(DISTRIBUTORS)

    def can(command: str) -> bool:
        return (assignment.status, command) in TRANSITIONS and (row.status, command) in ROW_TRANSITIONS

    may_change = distributor and can("change")
    return RowView(
        heading=heading(assignment, names),
        row=row_line(assignment, row, names),
        may_end=can("end-row"),
        may_recall=distributor and can("recall"),
        may_remove=distributor and can("remove"),
        may_change=may_change,
        written=NewRow.model_validate(row, from_attributes=True) if may_change else None,
        services=list(assignment.order.services),
        units=units,
    )
