"""Preview an assignment: exactly what would be sent, to whom, and who would see it there."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from chassis.decision import Refused
from chassis.http import By, Router, Tx, page
from contracts.authority import Order
from services.authority.assignment import AlreadySent, Assignment, step
from services.authority.lines import Heading, heading
from services.authority.lookups import basis_of, find_provider
from services.authority.order import Basis, check_sendable, order_of, review_of
from services.authority.person import seen_by
from services.authority.provider import Provider
from services.authority.tables import assignments

router = Router()


class Reader(BaseModel):
    """Somebody at the provider who would see the order."""

    name: str
    title: str
    roles: list[str]


class Preview(BaseModel):
    """The order as the provider would read it; nothing is sent by looking."""

    id: UUID
    heading: Heading
    order: Order
    unit_id: UUID | None
    unit: str | None
    readers: list[Reader]
    count: int
    obstacle: str | None
    """What has to be done before it can be sent."""
    obstacle_code: str | None
    reviewed: str
    """What sending compares, so that what is sent is what was shown here."""


@router.get("/assignments/{id}/preview")
@page("review.html")
async def preview_assignment(id: UUID, by: By, tx: Tx) -> Preview:
    draft = await tx.read(assignments, id)
    basis = await basis_of(tx, draft)
    who = seen_by(basis.person, by)
    await tx.saw(who, [draft.person_id], "read", f"assignment/{id}/preview")
    return preview(draft, basis, await find_provider(tx, draft.unit_id, tx.today), who.name, tx.today)


def preview(draft: Assignment, basis: Basis, provider: Provider | None, sent_by: str, on: date) -> Preview:
    """AlreadySent once it has been: then the order itself is what to read."""
    step(draft, "send", AlreadySent)
    readers = provider.readers(basis.person) if provider else ()
    obstacle = _obstacle(draft, basis, provider, on)
    order = order_of(draft, basis, sent_by)
    return Preview(
        id=draft.id,
        heading=heading(basis.person),
        order=order,
        unit_id=draft.unit_id,
        unit=provider.name if provider else None,
        readers=[Reader(name=reader.name, title=reader.title, roles=list(reader.roles)) for reader in readers],
        count=len(readers),
        obstacle=str(obstacle) if obstacle else None,
        obstacle_code=obstacle.code if obstacle else None,
        reviewed=review_of(draft, order, readers),
    )


def _obstacle(draft: Assignment, basis: Basis, provider: Provider | None, on: date) -> Refused | None:
    try:
        check_sendable(draft, basis, provider, on)
    except Refused as refusal:
        return refusal
    return None
