"""The code lists of a report (F-23): where in the organisation, what happened, during what, and who took part."""

from collections.abc import Mapping
from enum import StrEnum


class BusinessArea(StrEnum):
    """Under which law it happened (verksamhet)."""

    IFO = "ifo"
    FH_SOL = "fh-sol"
    AO = "ao"
    HSL = "hsl"


class Alone(StrEnum):
    """Whether the person was alone."""

    YES = "yes"
    NO = "no"
    NOT_RELEVANT = "not_relevant"


class Category(StrEnum):
    """What happened (område)."""

    FALL = "fall"
    MEDICATION = "medication"
    MISSED_INTERVENTION = "missed-intervention"
    DELAYED_INTERVENTION = "delayed-intervention"
    CONDUCT = "conduct"
    DOCUMENTATION = "documentation"
    INFORMATION_TRANSFER = "information-transfer"
    CONFIDENTIALITY = "confidentiality"
    COOPERATION = "cooperation"
    CASE_HANDLING = "case-handling"
    THREAT_AND_VIOLENCE = "threat-and-violence"
    RESTRAINT = "restraint"
    MISSING_PERSON = "missing-person"
    MONEY_AND_BELONGINGS = "money-and-belongings"
    ALARM = "alarm"
    MEAL_AND_NUTRITION = "meal-and-nutrition"
    MEDICAL_DEVICE = "medical-device"
    PRESSURE_ULCER = "pressure-ulcer"
    INFECTION = "infection"
    REHABILITATION = "rehabilitation"
    TREATMENT = "treatment"
    OTHER = "other-event"


class Activity(StrEnum):
    """What was going on (aktivitet)."""

    TRANSFER = "transfer"
    HYGIENE = "hygiene"
    TOILET = "toilet"
    MEAL = "meal"
    MEDICINE = "giving-medicine"
    TREATMENT = "giving-treatment"
    OUTDOORS = "outdoors"
    REST = "rest"
    HOME_VISIT = "home-visit"
    CONVERSATION = "conversation"
    TRAVEL = "travel"
    HANDOVER = "handover"
    ADMINISTRATION = "administration"
    OTHER = "other-activity"


class Profession(StrEnum):
    """Who took part (involverade yrkesgrupper)."""

    CARE_WORKER = "care-worker"
    ASSISTANT_NURSE = "assistant-nurse"
    SPECIALIST_ASSISTANT_NURSE = "specialist-assistant-nurse"
    NURSE = "nurse"
    OCCUPATIONAL_THERAPIST = "occupational-therapist"
    PHYSIOTHERAPIST = "physiotherapist"
    PHYSICIAN = "physician"
    HOUSING_SUPPORT = "housing-support"
    FAMILY_THERAPIST = "family-therapist"
    CASE_WORKER = "social-case-worker"
    COORDINATOR = "care-coordinator"
    MANAGER = "care-manager"
    OTHER = "other-profession"


_ALL = tuple(BusinessArea)
_SOCIAL = (BusinessArea.IFO, BusinessArea.FH_SOL, BusinessArea.AO)
_CARE = (BusinessArea.FH_SOL, BusinessArea.AO, BusinessArea.HSL)

CATEGORIES: Mapping[Category, tuple[BusinessArea, ...]] = {
    Category.FALL: _CARE,
    Category.MEDICATION: _CARE,
    Category.MISSED_INTERVENTION: _ALL,
    Category.DELAYED_INTERVENTION: _ALL,
    Category.CONDUCT: _ALL,
    Category.DOCUMENTATION: _ALL,
    Category.INFORMATION_TRANSFER: _ALL,
    Category.CONFIDENTIALITY: _ALL,
    Category.COOPERATION: _ALL,
    Category.CASE_HANDLING: _SOCIAL,
    Category.THREAT_AND_VIOLENCE: _ALL,
    Category.RESTRAINT: _CARE,
    Category.MISSING_PERSON: _ALL,
    Category.MONEY_AND_BELONGINGS: _SOCIAL,
    Category.ALARM: _CARE,
    Category.MEAL_AND_NUTRITION: _CARE,
    Category.MEDICAL_DEVICE: _CARE,
    Category.PRESSURE_ULCER: (BusinessArea.AO, BusinessArea.HSL),
    Category.INFECTION: (BusinessArea.HSL,),
    Category.REHABILITATION: (BusinessArea.HSL,),
    Category.TREATMENT: (BusinessArea.IFO, BusinessArea.HSL),
    Category.OTHER: _ALL,
}
"""Område -> the verksamheter it may be registered in (TRE-DEV-09)."""


def categories_of(area: BusinessArea) -> tuple[Category, ...]:
    """What can have happened in a verksamhet."""
    return tuple(category for category, areas in CATEGORIES.items() if area in areas)


LABELS: Mapping[str, str] = {
    BusinessArea.IFO: "IFO/Familjerätt",
    BusinessArea.FH_SOL: "Funktionsnedsättning (SoL)",
    BusinessArea.AO: "Äldreomsorg",
    BusinessArea.HSL: "Hälso- och sjukvård (HSL)",
    Alone.YES: "Ja",
    Alone.NO: "Nej",
    Alone.NOT_RELEVANT: "Ej relevant",
    Category.FALL: "Fall",
    Category.MEDICATION: "Läkemedel",
    Category.MISSED_INTERVENTION: "Utebliven insats",
    Category.DELAYED_INTERVENTION: "Försenad insats",
    Category.CONDUCT: "Bemötande",
    Category.DOCUMENTATION: "Dokumentation",
    Category.INFORMATION_TRANSFER: "Informationsöverföring",
    Category.CONFIDENTIALITY: "Sekretess",
    Category.COOPERATION: "Samverkan",
    Category.CASE_HANDLING: "Handläggning",
    Category.THREAT_AND_VIOLENCE: "Hot och våld",
    Category.RESTRAINT: "Begränsningsåtgärd",
    Category.MISSING_PERSON: "Försvunnen person",
    Category.MONEY_AND_BELONGINGS: "Pengar och ägodelar",
    Category.ALARM: "Larm",
    Category.MEAL_AND_NUTRITION: "Måltid och nutrition",
    Category.MEDICAL_DEVICE: "Hjälpmedel och medicinteknisk produkt",
    Category.PRESSURE_ULCER: "Trycksår",
    Category.INFECTION: "Vårdrelaterad infektion",
    Category.REHABILITATION: "Rehabilitering",
    Category.TREATMENT: "Vård och behandling",
    Category.OTHER: "Annat",
    Activity.TRANSFER: "Förflyttning",
    Activity.HYGIENE: "Personlig hygien",
    Activity.TOILET: "Toalettbesök",
    Activity.MEAL: "Måltid",
    Activity.MEDICINE: "Läkemedel ges",
    Activity.TREATMENT: "Vård eller behandling ges",
    Activity.OUTDOORS: "Utevistelse",
    Activity.REST: "Vila eller sömn",
    Activity.HOME_VISIT: "Hembesök",
    Activity.CONVERSATION: "Samtal eller möte",
    Activity.TRAVEL: "Resa eller transport",
    Activity.HANDOVER: "Överrapportering",
    Activity.ADMINISTRATION: "Handläggning eller planering",
    Activity.OTHER: "Annan aktivitet",
    Profession.CARE_WORKER: "Omvårdnadspersonal",
    Profession.ASSISTANT_NURSE: "Undersköterska",
    Profession.SPECIALIST_ASSISTANT_NURSE: "Specialistundersköterska",
    Profession.NURSE: "Sjuksköterska",
    Profession.OCCUPATIONAL_THERAPIST: "Arbetsterapeut",
    Profession.PHYSIOTHERAPIST: "Fysioterapeut",
    Profession.PHYSICIAN: "Läkare",
    Profession.HOUSING_SUPPORT: "Boendestödjare",
    Profession.FAMILY_THERAPIST: "Familjebehandlare",
    Profession.CASE_WORKER: "Handläggare eller socialsekreterare",
    Profession.COORDINATOR: "Samordnare",
    Profession.MANAGER: "Chef",
    Profession.OTHER: "Annan yrkesgrupp",
}
"""Code -> what people read."""
