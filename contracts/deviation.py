"""Events owned by deviation: what deviated, who answers for it, and what came of it; never what was written."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from contracts.event import Code, Event


class DeviationKind(StrEnum):
    """What is registered."""

    DEVIATION = "deviation"
    COMPLAINT = "complaint"


class Consequence(StrEnum):
    """How serious the manager finds it (in the analysis, never at registration)."""

    NONE = "none"
    MINOR = "minor"
    MODERATE = "moderate"
    SERIOUS = "serious"


class DeviationRegistered(Event, about="deviation_id"):
    """En avvikelse har registrerats."""

    deviation_id: UUID
    unit_id: UUID
    kind: DeviationKind
    business_area: Code
    category: Code
    occurred_on: date
    about_person: bool
    reported_by: UUID
    manager_id: UUID | None = None
    registered_at: datetime


class ManagerMissing(Event, about="deviation_id"):
    """En avvikelse saknar ansvarig chef."""

    deviation_id: UUID
    unit_id: UUID
    reported_by: UUID


class DeviationMoved(Event, about="deviation_id"):
    """En avvikelse har flyttats till rätt enhet, eller till den chef som enheten nu har fått."""

    deviation_id: UUID
    from_unit_id: UUID
    unit_id: UUID
    """The same as from_unit_id when it lacked a responsible manager and its unit has got one."""
    reported_by: UUID
    manager_id: UUID | None = None


class LexLaw(StrEnum):
    """The two duties to report: social services (Lex Sarah), health care (Lex Maria)."""

    SARAH = "lex_sarah"
    MARIA = "lex_maria"


class LexSuspected(Event, about="deviation_id"):
    """Någon anser att en avvikelse kan vara föremål för en utredning enligt Lex Sarah eller Lex Maria."""

    deviation_id: UUID
    unit_id: UUID
    law: LexLaw
    suspected_by: UUID
    suspected_at: datetime


class AnalysisStarted(Event, about="deviation_id"):
    """Ansvarig chef har börjat analysera en avvikelse."""

    deviation_id: UUID
    unit_id: UUID
    reported_by: UUID
    manager_id: UUID | None = None
    """Who it lies with from now on."""


class FeedbackGiven(Event, about="deviation_id"):
    """Den som rapporterade en avvikelse har fått återkoppling."""

    deviation_id: UUID
    unit_id: UUID
    reported_by: UUID
    given_by: UUID


class DeviationClosed(Event, about="deviation_id"):
    """En avvikelse är avslutad."""

    deviation_id: UUID
    unit_id: UUID
    reported_by: UUID
    consequence: Consequence | None = None
    """None when it was closed without analysis."""
    closed_at: datetime


class DeviationRemoved(Event, about="deviation_id"):
    """En felregistrerad avvikelse har tagits bort."""

    deviation_id: UUID
    unit_id: UUID
    reported_by: UUID
