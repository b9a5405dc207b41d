"""Read what the authority knows about a person: who it is, what is decided and ordered, and what to do next."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import select

from chassis import replica
from chassis.auth import Actor
from chassis.http import By, Router, Tx, page
from contracts.authority import Protection
from services.authority.aid_decision import AidDecision
from services.authority.identity_number import IdentityType, Sex
from services.authority.lines import UNKNOWN_MEMBER, UNKNOWN_UNIT, Choice, Heading, OrderLine, heading
from services.authority.lookups import colleagues_of, orders_of
from services.authority.person import Correction, Person, seen_by
from services.authority.tables import assignments, decisions, persons

router = Router()


class DecisionLine(BaseModel):
    """A decision in the list."""

    id: UUID
    decision_number: str
    decided_on: date
    decision_type: str
    legal_basis: str
    period_from: date | None
    period_to: date | None
    ordered: bool
    """Something has been drafted or sent on it."""


class PersonView(BaseModel):
    """A person as a case worker sees them."""

    id: UUID
    heading: Heading
    unit: str
    case_number: str
    identity_number: str | None
    identity_type: IdentityType
    family_name: str
    given_name: str
    sex: Sex
    birth_year: int | None
    contact_language: str | None
    interpreter_need: str | None
    registered_address: str | None
    protection: Protection
    cleared: dict[UUID, str]
    """Those who may see the person when the details are protected, by name."""
    always: list[str]
    """Those of them who can't be taken away by the reader: who registered the person, and the reader."""
    colleagues: list[Choice]
    """Those who can be named or taken away, at our unit and at the providers of the orders."""
    registered_by: str
    registered_at: datetime
    corrections: list[Correction]
    already: bool = False
    """The reader was about to register the person anew."""
    decisions: list[DecisionLine]
    assignments: list[OrderLine]


@router.get("/persons/{id}")
@page("person.html")
async def read_person(id: UUID, by: By, tx: Tx, already: Annotated[bool, Query()] = False) -> PersonView:
    person = await tx.read(persons, id)
    who = seen_by(person, by)
    units = await replica.unit_names(tx, [person.authority_unit_id])
    names = await replica.member_names(tx, {*person.cleared, person.registered_by})
    decided = decisions.table.c
    query = select(decisions.table).where(decided.person_id == id).order_by(decided.decided_on.desc(), decided.id)
    made = await tx.find(decisions, query)
    orders, lines = await orders_of(tx, assignments.table.c.person_id == id)
    await tx.saw(who, [id], "read", f"person/{id}")
    colleagues = await colleagues_of(tx, person, orders) if person.protected else {}
    shown = view(person, by, units, names, made, lines, colleagues)
    return shown.model_copy(update={"already": already})


def view(
    person: Person,
    by: Actor,
    units: Mapping[UUID, str],
    names: Mapping[UUID, str],
    made: Iterable[AidDecision],
    lines: list[OrderLine],
    colleagues: Mapping[UUID, str],
) -> PersonView:
    cleared = {member: names.get(member, UNKNOWN_MEMBER) for member in person.cleared}
    fixed = (person.registered_by, by.member_id)
    return PersonView(
        id=person.id,
        heading=heading(person),
        unit=units.get(person.authority_unit_id, UNKNOWN_UNIT),
        case_number=person.case_number,
        identity_number=person.shown_number,
        identity_type=person.identity_type,
        family_name=person.family_name,
        given_name=person.given_name,
        sex=person.sex,
        birth_year=person.birth_year,
        contact_language=person.contact_language,
        interpreter_need=person.interpreter_need,
        registered_address=person.registered_address,
        protection=person.protection,
        cleared=cleared,
        always=[cleared[member] for member in dict.fromkeys(fixed) if member in cleared],
        colleagues=[
            Choice(id=str(member), name=name)
            for member, name in {**cleared, **colleagues}.items()
            if person.protected and member not in fixed
        ],
        registered_by=names.get(person.registered_by, UNKNOWN_MEMBER),
        registered_at=person.registered_at,
        corrections=list(person.corrections),
        decisions=[_line(decision, lines) for decision in made],
        assignments=lines,
    )


def _line(decision: AidDecision, lines: Iterable[OrderLine]) -> DecisionLine:
    return DecisionLine(
        id=decision.id,
        decision_number=decision.decision_number,
        decided_on=decision.decided_on,
        decision_type=decision.decision_type,
        legal_basis=decision.basis_shown,
        period_from=decision.period_from,
        period_to=decision.period_to,
        ordered=any(line.decision_id == decision.id for line in lines),
    )
