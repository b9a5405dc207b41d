"""Uppdraget är skickat: the receipt, which says who has it now and what happens next (P8)."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from chassis import replica
from chassis.decision import Refused
from chassis.http import By, Router, Tx, page
from services.authority.assignment import NEVER_SENT, Assignment
from services.authority.lines import Heading, Names, StepView, heading, line_of
from services.authority.lookups import find_provider
from services.authority.person import Person, seen_by
from services.authority.provider import RESPONSIBLE, Provider
from services.authority.tables import assignments, persons

router = Router()


class NotSentYet(Refused):
    """Uppdraget är ett utkast och inte skickat. Granska det och skicka det först."""


class Receipt(BaseModel):
    """What was sent, to whom, and how far it has come since."""

    id: UUID
    heading: Heading
    assignment: str
    services: list[str]
    unit: str
    receivers: list[str]
    """Those there who can receive it and pass it on today."""
    sent_at: datetime
    sent_by: str
    line: list[StepView]


@router.get("/assignments/{id}/sending")
@page("sent.html")
async def confirm_sending(id: UUID, by: By, tx: Tx) -> Receipt:
    assignment = await tx.read(assignments, id)
    person = await tx.read(persons, assignment.person_id)
    who = seen_by(person, by)
    await tx.saw(who, [person.id], "read", f"assignment/{id}/sending")
    names = Names(
        members=await replica.member_names(tx, {row.by for row in assignment.line if row.by}),
        units=await replica.unit_names(tx, {unit for row in assignment.line for unit in row.unit_ids}),
    )
    return receipt(assignment, person, await find_provider(tx, assignment.unit_id, tx.today), names)


def receipt(assignment: Assignment, person: Person, provider: Provider | None, names: Names) -> Receipt:
    if assignment.status in NEVER_SENT:
        raise NotSentYet
    assert assignment.order
    assert assignment.sent_at
    readers = provider.readers(person) if provider else ()
    return Receipt(
        id=assignment.id,
        heading=heading(person),
        assignment=assignment.order.assignment_name,
        services=[service.name for service in assignment.order.services],
        unit=provider.name if provider else "okänd enhet",
        receivers=[f"{one.name}, {one.title}" for one in readers if set(one.roles) & set(RESPONSIBLE)],
        sent_at=assignment.sent_at,
        sent_by=assignment.order.sent_by,
        line=line_of(assignment, names),
    )
