"""A goal follow-up (måluppföljning): each ordered goal rated 0–5, signed and submitted to the authority."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.auth import Actor
from chassis.decision import Decision, Invalid, Refused, Who
from chassis.seen import mark_of
from contracts.execution import ActionDecision
from services.execution.assignment import Assignment
from services.execution.rights import STAFF, seen_by

LOWEST, HIGHEST = 0, 5


class FollowUpStatus(StrEnum):
    """Where the follow-up is on its way to the authority."""

    DRAFT = "draft"
    DOCUMENT_CREATED = "document_created"
    FINAL = "final"
    SIGNED = "signed"
    SUBMITTED = "submitted"
    RECEIVED = "received"


TRANSITIONS: Mapping[tuple[FollowUpStatus, str], FollowUpStatus] = {
    (FollowUpStatus.DRAFT, "write"): FollowUpStatus.DRAFT,
    (FollowUpStatus.DRAFT, "create-document"): FollowUpStatus.DOCUMENT_CREATED,
    (FollowUpStatus.DOCUMENT_CREATED, "discard-document"): FollowUpStatus.DRAFT,
    (FollowUpStatus.FINAL, "discard-document"): FollowUpStatus.DRAFT,
    (FollowUpStatus.DOCUMENT_CREATED, "mark-final"): FollowUpStatus.FINAL,
    (FollowUpStatus.FINAL, "sign"): FollowUpStatus.SIGNED,
    (FollowUpStatus.SIGNED, "submit"): FollowUpStatus.SUBMITTED,
    (FollowUpStatus.SUBMITTED, "receive"): FollowUpStatus.RECEIVED,
}
"""(from, command) -> to. What is not here is refused."""

FOLLOW_UP_LABELS: dict[str, str] = {
    "draft": "utkast",
    "document_created": "handling skapad",
    "final": "slutgiltig",
    "signed": "signerad",
    "submitted": "avgiven",
    "continue": "Fortsätter som tidigare",
    "new_decision_needed": "Nytt biståndsbeslut behövs",
    "new_plan_needed": "Ny genomförandeplan behövs",
}
"""Code -> what people read."""


class EveryGoalRated(Invalid):
    """Skatta måluppfyllelsen för varje mål (0–5)."""


class SignatureDateMissing(Invalid):
    """Ange datum för underskrift."""


class NotNow(Refused):
    """Det går inte: uppföljningen är {status}."""


@dataclass(frozen=True)
class Rating:
    """How far one goal has been reached, in the words of the order."""

    goal_id: UUID
    text: str
    rating: int | None = None


@dataclass(frozen=True)
class FollowUp:
    """One round of follow-up of an assignment (F-17)."""

    id: UUID
    assignment_id: UUID
    person_id: UUID
    unit_id: UUID
    round: int
    created_at: datetime
    created_by: UUID
    ratings: tuple[Rating, ...]
    status: FollowUpStatus = FollowUpStatus.DRAFT
    performed_on: date | None = None
    performed: str = ""
    situation_change: str = ""
    action: ActionDecision | None = None
    action_text: str = ""
    changes: str = ""
    comment: str = ""
    signature_date: date | None = None
    document: str | None = None
    document_sha256: str | None = None
    signature: str | None = None
    signed_by: UUID | None = None
    signed_at: datetime | None = None
    submitted_at: datetime | None = None

    @property
    def seen(self) -> str:
        """A mark of what stands in it."""
        texts = (self.performed, self.situation_change, self.action_text, self.changes, self.comment)
        return mark_of(self.ratings, self.performed_on, texts, self.action, self.signature_date)


def may_follow_up(assignment: Assignment, by: Actor) -> Who:
    """The role in which a member works with the assignment's follow-ups, at a unit that carries it out."""
    seen_by(assignment, by)
    units = [unit for unit in assignment.unit_ids if unit in by.units(STAFF)]
    return by.at(units[0] if units else assignment.unit_id, STAFF)


def step(follow_up: FollowUp, command: str, otherwise: type[Refused] | None = None) -> FollowUpStatus:
    """The status after a command; refused with `otherwise` (else NotNow) when it may not be given now."""
    after = TRANSITIONS.get((follow_up.status, command))
    if after is None:
        raise otherwise() if otherwise else NotNow(status=FOLLOW_UP_LABELS.get(follow_up.status, "mottagen"))
    return after


def create(follow_up: FollowUp, assignment: Assignment, document: str, by: Actor) -> Decision[FollowUp]:
    """Needs a rating of every goal and a date for the signature, nothing else (R-32)."""
    who = may_follow_up(assignment, by)
    status = step(follow_up, "create-document")
    if any(goal.rating is None for goal in follow_up.ratings):
        raise EveryGoalRated("ratings")
    if follow_up.signature_date is None:
        raise SignatureDateMissing("signature_date")
    digest = hashlib.sha256(document.encode()).hexdigest()
    return Decision(replace(follow_up, status=status, document=document, document_sha256=digest), (), who)
