"""Registrera beslut: whom it is about, and what it can rest on."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from chassis.http import By, Router, Tx, page
from services.authority.legal_basis import by_act
from services.authority.lines import Choice, Group, Heading, heading
from services.authority.person import seen_by
from services.authority.tables import persons

router = Router()


class NewDecision(BaseModel):
    """The form, with the legal bases act by act."""

    heading: Heading
    decision_maker: str
    today: date
    acts: list[Group]


@router.get("/persons/{id}/decisions/new")
@page("new_decision.html")
async def new_decision(id: UUID, by: By, tx: Tx) -> NewDecision:
    person = await tx.read(persons, id)
    who = seen_by(person, by)
    await tx.saw(who, [id], "read", f"person/{id}/decisions/new")
    acts = [
        Group(name=act, choices=[Choice(id=one.code, name=f"{one.provision} {one.text}") for one in bases])
        for act, bases in by_act().items()
    ]
    return NewDecision(heading=heading(person), decision_maker=who.name, today=tx.today, acts=acts)
