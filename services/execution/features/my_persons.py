"""Mina personer: the persons somebody has chosen to follow, as long as there is an assignment to see."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from chassis.auth import Actor
from chassis.database import Transaction
from chassis.decision import NotFound, Refused, Who
from chassis.http import By, Done, Router, Tx, form, page
from services.execution.assignment import OVER, Assignment
from services.execution.labels import LABELS
from services.execution.lookups import by_name
from services.execution.rights import STAFF, seen_by
from services.execution.tables import assignments, shown_to
from services.execution.tables import my_persons as followed

router = Router()


class Over(Refused):
    """Det går inte: uppdraget är {status} och visas inte i Mina personer."""


class Followed(BaseModel):
    """One person and assignment."""

    id: UUID
    person_id: UUID
    person: str
    protected: bool
    assignment: str
    services: list[str]
    status: str
    sent_at: datetime


class MyPersons(BaseModel):
    """Mina personer, by name; `after` gives the next page."""

    lines: list[Followed]
    persons: int
    after: UUID | None


@router.get("/my-persons")
@page("my_persons.html")
async def my_persons(by: By, tx: Tx, after: Annotated[UUID | None, Query()] = None) -> MyPersons:
    units = list(by.units(STAFF))
    table = assignments.table.c
    mine = select(followed.c.person_id).where(followed.c.member_id == by.member_id)
    here = (
        table.person_id.in_(mine),
        table.status.not_in(OVER),
        or_(table.unit_ids.overlap(units), table.unit_id.in_(units)),
        shown_to(by.member_id),
    )
    shown, last = await by_name(tx, by, "my-persons", after, *here)
    persons = await tx.scalar(select(func.count(table.person_id.distinct())).where(*here))
    return MyPersons(
        lines=[
            Followed(
                id=assignment.id,
                person_id=assignment.person_id,
                person=assignment.person_name,
                protected=assignment.protected,
                assignment=assignment.order.assignment_name,
                services=list(assignment.services_now),
                status=assignment.status,
                sent_at=assignment.sent_at,
            )
            for assignment in shown
        ],
        persons=persons or 0,
        after=last,
    )


@router.post("/assignments/{id}/follower")
@form("/execution/assignments/{id}")
async def follow_person(id: UUID, by: By, tx: Tx) -> Done:
    assignment = await tx.read(assignments, id)
    who = follow(assignment, by)
    await tx.saw(who, [assignment.person_id], "follow", f"assignment/{id}")
    mine = {"member_id": by.member_id, "person_id": assignment.person_id, "added_at": tx.now}
    await tx.execute(insert(followed).values(**mine).on_conflict_do_nothing())
    return Done(id=id, location=f"/execution/assignments/{id}", message="Personen finns nu i Mina personer.")


def follow(assignment: Assignment, by: Actor) -> Who:
    """Keep who an assignment is about among one's own persons, also later than when it was acknowledged."""
    who = seen_by(assignment, by)
    if assignment.status in OVER:
        raise Over(status=LABELS[assignment.status])
    return who


@router.delete("/my-persons/{person_id}")
async def stop_following(person_id: UUID, by: By, tx: Tx) -> Done:
    return await _stop(tx, by, person_id)


@router.post("/my-persons/{person_id}/removal")
@form("/execution/my-persons")
async def stop_following_by_form(person_id: UUID, by: By, tx: Tx) -> Done:
    return await _stop(tx, by, person_id)


async def _stop(tx: Transaction, by: Actor, person_id: UUID) -> Done:
    table = followed.c
    gone = delete(followed).where(table.member_id == by.member_id, table.person_id == person_id)
    if not (await tx.execute(gone.returning(table.person_id))).first():
        raise NotFound
    return Done(id=person_id, location="/execution/my-persons", message="Personen är borttagen från Mina personer.")
