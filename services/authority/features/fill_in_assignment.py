"""Nytt uppdrag: the form of a draft, empty or as it was saved, with what there is to choose from."""

from uuid import UUID

from pydantic import BaseModel

from chassis.auth import Actor
from chassis.database import Transaction
from chassis.http import By, Router, Tx, page
from services.authority.assignment import Assignment, step
from services.authority.lines import Choice, Group, Heading, heading
from services.authority.lookups import basis_of, providers
from services.authority.order import Basis
from services.authority.person import seen_by
from services.authority.service_catalogue import CATALOGUE
from services.authority.tables import assignments, decisions, persons

router = Router()


class AssignmentForm(BaseModel):
    """What the order rests on, the choices, and what the draft says already."""

    id: UUID | None
    heading: Heading
    decision_id: UUID
    decision: str
    providers: list[Group]
    catalogue: list[Choice]
    unit_id: str
    assignment_name: str
    services: tuple[str, ...]
    goals: list[str]
    cover_message: str
    seen: str | None
    """The mark of the draft."""


@router.get("/assignments/new")
@page("assignment_form.html")
async def new_assignment(decision_id: UUID, by: By, tx: Tx) -> AssignmentForm:
    decision = await tx.read(decisions, decision_id)
    basis = Basis(await tx.read(persons, decision.person_id), decision)
    return await _form(tx, basis, None, by, f"decision/{decision_id}/assignments/new")


@router.get("/assignments/{id}/draft")
@page("assignment_form.html")
async def read_draft(id: UUID, by: By, tx: Tx) -> AssignmentForm:
    draft = await tx.read(assignments, id)
    return await _form(tx, await basis_of(tx, draft), draft, by, f"assignment/{id}/draft")


async def _form(tx: Transaction, basis: Basis, draft: Assignment | None, by: Actor, what: str) -> AssignmentForm:
    who = seen_by(basis.person, by)
    await tx.saw(who, [basis.person.id], "read", what)
    return filled_in(basis, draft, await providers(tx, tx.today))


def filled_in(basis: Basis, draft: Assignment | None, choices: list[Group]) -> AssignmentForm:
    """NotPossibleNow once the draft has been sent: an order that is sent stands as it was sent."""
    if draft is not None:
        step(draft, "edit")
    return AssignmentForm(
        id=draft.id if draft else None,
        heading=heading(basis.person),
        decision_id=basis.decision.id,
        decision=f"{basis.decision.decision_type}, {basis.decision.basis_shown}",
        providers=choices,
        catalogue=[Choice(id=service.code, name=service.name) for service in CATALOGUE],
        unit_id=str(draft.unit_id) if draft and draft.unit_id else "",
        assignment_name=draft.assignment_name if draft else "",
        services=draft.services if draft else (),
        goals=[goal.text for goal in draft.goals] if draft else [],
        cover_message=draft.cover_message if draft else "",
        seen=draft.seen if draft else None,
    )
