"""A follow-up (måluppföljning) that a provider has submitted, as the authority keeps it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from contracts.execution import ActionDecision, FollowUpReport


@dataclass(frozen=True)
class FollowUp:
    """One round of follow-up of one assignment."""

    id: UUID
    assignment_id: UUID
    person_id: UUID
    unit_id: UUID
    round: int
    performed_on: date | None
    action: ActionDecision | None
    signed_by: UUID
    signed_at: datetime
    submitted_at: datetime
    document_sha256: str
    report: FollowUpReport = field(repr=False)
    intact: bool
    """True when the document that came is the one whose digest was told."""
    received_at: datetime | None = None
    received_by: UUID | None = None


def digest(document: str) -> str:
    """SHA-256 of a document, in lower-case hexadecimal."""
    return hashlib.sha256(document.encode()).hexdigest()


@dataclass(frozen=True)
class FollowUpLine:
    """A follow-up in a list."""

    id: UUID
    round: int
    performed_on: date | None
    action: ActionDecision | None
    signed_by: str
    submitted_at: datetime
    received_at: datetime | None


def line(follow_up: FollowUp, names: Mapping[UUID, str]) -> FollowUpLine:
    """As lists show it."""
    return FollowUpLine(
        id=follow_up.id,
        round=follow_up.round,
        performed_on=follow_up.performed_on,
        action=follow_up.action,
        signed_by=names.get(follow_up.signed_by, "okänd medarbetare"),
        submitted_at=follow_up.submitted_at,
        received_at=follow_up.received_at,
    )
