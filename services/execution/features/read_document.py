"""Läs uppdrag: the order as a document of its own, to keep open beside the work or to print (TRE-ASSIGN-04/05)."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from chassis import replica
from chassis.http import By, Router, Tx, page
from contracts.authority import Order
from services.execution.lines import UNKNOWN_UNIT
from services.execution.rights import seen_by
from services.execution.tables import assignments

router = Router()


class OrderDocument(BaseModel):
    """The order as it was sent, and who opened it when."""

    id: UUID
    order: Order
    unit: str
    protected: bool
    period_from: date | None
    period_to: date | None
    sent_at: datetime
    opened_by: str
    opened_at: datetime


@router.get("/assignments/{id}/document")
@page("order_document.html")
async def read_document(id: UUID, by: By, tx: Tx) -> OrderDocument:
    assignment = await tx.read(assignments, id)
    who = seen_by(assignment, by)
    await tx.saw(who, [assignment.person_id], "read", f"assignment/{id}/document")
    units = await replica.unit_names(tx, [assignment.unit_id])
    return OrderDocument(
        id=id,
        order=assignment.order,
        unit=units.get(assignment.unit_id, UNKNOWN_UNIT),
        protected=assignment.protected,
        period_from=assignment.period_from,
        period_to=assignment.period_to,
        sent_at=assignment.sent_at,
        opened_by=who.name,
        opened_at=tx.now,
    )
