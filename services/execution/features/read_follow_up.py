"""Read follow-ups: all rounds of an assignment, and one as it stands."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select

from chassis.http import By, Router, Tx, page
from chassis.replica import member_names
from services.execution.assignment import Assignment
from services.execution.follow_up import FollowUp, Rating, may_follow_up
from services.execution.tables import assignments, follow_ups

router = Router()


class FollowUpLine(BaseModel):
    """One round in the list."""

    id: UUID
    round: int
    status: str
    created_at: datetime
    signed_at: datetime | None
    submitted_at: datetime | None


class FollowUpView(BaseModel):
    """One follow-up; `previous` holds the ratings of the round before, shown beside the new ones."""

    id: UUID
    assignment_id: UUID
    assignment: str
    person: str
    round: int
    status: str
    ratings: list[Rating]
    previous: dict[UUID, int | None]
    performed_on: date | None
    performed: str
    situation_change: str
    action: str | None
    action_text: str
    changes: str
    comment: str
    signature_date: date | None
    document: str | None
    document_sha256: str | None
    signature: str | None
    signed_by_name: str
    signed_at: datetime | None
    submitted_at: datetime | None
    seen: str
    """The mark of what stands in it."""


@router.get("/assignments/{id}/follow-ups")
async def read_follow_ups(id: UUID, by: By, tx: Tx) -> list[FollowUpLine]:
    assignment = await tx.read(assignments, id)
    who = may_follow_up(assignment, by)
    table = follow_ups.table
    found = await tx.find(follow_ups, select(table).where(table.c.assignment_id == id).order_by(table.c.round.desc()))
    await tx.saw(who, [assignment.person_id], "list", f"assignment/{id}/follow-ups")
    return [FollowUpLine.model_validate(earlier, from_attributes=True) for earlier in found]


@router.get("/follow-ups/{id}")
@page("follow_up.html")
async def read_follow_up(id: UUID, by: By, tx: Tx) -> FollowUpView:
    follow_up = await tx.read(follow_ups, id)
    assignment = await tx.read(assignments, follow_up.assignment_id)
    who = may_follow_up(assignment, by)
    table = follow_ups.table.c
    before = await tx.find(
        follow_ups,
        select(follow_ups.table).where(
            table.assignment_id == follow_up.assignment_id, table.round == follow_up.round - 1
        ),
    )
    await tx.saw(who, [assignment.person_id], "read", f"follow-up/{id}")
    signers = await member_names(tx, [follow_up.signed_by] if follow_up.signed_by else [])
    return view(follow_up, assignment, before, next(iter(signers.values()), "okänd"))


def view(follow_up: FollowUp, assignment: Assignment, before: list[FollowUp], signed_by_name: str) -> FollowUpView:
    own = {name: getattr(follow_up, name) for name in FollowUpView.model_fields if hasattr(follow_up, name)}
    previous = {rating.goal_id: rating.rating for earlier in before for rating in earlier.ratings}
    about = {"assignment": assignment.order.assignment_name, "person": assignment.person_name}
    more = {"ratings": list(follow_up.ratings), "signed_by_name": signed_by_name if follow_up.signed_by else ""}
    return FollowUpView(**(own | about | more), previous=previous)
