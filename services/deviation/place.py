"""Where a deviation is registered, and by whom: the unit decides who answers for it (R-27)."""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import date
from uuid import UUID

from chassis.auth import Actor
from chassis.decision import Invalid, NotFound, Refused
from contracts.organisation import Role
from services.deviation.guidance import QUESTIONS, Guidance, fits
from services.deviation.person import Known, belongs_to
from services.deviation.unit import Unit

WORKERS = (
    Role.OPERATIONS_MANAGER,
    Role.UNIT_MANAGER,
    Role.COORDINATOR,
    Role.CARE_WORKER,
    Role.LICENSED_STAFF,
)
REPORTERS = (*WORKERS, Role.CASE_WORKER)
"""Everybody who works with people is obliged to report (TRE-DEV-01); support and system administration don't."""


Rule = Callable[[Unit, Actor, Guidance | None, Collection[UUID]], Unit]
"""Gives the unit when it is a right one, else refuses."""


class BetweenPrincipals(Refused):
    """Avvikelser mellan huvudmän (kommun och region) registreras inte här. Använd blanketten på MAS/MAR:s sida."""


class BetweenCareGivers(Refused):
    """Avvikelser mellan olika vårdgivare registreras inte här. Kontakta MAS eller MAR."""


class ChooseUnit(Invalid):
    """Välj den enhet där det hände."""


class UnknownUnit(Invalid):
    """Enheten finns inte. Välj en enhet i listan."""


class UnitIsThePersons(Invalid):
    """Avvikelsen registreras på den enhet personen tillhör."""


class NotYourUnit(Invalid):
    """Välj en av de enheter där du arbetar."""


class AnswerGuidance(Invalid):
    """Svara på frågan om var det hände och vem som var inblandad, så att rätt chef får avvikelsen."""


class GuidanceIsForLicensedStaff(Invalid):
    """Frågan om var det hände besvaras bara av legitimerad personal."""


class UnitDoesNotFit(Invalid):
    """Enheten stämmer inte med ditt svar om var det hände. {advice}"""


def works_as(by: Actor, *roles: Role) -> bool:
    """True when the member has one of the roles at any unit."""
    return bool(by.units(roles))


def only_licensed(by: Actor) -> bool:
    """True for licensed staff with no other role to report in."""
    others = tuple(role for role in REPORTERS if role is not Role.LICENSED_STAFF)
    return works_as(by, Role.LICENSED_STAFF) and not works_as(by, *others)


def units_linking(known: Known, by: Actor, days: Collection[date]) -> tuple[UUID, ...]:
    """The units the person belongs to on one of the days, for somebody with a reason to report about them.

    That is who works at one of them, the person's case worker, and licensed staff, who follow the person between
    units. For all others, and for whoever isn't cleared for a protected person, the person doesn't exist: NotFound.
    """
    if known.person.hidden_from(by.member_id):
        raise NotFound
    units = belongs_to(known.carried, days)
    case_worker = works_as(by, Role.CASE_WORKER) and by.member_id in {one.case_worker_id for one in known.carried}
    if not (case_worker or works_as(by, Role.LICENSED_STAFF) or by.units(WORKERS) & frozenset(units)):
        raise NotFound
    return units


def right_unit(unit: Unit | None, by: Actor, guidance: Guidance | None, belongs: Collection[UUID]) -> Unit:
    """R-27: the person's unit; for licensed staff the one their answer leads to; else one where they work.

    A case worker may report about any unit when it isn't about a person. Refused when it is another one.
    """
    if guidance is None and only_licensed(by):
        raise AnswerGuidance("guidance")
    if guidance is not None and not works_as(by, Role.LICENSED_STAFF):
        raise GuidanceIsForLicensedStaff("guidance")
    if unit is None:
        raise ChooseUnit("unit_id")
    if guidance is not None:
        if not fits(unit, guidance, belongs):
            raise UnitDoesNotFit("unit_id", advice=QUESTIONS[guidance].unit)
    elif belongs:
        if unit.id not in belongs:
            raise UnitIsThePersons("unit_id")
    elif unit.id not in by.units(WORKERS) and not works_as(by, Role.CASE_WORKER):
        raise NotYourUnit("unit_id")
    return unit


def offered(
    rule: Rule, units: Iterable[Unit], by: Actor, guidance: Guidance | None, belongs: Collection[UUID]
) -> list[Unit]:
    """The units that a rule lets somebody choose."""
    fitting = []
    for unit in units:
        with suppress(Refused):
            fitting.append(rule(unit, by, guidance, belongs))
    return fitting


def preselected(by: Actor, guidance: Guidance | None, belongs: tuple[UUID, ...]) -> UUID | None:
    """The unit that needs no choice: the person's (rather one where the reporter works), or the only one they have."""
    if guidance is not None or only_licensed(by):
        return None
    mine = by.units(WORKERS)
    if belongs:
        return next((unit for unit in belongs if unit in mine), belongs[0])
    return next(iter(mine)) if len(mine) == 1 and not works_as(by, Role.CASE_WORKER) else None


def right_unit_to_move_to(unit: Unit, by: Actor, guidance: Guidance | None, belongs: Collection[UUID]) -> Unit:
    """The reporter moves what is about a person, or what licensed staff have reported, by the same rule (R-27).

    What isn't about a person may turn out to have happened at any unit.
    """
    if not belongs and guidance is None and not only_licensed(by):
        return unit
    return right_unit(unit, by, guidance, belongs)
