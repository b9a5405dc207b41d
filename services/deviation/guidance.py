"""The four questions that lead licensed staff to the right unit (TRE-DEV-11)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.deviation.unit import Unit


class Guidance(StrEnum):
    """What licensed staff answer so that the deviation comes to the right manager (TRE-DEV-11)."""

    HOME_HEALTH_CARE = "a"
    SHELTERED_HOUSING = "b"
    SPECIAL_HOUSING = "c"
    CARE_STAFF_IN_HOME_HEALTH_CARE = "d"


@dataclass(frozen=True)
class Question:
    """One of the four questions, and which unit a yes leads to."""

    question: str
    unit: str


QUESTIONS: Mapping[Guidance, Question] = {
    Guidance.HOME_HEALTH_CARE: Question(
        "Hände det inom hemsjukvården, och var du själv inblandad?",
        "Välj HSL-enheten. Hemsjukvårdschefen utreder.",
    ),
    Guidance.SHELTERED_HOUSING: Question(
        "Hände det på ett trygghetsboende, och var du själv inblandad?",
        "Välj den hemtjänstgrupp som utför hemtjänst där. Den enhetens chef utreder.",
    ),
    Guidance.SPECIAL_HOUSING: Question(
        "Hände det på ett särskilt boende, och var du själv inblandad?",
        "Välj den enhet där personen bor. Den enhetens chef utreder.",
    ),
    Guidance.CARE_STAFF_IN_HOME_HEALTH_CARE: Question(
        "Hände det inom hemsjukvården, och var det omvårdnadspersonal som var inblandad?",
        "Välj den enhet där omvårdnadspersonalen arbetar. Den enhetens chef utreder och rådgör med hemsjukvårdschefen.",
    ),
}


def fits(unit: Unit, guidance: Guidance, belongs: Collection[UUID]) -> bool:
    """Whether a unit can be the one an answer leads to; belongs: the units of the person, if it is about one."""
    if guidance is Guidance.HOME_HEALTH_CARE:
        return unit.health_care
    if guidance is Guidance.SHELTERED_HOUSING:
        return not unit.health_care and not unit.residence
    if guidance is Guidance.SPECIAL_HOUSING:
        return not unit.health_care and (unit.residence or unit.id in belongs)
    return not unit.health_care
