"""A deviation (avvikelse): something that differed from the agreed care, from report to feedback."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from chassis.decision import SYSTEM, Refused, Who
from chassis.seen import mark_of
from contracts.deviation import Consequence, DeviationKind, LexLaw, LexSuspected
from services.deviation.code_lists import LABELS as CODE_LABELS
from services.deviation.code_lists import Activity, Alone, BusinessArea, Category, Profession
from services.deviation.guidance import Guidance


class Status(StrEnum):
    """Where the deviation is."""

    REGISTERED = "registered"
    WITH_MANAGER = "with_manager"
    UNASSIGNED = "unassigned"
    UNDER_ANALYSIS = "under_analysis"
    MEASURES_PLANNED = "measures_planned"
    CLOSED = "closed"
    REMOVED = "removed"


OPEN = (Status.UNASSIGNED, Status.WITH_MANAGER, Status.UNDER_ANALYSIS, Status.MEASURES_PLANNED)
"""Somebody still has something to do."""

TRANSITIONS: Mapping[tuple[Status, str], Status] = {
    (Status.REGISTERED, "assign"): Status.WITH_MANAGER,
    (Status.REGISTERED, "miss-manager"): Status.UNASSIGNED,
    (Status.UNASSIGNED, "assign"): Status.WITH_MANAGER,
    (Status.UNASSIGNED, "move"): Status.REGISTERED,
    (Status.WITH_MANAGER, "move"): Status.REGISTERED,
    (Status.WITH_MANAGER, "start-analysis"): Status.UNDER_ANALYSIS,
    (Status.WITH_MANAGER, "close-without-analysis"): Status.CLOSED,
    (Status.UNDER_ANALYSIS, "describe"): Status.UNDER_ANALYSIS,
    (Status.UNDER_ANALYSIS, "assess"): Status.MEASURES_PLANNED,
    (Status.MEASURES_PLANNED, "assess"): Status.MEASURES_PLANNED,
    (Status.WITH_MANAGER, "give-feedback"): Status.WITH_MANAGER,
    (Status.UNDER_ANALYSIS, "give-feedback"): Status.UNDER_ANALYSIS,
    (Status.MEASURES_PLANNED, "give-feedback"): Status.MEASURES_PLANNED,
    (Status.MEASURES_PLANNED, "close"): Status.CLOSED,
    **{(status, "suspect-lex"): status for status in OPEN},
    **{(status, "remove"): Status.REMOVED for status in (*OPEN, Status.CLOSED)},
}
"""(from, command) -> to. What is not here is refused. Moving is to be registered anew at the right unit (C-08)."""


LABELS: Mapping[str, str] = {
    **CODE_LABELS,
    Status.REGISTERED: "Registrerad",
    Status.WITH_MANAGER: "Hos ansvarig chef",
    Status.UNASSIGNED: "Saknar ansvarig chef",
    Status.UNDER_ANALYSIS: "Analyseras",
    Status.MEASURES_PLANNED: "Åtgärdas",
    Status.CLOSED: "Avslutad",
    Status.REMOVED: "Borttagen",
    DeviationKind.DEVIATION: "Avvikelse",
    DeviationKind.COMPLAINT: "Synpunkt/klagomål",
    Consequence.NONE: "Ingen",
    Consequence.MINOR: "Mindre",
    Consequence.MODERATE: "Måttlig",
    Consequence.SERIOUS: "Allvarlig",
    LexLaw.SARAH: "Lex Sarah",
    LexLaw.MARIA: "Lex Maria",
    "register": "Registrerades",
    "assign": "Lämnades till ansvarig chef",
    "miss-manager": "Ingen ansvarig chef fanns",
    "move": "Flyttades från enheten",
    "start-analysis": "Analysen började",
    "describe": "Analysen sparades",
    "assess": "Konsekvensen bedömdes",
    "give-feedback": "Återkoppling lämnades",
    "close-without-analysis": "Avslutades utan analys",
    "close": "Avslutades",
    "suspect-lex": "Misstanke",
    "remove": "Togs bort",
}
"""Code -> what people read."""


class NotPossibleNow(Refused):
    """Det går inte, för avvikelsen har status ”{status}”."""


class LexTrack(StrEnum):
    """How far a suspicion has come; the tracks run beside the deviation."""

    SUSPECTED = "suspected"


@dataclass(frozen=True)
class LexSuspicion:
    """Somebody thinks that it may have to be investigated under one of the laws."""

    law: LexLaw
    track: LexTrack
    member_id: UUID
    at: datetime


@dataclass(frozen=True)
class Analysis:
    """The manager's part (C-17)."""

    analysis: str
    cause: str | None = None
    severity: int | None = None
    """1–4"""
    probability: int | None = None
    """1–4, that it happens again"""
    measures: tuple[str, ...] = ()
    consequence: Consequence | None = None

    @property
    def risk(self) -> int | None:
        """Severity × probability, 1–16."""
        return self.severity * self.probability if self.severity and self.probability else None


@dataclass(frozen=True)
class Feedback:
    """What the manager told the reporter."""

    text: str
    member_id: UUID
    name: str
    at: datetime


@dataclass(frozen=True)
class Step:
    """One thing that was done with the deviation: the audit, kept also when it is removed."""

    at: datetime
    command: str
    status: Status
    unit_id: UUID
    """The unit the deviation was registered on when it had been done."""
    member_id: UUID
    name: str
    role: str
    reason: str = ""


@dataclass(frozen=True)
class Deviation:
    """A report of a deviation or a complaint (F-23), and what came of it."""

    id: UUID
    person_id: UUID | None
    """None when it isn't about a person (avvikelse ej person)."""
    kind: DeviationKind
    business_area: BusinessArea
    category: Category
    unit_id: UUID
    occurred_on: date
    occurred_at: time
    course_of_events: str
    reported_by: UUID
    reported_on: date
    registered_at: datetime
    was_alone: Alone | None = None
    activity: Activity | None = None
    residence_id: UUID | None = None
    guidance: Guidance | None = None
    involved_professions: tuple[Profession, ...] = ()
    suggested_action: str | None = None
    comment: str | None = None
    manager_id: UUID | None = None
    """Who answered for the unit when it was registered there, or has taken it on."""
    status: Status = Status.REGISTERED
    lex: tuple[LexSuspicion, ...] = ()
    analysis: Analysis | None = None
    feedback: tuple[Feedback, ...] = ()
    history: tuple[Step, ...] = ()
    number: int = 0
    """What people call it by, given by the database when it is registered."""

    @property
    def laws(self) -> str:
        """The laws that somebody has named, in words."""
        return " och ".join(sorted({LABELS[suspicion.law] for suspicion in self.lex}))

    @property
    def seen(self) -> str:
        """A mark of the analysis."""
        return mark_of(self.analysis)

    @property
    def consequence(self) -> Consequence | None:
        """How serious the manager found it."""
        return self.analysis.consequence if self.analysis else None


class ConsequenceMissing(Refused):
    """Bedöm konsekvensen i analysen innan du avslutar."""


class FeedbackMissing(Refused):
    """Återkoppla till den som rapporterade innan du avslutar."""


def left_before_closing(deviation: Deviation) -> tuple[type[Refused], ...]:
    """What is left to do when it has been analysed; nothing when it isn't under way."""
    left: list[type[Refused]] = []
    if deviation.status is Status.UNDER_ANALYSIS:
        left.append(ConsequenceMissing)
    if deviation.status in (Status.UNDER_ANALYSIS, Status.MEASURES_PLANNED) and not deviation.feedback:
        left.append(FeedbackMissing)
    return tuple(left)


def advance(deviation: Deviation, command: str, who: Who, now: datetime, reason: str = "") -> Deviation:
    """The deviation after a command, with the step in its history. NotPossibleNow when its status doesn't allow it."""
    after = TRANSITIONS.get((deviation.status, command))
    if after is None:
        raise NotPossibleNow(status=LABELS[deviation.status])
    step = Step(now, command, after, deviation.unit_id, who.member_id, who.name, who.role, reason)
    return replace(deviation, status=after, history=(*deviation.history, step))


def hand_over(deviation: Deviation, manager_id: UUID | None, now: datetime) -> Deviation:
    """To the one who answers for its unit, or marked as lacking one (R-26): it is never dropped."""
    command = "assign" if manager_id else "miss-manager"
    return advance(replace(deviation, manager_id=manager_id), command, SYSTEM, now)


def suspect(deviation: Deviation, law: LexLaw, who: Who, now: datetime) -> tuple[Deviation, LexSuspected]:
    """A track of its own begins beside the deviation; the event says that, and nothing of why."""
    suspicion = LexSuspicion(law, LexTrack.SUSPECTED, who.member_id, now)
    after = advance(replace(deviation, lex=(*deviation.lex, suspicion)), "suspect-lex", who, now, law)
    suspected = LexSuspected(
        deviation_id=deviation.id,
        unit_id=deviation.unit_id,
        law=law,
        suspected_by=who.member_id,
        suspected_at=now,
    )
    return after, suspected
