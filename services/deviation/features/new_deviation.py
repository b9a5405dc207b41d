"""Ny avvikelse: what the form needs, and who is told, said before anything is saved (P7)."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from chassis import replica
from chassis.http import By, Router, Tx, page
from contracts.deviation import DeviationKind
from contracts.organisation import Role
from services.deviation.code_lists import Activity, Alone, BusinessArea, Profession, categories_of
from services.deviation.deviation import LABELS
from services.deviation.guidance import QUESTIONS, Guidance, Question
from services.deviation.lookups import Asked, known_person, units_on
from services.deviation.person import Known
from services.deviation.place import (
    REPORTERS,
    BetweenCareGivers,
    BetweenPrincipals,
    offered,
    preselected,
    right_unit,
    units_linking,
    works_as,
)
from services.deviation.unit import Told, Unit, told

router = Router()

JOURNAL = "Åtgärder för personen dokumenterar du i journalen (SoL eller HSL), inte här."
"""TRE-DEV-15."""


class Code(BaseModel):
    """A value to choose, and what people read."""

    code: str
    label: str


class Choice(BaseModel):
    """A unit to choose."""

    id: UUID
    name: str


class About(BaseModel):
    """The person it will be about."""

    id: UUID
    name: str
    identity_number: str | None
    protected: bool


class NewDeviation(BaseModel):
    """The form, filled in as far as the system can."""

    person: About | None
    journal: str | None
    out_of_scope: dict[str, str]
    """What is not registered here -> what to do instead (TRE-DEV-02)."""
    questions: dict[Guidance, Question]
    """For licensed staff (TRE-DEV-11)."""
    guidance: Guidance | None
    units: list[Choice]
    unit_id: UUID | None
    unit_locked: bool
    told: Told | None
    """Who is told; None until a unit is chosen."""
    business_area: BusinessArea | None
    business_areas: list[Code]
    categories: dict[BusinessArea, list[Code]]
    kinds: list[Code]
    alone: list[Code]
    activities: list[Code]
    professions: list[Code]
    residences: list[Choice]
    reported_by: str
    reported_on: date


@router.get("/deviations/new")
@page("new_deviation.html")
async def new_deviation(
    by: By,
    tx: Tx,
    person_id: Annotated[UUID | None, Asked, Query()] = None,
    unit_id: Annotated[UUID | None, Asked, Query()] = None,
    guidance: Annotated[Guidance | None, Asked, Query()] = None,
    business_area: Annotated[BusinessArea | None, Asked, Query()] = None,
) -> NewDeviation:
    who = by.anywhere(REPORTERS)
    known = await known_person(tx, person_id) if person_id else None
    belongs = units_linking(known, by, (tx.today,)) if known else ()
    every = await units_on(tx, tx.today, besides=belongs)
    units = offered(right_unit, every, by, guidance, belongs)
    wanted = unit_id or preselected(by, guidance, belongs)
    unit = next((unit for unit in units if unit.id == wanted), None)
    manager = await replica.responsible_manager(tx, unit.id, tx.today) if unit else None
    await tx.saw(who, [known.person.id] if known else [], "read", "deviations/new")
    return NewDeviation(
        person=_about(known) if known else None,
        journal=JOURNAL if known else None,
        out_of_scope={"between_principals": str(BetweenPrincipals()), "between_care_givers": str(BetweenCareGivers())},
        questions=dict(QUESTIONS) if works_as(by, Role.LICENSED_STAFF) else {},
        guidance=guidance,
        units=[Choice(id=unit.id, name=unit.name) for unit in units],
        unit_id=unit.id if unit else None,
        unit_locked=bool(belongs) and guidance is None and len(units) == 1,
        told=told(unit.id, manager) if unit else None,
        business_area=business_area or _area(unit, guidance),
        residences=[Choice(id=unit.id, name=unit.name) for unit in every if unit.residence],
        reported_by=who.name,
        reported_on=tx.today,
        business_areas=_codes(BusinessArea),
        categories={area: _codes(categories_of(area)) for area in BusinessArea},
        kinds=_codes(DeviationKind),
        alone=_codes(Alone),
        activities=_codes(Activity),
        professions=_codes(Profession),
    )


def _codes(codes: Iterable[str]) -> list[Code]:
    return [Code(code=code, label=LABELS[code]) for code in codes]


def _about(known: Known) -> About:
    person = known.person
    return About(id=person.id, name=person.name, identity_number=person.identity_number, protected=person.protected)


def _area(unit: Unit | None, guidance: Guidance | None) -> BusinessArea | None:
    """HSL for what happened within HSL, else the unit's own (TRE-DEV-08); it may be changed."""
    if guidance in (Guidance.HOME_HEALTH_CARE, Guidance.CARE_STAFF_IN_HOME_HEALTH_CARE):
        return BusinessArea.HSL
    areas = {area.value: area for area in BusinessArea}
    return areas.get(unit.business_area or "") if unit else None
