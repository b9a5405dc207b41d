"""Register a decision on aid (beslut) for a person."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field
from uuid_utils.compat import uuid7

from chassis.auth import Actor
from chassis.days import Day
from chassis.decision import Decision, Invalid
from chassis.http import By, Command, Done, Router, Tx, form
from services.authority.aid_decision import AidDecision
from services.authority.legal_basis import in_force
from services.authority.lookups import new_number
from services.authority.person import Person, seen_by
from services.authority.tables import decisions, persons

router = Router()


class Decide(Command):
    """What was decided, when, by whom and on which legal basis."""

    decision_type: str = Field(title="Beslut", min_length=1, max_length=500)
    decided_on: Day = Field(title="Beslutsdatum")
    decision_maker: str = Field(title="Beslutsfattare", min_length=1, max_length=200)
    legal_basis: str = Field(title="Lagrum", max_length=64)
    period_from: Day | None = Field(default=None, title="Från och med")
    period_to: Day | None = Field(default=None, title="Till och med")


class NotDecidedYet(Invalid):
    """Beslutsdatumet ligger i framtiden. Registrera beslutet när det är fattat."""


class NotInForce(Invalid):
    """Lagrummet gällde inte den dag beslutet fattades. Välj ett av de lagrum som gällde då."""


class PeriodStartMissing(Invalid):
    """Ange från och med-datum också, eller ta bort till och med-datumet."""


class PeriodEndsBeforeStart(Invalid):
    """Beslutsperioden slutar innan den börjar. Ändra ett av datumen."""


@router.post("/persons/{id}/decisions")
@form("/authority/persons/{id}/decisions/new")
async def register_decision(id: UUID, command: Decide, by: By, tx: Tx) -> Done:
    person = await tx.read(persons, id)
    decision_id = uuid7()
    number = await new_number(tx, decision_id)
    await tx.save(decisions, decide(person, command, by, decision_id, number, tx.now, tx.today))
    return Done(id=decision_id, location=f"/authority/decisions/{decision_id}", message="Beslutet är registrerat.")


def decide(
    person: Person, command: Decide, by: Actor, decision_id: UUID, number: str, now: datetime, today: date
) -> Decision[AidDecision]:
    """The legal basis must have been in force on the day of the decision, whatever applies today (C-14)."""
    who = seen_by(person, by)
    if command.decided_on > today:
        raise NotDecidedYet("decided_on")
    if command.legal_basis not in {basis.code for basis in in_force(command.decided_on)}:
        raise NotInForce("legal_basis")
    if command.period_to and not command.period_from:
        raise PeriodStartMissing("period_from")
    if command.period_from and command.period_to and command.period_to < command.period_from:
        raise PeriodEndsBeforeStart("period_to")
    decision = AidDecision(
        id=decision_id,
        person_id=person.id,
        decision_number=number,
        registered_by=who.member_id,
        registered_at=now,
        **command.model_dump(),
    )
    return Decision(decision, (), who)
