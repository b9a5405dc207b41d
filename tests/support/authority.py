"""The way to a sent order through the doors of the authority, and what the provider answers."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx

from chassis.signing import signer
from contracts.execution import (
    AssignmentAcknowledged,
    AssignmentDeclined,
    AssignmentDistributed,
    AssignmentEnded,
    AssignmentReceived,
    DeclineReason,
    DistributedRow,
    Explanation,
    FollowUpReport,
    FollowUpSubmitted,
    GoalRating,
    InterventionStarted,
    ReasonHolder,
)
from contracts.organisation import MemberChanged, MemberDetails, Membership, Role
from contracts.sealed import Sealed
from services.authority.follow_up import digest
from tests.support.municipality import member, unit
from tests.support.orders import GOALS, person
from tests.support.stafett import body

THEN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DOCUMENT = "<p>Moira går ut varje dag.</p>"
FOLLOW_UP = uuid5(NAMESPACE_URL, "follow-up-1")
MOIRA: dict[str, Any] = {
    "identity_number": "19380303-9142",
    "family_name": "Mustafsson",
    "given_name": "Moira",
    "contact_language": "svenska",
    "registered_address": "Storgatan 1, Linköping",
}
SERVICES = ["morgonhjalp", "servicelagenhet"]


async def register(client: httpx.AsyncClient, **fields: Any) -> UUID:
    """A person."""
    return UUID(body(await client.post("/authority/persons", json=MOIRA | fields))["id"])


async def decide(client: httpx.AsyncClient, person_id: UUID, **fields: Any) -> UUID:
    """A decision on aid for the person."""
    values = {
        "decided_on": "2026-11-18",
        "decision_maker": "Karin Berg",
        "decision_type": "Personlig omvårdnad",
        "legal_basis": "sol2025-11-1",
    }
    answer = await client.post(f"/authority/persons/{person_id}/decisions", json=values | fields)
    return UUID(body(answer)["id"])


async def draft(client: httpx.AsyncClient, decision_id: UUID, **fields: Any) -> UUID:
    """A draft of an order to Blandaren."""
    values = {
        "decision_id": str(decision_id),
        "unit_id": str(unit("blandaren")),
        "assignment_name": "PO 5/11",
        "services": SERVICES,
        "goals": [goal.text for goal in GOALS],
        "cover_message": "Ring på två gånger, Moira hör dåligt 🔔",
    }
    return UUID(body(await client.post("/authority/assignments", json=values | fields))["id"])


async def drafted(client: httpx.AsyncClient, **fields: Any) -> UUID:
    """A draft for a new person; fields are the person's."""
    return await draft(client, await decide(client, await register(client, **fields)))


async def sent(client: httpx.AsyncClient, **fields: Any) -> UUID:
    """A sent order for a new person; fields are the person's."""
    assignment_id = await drafted(client, **fields)
    body(await client.post(f"/authority/assignments/{assignment_id}/sending"))
    return assignment_id


def substitute() -> MemberChanged:
    """Sara Lind becomes a case worker at Karin Berg's unit too."""
    return MemberChanged(
        member_id=member("sara.lind"),
        memberships=(Membership(unit_id=unit("bistandsenheten"), role=Role.CASE_WORKER),),
        details=Sealed(MemberDetails(name="Sara Lind", title="Socialsekreterare", login="sara.lind")),
    )


def _about(assignment_id: UUID, code: str = "blandaren") -> dict[str, Any]:
    return {"assignment_id": assignment_id, "unit_id": unit(code), "case_worker_id": member("karin.berg")}


def received(assignment_id: UUID) -> AssignmentReceived:
    return AssignmentReceived(**_about(assignment_id), received_at=THEN)


def declined(assignment_id: UUID) -> AssignmentDeclined:
    return AssignmentDeclined(
        **_about(assignment_id),
        reason=DeclineReason.NO_CAPACITY,
        holder=ReasonHolder.PROVIDER,
        declined_at=THEN,
        explanation=Sealed(Explanation(text="Fullt till jul <b>tyvärr</b>.")),
    )


def distributed(assignment_id: UUID, *codes: str) -> AssignmentDistributed:
    rows = tuple(
        DistributedRow(
            row_id=uuid5(NAMESPACE_URL, code), unit_id=unit(code), service="morgonhjalp", period_from=date(2026, 12, 1)
        )
        for code in codes
    )
    card = person()
    return AssignmentDistributed(
        **_about(assignment_id), person_id=card.person_id, distributed_at=THEN, rows=rows, person=Sealed(card)
    )


def acknowledged(assignment_id: UUID, *, complete: bool = True) -> AssignmentAcknowledged:
    return AssignmentAcknowledged(
        **_about(assignment_id, "blandaren-ute"),
        acknowledged_by=member("jonas.ek"),
        acknowledged_at=THEN,
        complete=complete,
    )


def started(assignment_id: UUID) -> InterventionStarted:
    return InterventionStarted(**_about(assignment_id, "blandaren-ute"), started_on=date(2026, 12, 1))


def ended(assignment_id: UUID) -> AssignmentEnded:
    return AssignmentEnded(**_about(assignment_id), last_day=date(2027, 5, 31))


def followed_up(assignment_id: UUID, keys: Path, document: str = DOCUMENT) -> FollowUpSubmitted:
    """A follow-up signed as execution signs; another document is one that was changed on the way."""
    claims = {
        "document_sha256": digest(DOCUMENT),
        "follow_up": str(FOLLOW_UP),
        "signed_by": str(member("jonas.ek")),
    }
    rating = GoalRating(goal_id=GOALS[0].goal_id, text=GOALS[0].text, rating=4)
    report = FollowUpReport(ratings=(rating,), document=document, signature=signer(keys, "execution")(claims))
    return FollowUpSubmitted(
        **_about(assignment_id, "blandaren-ute"),
        follow_up_id=FOLLOW_UP,
        round=1,
        signed_by=member("jonas.ek"),
        signed_at=THEN,
        submitted_at=THEN,
        document_sha256=digest(DOCUMENT),
        report=Sealed(report),
    )
