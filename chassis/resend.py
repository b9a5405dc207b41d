"""History sent again: an owner answers a request for it, and a receiver asks for what it lacks."""

import structlog

from chassis import inbox_queries as sql
from chassis.database import Transaction
from contracts.topology import HEARS, RESEND_REQUESTED, ResendRequested


async def send_again(tx: Transaction, body: bytes) -> None:
    """As the owner: keep a request for history; the relay goes through what it names, for that receiver alone."""
    request = ResendRequested.model_validate_json(body)
    await tx.execute(
        sql.SEND_AGAIN, {"receiver": request.receiver, "subject": request.subject, "first": request.from_sequence}
    )
    tx.wrote = True


async def catch_up(tx: Transaction, service: str) -> None:
    """Once in the life of a database: ask every owner for all it told before we were there to hear it."""
    for owner in HEARS[service]:
        if (await tx.execute(sql.CATCH_UP, {"owner": owner})).first():
            await _ask(tx, service, owner, None, 1)


async def ask_for_missing(tx: Transaction, service: str, patience: float) -> None:
    """Ask for what has been waited for longer than `patience` seconds, subject by subject."""
    for owner, subject, first in (await tx.execute(sql.GAPS, {"patience": patience})).all():
        structlog.get_logger().warning("asking for missing messages", service=service, owner=owner, subject=subject)
        await _ask(tx, service, owner, subject, first)


async def ask_owner(tx: Transaction, service: str, owner: str, subject: str | None, operator: str, why: str) -> None:
    """As an operator: ask for all that an owner told (about one subject, or of everything); kept with who and why."""
    await _ask(tx, service, owner, subject, 1)
    what = f"{owner} {subject or 'everything'}"
    await tx.execute(sql.ACT, {"operator": operator, "act": "resend", "what": what, "why": why})


async def _ask(tx: Transaction, service: str, owner: str, subject: str | None, first: int) -> None:
    body = ResendRequested(receiver=service, subject=subject, from_sequence=first).model_dump_json()
    await tx.write(RESEND_REQUESTED, f"resend/{owner}", body.encode(), receiver=owner)
