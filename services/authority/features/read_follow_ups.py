"""Read the follow-ups of an assignment, and what each of them says."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from chassis import replica
from chassis.http import By, Router, Tx, page
from contracts.execution import ActionDecision, GoalRating
from services.authority.follow_up import FollowUp, FollowUpLine, line
from services.authority.lookups import Verifying, follow_ups_of
from services.authority.person import Person, seen_by
from services.authority.tables import assignments, follow_ups, persons

router = Router()


class FollowUpList(BaseModel):
    """The follow-ups that have come, the first round first."""

    follow_ups: list[FollowUpLine]


class FollowUpView(BaseModel):
    """A follow-up as a case worker reads it."""

    id: UUID
    assignment_id: UUID
    person: str
    protected: bool
    unit: str
    round: int
    performed_on: date | None
    action: ActionDecision | None
    signed_by: str
    signed_at: datetime
    submitted_at: datetime
    ratings: tuple[GoalRating, ...]
    document: str
    document_sha256: str
    genuine: bool
    """The document is the one that was signed, and the signature is the provider's."""
    received_at: datetime | None
    received_by: str | None


@router.get("/assignments/{id}/follow-ups")
async def read_follow_ups(id: UUID, by: By, tx: Tx) -> FollowUpList:
    assignment = await tx.read(assignments, id)
    who = seen_by(await tx.read(persons, assignment.person_id), by)
    found = await follow_ups_of(tx, id)
    await tx.saw(who, [assignment.person_id], "list", f"assignment/{id}/follow-ups")
    names = await replica.member_names(tx, {follow_up.signed_by for follow_up in found})
    return FollowUpList(follow_ups=[line(follow_up, names) for follow_up in found])


@router.get("/follow-ups/{id}")
@page("follow_up.html")
async def read_follow_up(id: UUID, by: By, tx: Tx, genuine: Verifying) -> FollowUpView:
    follow_up = await tx.read(follow_ups, id)
    person = await tx.read(persons, follow_up.person_id)
    who = seen_by(person, by)
    await tx.saw(who, [person.id], "read", f"follow-up/{id}")
    members = {follow_up.signed_by} | ({follow_up.received_by} if follow_up.received_by else set())
    names = await replica.member_names(tx, members)
    units = await replica.unit_names(tx, [follow_up.unit_id])
    unit = units.get(follow_up.unit_id, "okänd enhet")
    return view(follow_up, person, unit, names, genuine=follow_up.intact and genuine(follow_up))


def view(follow_up: FollowUp, person: Person, unit: str, names: dict[UUID, str], *, genuine: bool) -> FollowUpView:
    received_by = follow_up.received_by
    return FollowUpView(
        id=follow_up.id,
        assignment_id=follow_up.assignment_id,
        person=person.name,
        protected=person.protected,
        unit=unit,
        round=follow_up.round,
        performed_on=follow_up.performed_on,
        action=follow_up.action,
        signed_by=names.get(follow_up.signed_by, "okänd medarbetare"),
        signed_at=follow_up.signed_at,
        submitted_at=follow_up.submitted_at,
        ratings=follow_up.report.ratings,
        document=follow_up.report.document,
        document_sha256=follow_up.document_sha256,
        genuine=genuine,
        received_at=follow_up.received_at,
        received_by=names.get(received_by, "okänd medarbetare") if received_by else None,
    )
