"""Sign a follow-up: the signature binds who, when, how they had been authenticated, and the document."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision, Refused, Who
from chassis.http import By, Command, Done, Router, Tx, form
from chassis.signing import Sign, Signing
from services.execution.assignment import Assignment
from services.execution.follow_up import FollowUp, may_follow_up, step
from services.execution.tables import assignments, follow_ups

router = Router()


class SignFollowUp(Command):
    """The document that the signer has before them."""

    document_sha256: str = Field(title="Handlingens SHA-256", max_length=64)


class OtherDocument(Refused):
    """Handlingen är inte den du såg: den har gjorts om sedan du öppnade sidan. Läs den igen innan du signerar."""


class AlreadySigned(Refused):
    """Handlingen är redan signerad."""


class NotFinal(Refused):
    """Markera handlingen som slutgiltig innan du signerar."""


class LoginTooWeak(Refused):
    """Logga in med e-legitimation för att kunna signera."""

    status = 403


@router.post("/follow-ups/{id}/signature")
@form("/execution/follow-ups/{id}")
async def sign_a_follow_up(id: UUID, command: SignFollowUp, by: By, tx: Tx, sign: Signing) -> Done:
    follow_up = await tx.load(follow_ups, id)
    assignment = await tx.read(assignments, follow_up.assignment_id)
    await tx.save(follow_ups, sign_follow_up(follow_up, assignment, command, by, tx.now, sign))
    return Done(id=id, location=f"/execution/follow-ups/{id}", message="Status: Signerad.")


def sign_follow_up(
    follow_up: FollowUp, assignment: Assignment, command: SignFollowUp, by: Actor, now: datetime, sign: Sign
) -> Decision[FollowUp]:
    """R-13: only a final document is signed, the one that the signer has read, and nothing changes afterwards."""
    who = may_follow_up(assignment, by)
    if follow_up.signed_at is not None:
        raise AlreadySigned
    status = step(follow_up, "sign", NotFinal)
    if command.document_sha256 != follow_up.document_sha256:
        raise OtherDocument
    if not by.login.level:
        raise LoginTooWeak
    signature = sign(claims(follow_up, by, who, now))
    signed = replace(follow_up, status=status, signature=signature, signed_by=who.member_id, signed_at=now)
    return Decision(signed, (), who)


def claims(follow_up: FollowUp, by: Actor, who: Who, now: datetime) -> dict[str, Any]:
    """What the signature says."""
    return {
        "document_sha256": follow_up.document_sha256,
        "follow_up": str(follow_up.id),
        "assignment": str(follow_up.assignment_id),
        "round": follow_up.round,
        "signed_by": str(who.member_id),
        "name": who.name,
        "role": who.role,
        "unit": str(who.unit_id),
        "signed_at": now.isoformat(),
        "authentication": {
            "issuer": by.login.issuer,
            "subject": by.login.subject,
            "acr": by.login.level,
            "amr": list(by.login.methods),
            "auth_time": by.login.authenticated_at,
        },
    }
