"""My unit's assignments: what has been drafted and ordered, and how far each has come."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, BeforeValidator
from sqlalchemy import or_, select

from chassis import replica
from chassis.http import By, Router, Tx, page
from contracts.authority import Protection
from services.authority.assignment import Assignment, Phase
from services.authority.lookups import unread_follow_ups
from services.authority.next_step import NextStep, next_step
from services.authority.person import CASE_WORKERS, Person, groups
from services.authority.service_catalogue import ordered
from services.authority.tables import assignments, persons

router = Router()

PAGE_SIZE = 25
All = BeforeValidator(lambda chosen: chosen or None)
"""A filter in which nothing is chosen asks for everything."""


class AssignmentLine(BaseModel):
    """One line of the list."""

    id: UUID
    person: str
    protected: bool
    assignment: str
    services: list[str]
    unit: str | None
    status: Phase
    sent_at: datetime | None
    next_step: NextStep | None
    """What is the authority's to do; None while it is the provider's turn."""


class AssignmentList(BaseModel):
    """The newest first; `after` gives the next page."""

    assignments: list[AssignmentLine]
    status: Phase | None
    after: UUID | None


@router.get("/assignments")
@page("assignments.html")
async def list_assignments(
    by: By, tx: Tx, status: Annotated[Phase | None, All, Query()] = None, after: Annotated[UUID | None, Query()] = None
) -> AssignmentList:
    by.anywhere(CASE_WORKERS)
    table, person = assignments.table.c, persons.table.c
    mine = table.authority_unit_id.in_(by.units(CASE_WORKERS))
    visible = or_(person.protection == Protection.NONE, person.cleared.contains([by.member_id]))
    query = select(assignments.table).join(persons.table, person.id == table.person_id).where(mine, visible)
    query = query.where(table.phase == status) if status else query.where(table.phase != Phase.DISCARDED)
    if after:
        query = query.where(table.id < after)
    found = await tx.find(assignments, query.order_by(table.id.desc()).limit(PAGE_SIZE + 1))
    shown = found[:PAGE_SIZE]
    about = await tx.find(persons, select(persons.table).where(person.id.in_({a.person_id for a in shown})))
    for who, seen in groups(about, by).items():
        await tx.saw(who, seen, "list", "assignments")
    units = await replica.unit_names(tx, {a.unit_id for a in shown if a.unit_id})
    unread = await unread_follow_ups(tx, (a.id for a in shown))
    people = {person.id: person for person in about}
    return AssignmentList(
        assignments=[_line(a, people[a.person_id], units, unread.get(a.id)) for a in shown],
        status=status,
        after=shown[-1].id if len(found) > PAGE_SIZE else None,
    )


def _line(assignment: Assignment, person: Person, units: dict[UUID, str], unread: UUID | None) -> AssignmentLine:
    return AssignmentLine(
        id=assignment.id,
        person=person.name,
        protected=person.protected,
        assignment=assignment.assignment_name,
        services=[service.name for service in ordered(assignment.services)],
        unit=units.get(assignment.unit_id, "okänd enhet") if assignment.unit_id else None,
        status=assignment.phase,
        sent_at=assignment.sent_at,
        next_step=next_step(assignment, unread),
    )
