"""Register a deviation or a complaint: it comes to the responsible manager at once, or is said to lack one."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from pydantic import Field, field_validator
from uuid_utils.compat import uuid7

from chassis import replica
from chassis.auth import Actor
from chassis.clock import SWEDEN
from chassis.database import Transaction
from chassis.decision import Decision, Invalid, Who
from chassis.http import By, Command, Done, Router, Tx, form
from contracts.deviation import DeviationKind, DeviationRegistered, LexLaw, ManagerMissing
from contracts.event import Event
from services.deviation.code_lists import CATEGORIES, Activity, Alone, BusinessArea, Category, Profession
from services.deviation.deviation import Deviation, Status, Step, hand_over, suspect
from services.deviation.guidance import Guidance
from services.deviation.lookups import known_person, known_unit
from services.deviation.place import (
    REPORTERS,
    BetweenCareGivers,
    BetweenPrincipals,
    preselected,
    right_unit,
    units_linking,
)
from services.deviation.rights import as_reporter
from services.deviation.tables import deviations
from services.deviation.unit import Unit, told

router = Router()

LONGEST_AGO = 10
"""Years. What is older is a slip of the pen."""


class Register(Command):
    """A report (F-23)."""

    person_id: UUID | None = Field(default=None, title="Person")
    kind: DeviationKind = Field(title="Typ")
    was_alone: Alone | None = Field(default=None, title="Var personen ensam")
    business_area: BusinessArea = Field(title="Verksamhet")
    category: Category = Field(title="Område")
    activity: Activity | None = Field(default=None, title="Aktivitet")
    unit_id: UUID | None = Field(default=None, title="Enhet")
    """Not needed when there is only one it can be."""
    guidance: Guidance | None = Field(default=None, title="Var hände det")
    residence_id: UUID | None = Field(default=None, title="Boende")
    involved_professions: tuple[Profession, ...] = Field(
        default=(), title="Involverade yrkesgrupper", max_length=len(Profession)
    )
    occurred_on: date = Field(title="Händelsedatum")
    occurred_at: time = Field(title="Tid")
    course_of_events: str = Field(title="Händelseförlopp", min_length=1)
    suggested_action: str | None = Field(default=None, title="Förslag till åtgärder")
    suspected_lex_sarah: bool = Field(default=False, title="Kan vara föremål för en Lex Sarah-utredning")
    suspected_lex_maria: bool = Field(default=False, title="Kan vara föremål för en Lex Maria-utredning")
    comment: str | None = Field(default=None, title="Kommentar")
    between_principals: bool = Field(default=False, title="Det hände mellan kommunen och regionen")
    between_care_givers: bool = Field(default=False, title="Det hände mellan olika vårdgivare")
    consequence: str | None = Field(default=None, title="Konsekvens", json_schema_extra={"deprecated": True})
    """Never taken from a reporter (R-28); it is named here so that the refusal can say why."""

    @field_validator("occurred_at")
    @classmethod
    def _swedish_clock(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("Skriv klockslaget i svensk tid, till exempel 14:30.")
        return value


class ConsequenceIsAssessedLater(Invalid):
    """Konsekvensen bedöms av ansvarig chef i analysen och anges inte när avvikelsen registreras."""


class CategoryNotInArea(Invalid):
    """Området hör inte till den verksamhet du har valt. Välj ett annat område eller en annan verksamhet."""


class InTheFuture(Invalid):
    """Datum och tid för händelsen kan inte ligga framåt i tiden."""


class TooLongAgo(Invalid):
    """Händelsedatumet ligger mer än tio år bakåt. Kontrollera året."""


class NotAResidence(Invalid):
    """Välj ett boende i listan."""


@dataclass(frozen=True)
class Site:
    """What the replica says about where it happened."""

    unit: Unit | None
    belongs: tuple[UUID, ...] = ()
    """The units of the person, when it is about one."""
    residence: Unit | None = None
    manager_id: UUID | None = None
    """Who answers for the unit on the day it is registered."""


@router.post("/deviations")
@form("/deviation/deviations/new")
async def register_deviation(command: Register, by: By, tx: Tx) -> Done:
    site = await _site(tx, command, by)
    saved = await tx.save(deviations, register(uuid7(), command, by, site, tx.now))
    sentence = told(saved.unit_id, await replica.responsible_manager(tx, saved.unit_id, tx.today)).sentence
    if saved.status is Status.UNASSIGNED:
        sentence += " Användarstöd får också veta det."
    location = f"/deviation/deviations/{saved.id}?registered=true"
    return Done(id=saved.id, location=location, message=f"Avvikelsen är registrerad. {sentence}")


async def _site(tx: Transaction, command: Register, by: Actor) -> Site:
    belongs: tuple[UUID, ...] = ()
    if command.person_id:
        belongs = units_linking(await known_person(tx, command.person_id), by, (tx.today, command.occurred_on))
    unit_id = command.unit_id or preselected(by, command.guidance, belongs)
    manager = await replica.responsible_manager(tx, unit_id, tx.today) if unit_id else None
    return Site(
        unit=await known_unit(tx, unit_id) if unit_id else None,
        belongs=belongs,
        residence=await known_unit(tx, command.residence_id, "residence_id") if command.residence_id else None,
        manager_id=manager[0] if manager else None,
    )


def register(id: UUID, command: Register, by: Actor, site: Site, now: datetime) -> Decision[Deviation]:
    by.anywhere(REPORTERS)
    _must_belong_here(command, now)
    unit = right_unit(site.unit, by, command.guidance, site.belongs)
    if site.residence and not site.residence.residence:
        raise NotAResidence("residence_id")
    who = as_reporter(by, unit.id)
    deviation = hand_over(_reported(id, command, unit.id, who, now), site.manager_id, now)
    events: list[Event] = [_registered(deviation)]
    if deviation.manager_id is None:
        events.append(ManagerMissing(deviation_id=id, unit_id=deviation.unit_id, reported_by=who.member_id))
    flags = {LexLaw.SARAH: command.suspected_lex_sarah, LexLaw.MARIA: command.suspected_lex_maria}
    for law in (law for law, flagged in flags.items() if flagged):
        deviation, suspected = suspect(deviation, law, who, now)
        events.append(suspected)
    return Decision(deviation, tuple(events), who)


def _must_belong_here(command: Register, now: datetime) -> None:
    """What a report may say, wherever it is registered."""
    if command.between_principals:
        raise BetweenPrincipals("between_principals")
    if command.between_care_givers:
        raise BetweenCareGivers("between_care_givers")
    if command.consequence is not None:
        raise ConsequenceIsAssessedLater("consequence")
    if command.business_area not in CATEGORIES[command.category]:
        raise CategoryNotInArea("category")
    if command.occurred_on.year < now.year - LONGEST_AGO:
        raise TooLongAgo("occurred_on")
    if command.occurred_on > now.astimezone(SWEDEN).date():
        raise InTheFuture("occurred_on")
    if datetime.combine(command.occurred_on, command.occurred_at, SWEDEN) > now:
        raise InTheFuture("occurred_at")


def _reported(id: UUID, command: Register, unit_id: UUID, who: Who, now: datetime) -> Deviation:
    """As it was written, by whom and when according to the system."""
    return Deviation(
        id=id,
        person_id=command.person_id,
        kind=command.kind,
        business_area=command.business_area,
        category=command.category,
        unit_id=unit_id,
        occurred_on=command.occurred_on,
        occurred_at=command.occurred_at,
        course_of_events=command.course_of_events,
        reported_by=who.member_id,
        reported_on=now.astimezone(SWEDEN).date(),
        registered_at=now,
        was_alone=command.was_alone,
        activity=command.activity,
        residence_id=command.residence_id,
        guidance=command.guidance,
        involved_professions=tuple(dict.fromkeys(command.involved_professions)),
        suggested_action=command.suggested_action,
        comment=command.comment,
        history=(Step(now, "register", Status.REGISTERED, unit_id, who.member_id, who.name, who.role),),
    )


def _registered(deviation: Deviation) -> DeviationRegistered:
    return DeviationRegistered(
        deviation_id=deviation.id,
        unit_id=deviation.unit_id,
        kind=deviation.kind,
        business_area=deviation.business_area,
        category=deviation.category,
        occurred_on=deviation.occurred_on,
        about_person=deviation.person_id is not None,
        reported_by=deviation.reported_by,
        manager_id=deviation.manager_id,
        registered_at=deviation.registered_at,
    )
