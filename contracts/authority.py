"""Events owned by authority: what is ordered for a person, taken back, and what it thought of what came back."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from contracts.event import Code, Event
from contracts.sealed import Content, For, Sealed


class Protection(StrEnum):
    """How a person's details are protected in the population register."""

    NONE = "none"
    CONFIDENTIALITY_MARK = "confidentiality_mark"
    PROTECTED_REGISTRATION = "protected_registration"
    ASSUMED_IDENTITY = "assumed_identity"


class PersonCard(Content):
    """What a receiver needs to show who it is about."""

    person_id: UUID
    identity_number: str | None
    """Twelve characters without separators; None for a person without identity."""
    identity_type: str
    family_name: str
    given_name: str
    contact_language: str | None = None
    interpreter_need: str | None = None
    registered_address: str | None = None
    protection: Protection = Protection.NONE
    cleared: tuple[UUID, ...] = ()
    """The members who may see a protected person."""


class OrderedGoal(Content):
    """One of the goals of the order, rated in every follow-up."""

    goal_id: UUID
    text: str


class OrderedService(Content):
    """A kind of support that is ordered (insats)."""

    code: Code
    name: str
    forms: tuple[str, ...] = ()
    """The forms in which it can be carried out (genomförandeform); one must be chosen when there are any."""


class Order(Content):
    """The assignment as the provider reads it (uppdragsdokumentet)."""

    person: PersonCard
    case_number: str
    decision: str
    decision_date: date
    legal_basis: str
    decision_maker: str
    assignment_name: str
    services: tuple[OrderedService, ...]
    goals: tuple[OrderedGoal, ...]
    cover_message: str = ""
    sent_by: str


class AssignmentSent(Event, about="assignment_id"):
    """Ett uppdrag har skickats till en utförare."""

    assignment_id: UUID
    person_id: UUID
    unit_id: UUID
    """The provider's unit whose queue it lands in."""
    authority_unit_id: UUID
    case_worker_id: UUID
    decision_id: UUID
    decision_date: date
    legal_basis: Code
    period_from: date | None = None
    period_to: date | None = None
    services: tuple[Code, ...]
    replaces: UUID | None = None
    """The declined assignment that this one is sent instead of."""
    sent_at: datetime
    order: Annotated[Sealed[Order], For("execution")]


class ClearanceChanged(Event, about="assignment_id"):
    """Vilka som får se personen i ett uppdrag, som har skyddade uppgifter, har ändrats."""

    assignment_id: UUID
    person_id: UUID
    cleared: tuple[UUID, ...]
    """All of them: this replaces what the order said."""
    protection: Protection | None = None
    """Given when it is another one from now on."""


class PersonCorrected(Event, about="assignment_id"):
    """Uppgifterna om personen i ett uppdrag har rättats."""

    assignment_id: UUID
    person_id: UUID
    corrected_at: datetime
    person: Annotated[Sealed[PersonCard], For("execution")]
    """All of it: this replaces what the order said."""


class WithdrawalReason(StrEnum):
    """Why the authority takes an assignment back before it is distributed."""

    WRONG_PROVIDER = "wrong_provider"
    WRONG_PERSON = "wrong_person"
    NEED_CHANGED = "need_changed"
    DECISION_CHANGED = "decision_changed"
    DECEASED = "deceased"


class AssignmentWithdrawn(Event, about="assignment_id"):
    """Ett uppdrag har återtagits innan det fördelades."""

    assignment_id: UUID
    unit_id: UUID
    reason: WithdrawalReason
    withdrawn_at: datetime


class DeclineConfirmed(Event, about="assignment_id"):
    """Myndigheten har bekräftat att utföraren tackat nej."""

    assignment_id: UUID
    unit_id: UUID
    confirmed_at: datetime


class FollowUpReceived(Event, about="assignment_id"):
    """Handläggaren har läst en uppföljning."""

    assignment_id: UUID
    follow_up_id: UUID
    received_at: datetime


class ClosingReason(StrEnum):
    """Why an order is closed."""

    GOALS_MET = "goals_met"
    NO_CONSENT = "no_consent"
    NEED_GONE = "need_gone"
    MOVED = "moved"
    DECEASED = "deceased"


class AssignmentClosed(Event, about="assignment_id"):
    """Uppdraget är avslutat av myndigheten."""

    assignment_id: UUID
    unit_id: UUID
    reason: ClosingReason
    closed_on: date
