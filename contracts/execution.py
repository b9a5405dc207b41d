"""Events owned by execution: what becomes of an assignment at the provider."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from contracts.authority import PersonCard
from contracts.event import Code, Event, Sha256
from contracts.sealed import Content, For, Sealed


class AssignmentReceived(Event, about="assignment_id"):
    """Uppdraget har kommit fram till utförarens enhet."""

    assignment_id: UUID
    unit_id: UUID
    case_worker_id: UUID
    received_at: datetime


class DeclineReason(StrEnum):
    """Why a provider declines."""

    NO_CAPACITY = "no_capacity"
    WRONG_COMPETENCE = "wrong_competence"
    WRONG_UNIT = "wrong_unit"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    CLIENT_DECLINES = "client_declines"


class ReasonHolder(StrEnum):
    """Whose reason it is that an assignment is declined."""

    PROVIDER = "provider"
    CLIENT = "client"


class Explanation(Content):
    """What the provider wrote about why."""

    text: str


class AssignmentDeclined(Event, about="assignment_id"):
    """Utföraren har tackat nej till uppdraget."""

    assignment_id: UUID
    unit_id: UUID
    case_worker_id: UUID
    reason: DeclineReason
    holder: ReasonHolder
    declined_at: datetime
    explanation: Annotated[Sealed[Explanation], For("authority")]


class DistributedRow(Content):
    """One intervention (insats) sent to a unit to be carried out."""

    row_id: UUID
    unit_id: UUID
    service: Code
    period_from: date
    period_to: date | None = None


class AssignmentDistributed(Event, about="assignment_id"):
    """Uppdragets insatser har skickats till genomförande."""

    assignment_id: UUID
    person_id: UUID
    unit_id: UUID
    case_worker_id: UUID
    distributed_at: datetime
    rows: tuple[DistributedRow, ...]
    """All rows that are with a unit now, not only the new ones; after a recall there may be none."""
    recipients: tuple[UUID, ...] = ()
    """Members whom the one who distributed wants to be told; they may see the person."""
    person: Annotated[Sealed[PersonCard], For("journal", "deviation")]
    distributed_by: UUID | None = None
    """Who sent it, or recalled some of it."""


class ClearanceShared(Event, about="assignment_id"):
    """Vilka som får se personen i ett fördelat uppdrag, som har skyddade uppgifter, har ändrats."""

    assignment_id: UUID
    person_id: UUID
    shared_at: datetime
    person: Annotated[Sealed[PersonCard], For("journal", "deviation")]
    """The card of the order, with all who may see the person now."""


class CorrectionShared(Event, about="assignment_id"):
    """Uppgifterna om personen i ett fördelat uppdrag har rättats."""

    assignment_id: UUID
    person_id: UUID
    shared_at: datetime
    person: Annotated[Sealed[PersonCard], For("journal", "deviation")]
    """The card as it is now, with all who may see the person."""
    corrected_at: datetime | None = None
    """When the authority did it: of two corrections the later counts, whichever comes last."""


class AssignmentAcknowledged(Event, about="assignment_id"):
    """Uppdraget är kvitterat."""

    assignment_id: UUID
    unit_id: UUID
    case_worker_id: UUID
    acknowledged_by: UUID
    acknowledged_at: datetime
    complete: bool
    """True when no unit is left that has not acknowledged."""


class AcknowledgementDelayed(Event, about="assignment_id"):
    """Ingen på enheten har kvitterat uppdraget i tid."""

    assignment_id: UUID
    unit_id: UUID
    """The unit that has not acknowledged."""
    case_worker_id: UUID
    waiting_since: datetime
    working_days: int
    """After how many working days without acknowledgement it is told."""
    reminder: int
    """1 is the first about this wait; the case worker is told from the second, or when it is the last."""
    reminded_at: datetime
    last: bool = False
    """True when no more reminders follow."""


class InterventionStarted(Event, about="assignment_id"):
    """Insatsen har påbörjats: första besöket är gjort."""

    assignment_id: UUID
    unit_id: UUID
    case_worker_id: UUID
    started_on: date


class InterventionEnded(Event, about="assignment_id"):
    """En insats har fått ett slutdatum."""

    assignment_id: UUID
    person_id: UUID
    row_id: UUID
    unit_id: UUID
    service: Code
    ended_on: date
    """The last day it is carried out."""


class AssignmentEnded(Event, about="assignment_id"):
    """Alla insatser i uppdraget har avslutats hos utföraren."""

    assignment_id: UUID
    unit_id: UUID
    case_worker_id: UUID
    last_day: date


class ActionDecision(StrEnum):
    """What a follow-up led to (beslut om åtgärder)."""

    CONTINUE = "continue"
    NEW_DECISION_NEEDED = "new_decision_needed"
    NEW_PLAN_NEEDED = "new_plan_needed"


class GoalRating(Content):
    """How far a goal has been reached, 0 (not at all) to 5 (fully)."""

    goal_id: UUID
    text: str
    rating: int


class FollowUpReport(Content):
    """The signed follow-up, as the authority reads it."""

    ratings: tuple[GoalRating, ...]
    document: str
    """The final document (HTML) that was signed."""
    signature: str
    """JWS over the document's SHA-256, who signed, when and how they had been authenticated."""


class FollowUpSubmitted(Event, about="assignment_id"):
    """En signerad måluppföljning har avgivits."""

    assignment_id: UUID
    follow_up_id: UUID
    unit_id: UUID
    case_worker_id: UUID
    round: int
    performed_on: date | None = None
    action: ActionDecision | None = None
    signed_by: UUID
    signed_at: datetime
    submitted_at: datetime
    document_sha256: Sha256
    report: Annotated[Sealed[FollowUpReport], For("authority")]
