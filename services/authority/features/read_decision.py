"""Read a decision on aid."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from chassis import replica
from chassis.http import By, Router, Tx, page
from services.authority.aid_decision import AidDecision
from services.authority.lines import UNKNOWN_MEMBER, Heading, OrderLine, heading
from services.authority.lookups import orders_of
from services.authority.person import Person, seen_by
from services.authority.tables import assignments, decisions, persons

router = Router()


class DecisionView(BaseModel):
    """A decision as a case worker sees it."""

    id: UUID
    person_id: UUID
    person: str
    heading: Heading
    decision_number: str
    decided_on: date
    decision_maker: str
    decision_type: str
    legal_basis: str
    legal_basis_shown: str
    period_from: date | None
    period_to: date | None
    registered_by: str
    registered_at: datetime
    assignments: list[OrderLine]
    """What has been ordered on it."""


@router.get("/decisions/{id}")
@page("decision.html")
async def read_decision(id: UUID, by: By, tx: Tx) -> DecisionView:
    decision = await tx.read(decisions, id)
    person = await tx.read(persons, decision.person_id)
    who = seen_by(person, by)
    names = await replica.member_names(tx, [decision.registered_by])
    _, lines = await orders_of(tx, assignments.table.c.decision_id == id)
    await tx.saw(who, [person.id], "read", f"decision/{id}")
    return view(decision, person, names.get(decision.registered_by, UNKNOWN_MEMBER), lines)


def view(decision: AidDecision, person: Person, registered_by: str, lines: list[OrderLine]) -> DecisionView:
    return DecisionView(
        id=decision.id,
        person_id=person.id,
        person=person.name,
        heading=heading(person),
        decision_number=decision.decision_number,
        decided_on=decision.decided_on,
        decision_maker=decision.decision_maker,
        decision_type=decision.decision_type,
        legal_basis=decision.legal_basis,
        legal_basis_shown=decision.basis_shown,
        period_from=decision.period_from,
        period_to=decision.period_to,
        registered_by=registered_by,
        registered_at=decision.registered_at,
        assignments=lines,
    )
