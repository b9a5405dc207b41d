"""Parked messages: what an operator sees of them, and the two things that can be done, replay and skip.

Nothing sealed is ever opened here, and every act is kept with who did it and why.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.inbox_queries import ACT

LIST = text("""
    SELECT id, owner, subject, sequence, type, attempts, last_error, received_at FROM inbox WHERE status = 'parked'
    AND (CAST(:type AS text) IS NULL OR type = :type) ORDER BY received_at, id LIMIT 500""")
ONE = text("SELECT * FROM inbox WHERE id = :id")
TRIED = text("SELECT at, error FROM inbox_attempt WHERE id = :id ORDER BY number")
BEHIND = text("""
    SELECT count(*) FROM inbox WHERE owner = :owner AND subject = :subject AND status = 'waiting'""")
PLACE = text("""
    SELECT FROM inbox_position p JOIN inbox i USING (owner, subject) WHERE i.id = :id FOR UPDATE OF p""")
"""The inbox holds this row while it applies a subject, so an operator's act waits for it and sees what came of it."""
REPLAY = text("""
    UPDATE inbox SET status = 'failed', attempts = 0, next_at = clock_timestamp()
    WHERE id = :id AND status = 'parked' AND sequence IS NOT NULL RETURNING id""")
SKIP = text("UPDATE inbox SET status = 'skipped' WHERE id = :id AND status IN ('parked', 'failed') RETURNING id")
SKIP_GAP = text("""
    INSERT INTO inbox (id, owner, subject, sequence, type, headers, body, status)
    SELECT :id, p.owner, p.subject, p.last + 1, 'stafett.skipped-gap', '{}', '', 'skipped'
    FROM (SELECT * FROM inbox_position WHERE owner = :owner AND subject = :subject FOR UPDATE) p
    WHERE (SELECT min(sequence) FROM inbox i WHERE i.owner = p.owner AND i.subject = p.subject AND i.sequence > p.last
           AND i.status IN ('waiting', 'failed', 'parked', 'skipped')) > p.last + 1 RETURNING sequence""")


class NotParked(Exception):
    """No such message is parked here, or it has no place in any sequence and can only be skipped."""


@dataclass(frozen=True)
class Parked:
    """One parked message, without its content."""

    id: UUID
    owner: str
    subject: str
    sequence: int | None
    type: str
    attempts: int
    last_error: str
    received_at: datetime


async def parked(connection: AsyncConnection, type: str | None = None) -> list[Parked]:
    """The parked messages, oldest first (at most 500)."""
    return [Parked(**row._mapping) for row in await connection.execute(LIST, {"type": type})]


async def show(connection: AsyncConnection, id: UUID) -> dict[str, Any]:
    """Everything known of a message but what is sealed: envelope, clear fields, attempts, how many wait behind it."""
    row = (await connection.execute(ONE, {"id": id})).first()
    if row is None:
        raise NotParked(f"no message {id} in this inbox")
    attempts = (await connection.execute(TRIED, {"id": id})).all()
    behind = await connection.scalar(BEHIND, {"owner": row.owner, "subject": row.subject})
    return {
        "id": str(row.id),
        "status": row.status,
        "type": row.type,
        "subject": row.subject,
        "sequence": row.sequence,
        "received_at": row.received_at.isoformat(),
        "headers": row.headers,
        "clear": _clear(bytes(row.body)),
        "error": row.last_error,
        "attempts": [{"at": attempt.at.isoformat(), "error": attempt.error} for attempt in attempts],
        "waiting_behind": behind,
    }


def _clear(body: bytes) -> Any:
    """The body's clear fields; sealed parts as a mark, and what isn't a JSON object as its size alone."""
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        return f"{len(body)} bytes that are not an event"
    return {name: "sealed" if isinstance(value, dict) else value for name, value in content.items()}


async def replay(connection: AsyncConnection, id: UUID, operator: str, why: str) -> None:
    """Try a parked message again; the running service does so within a second."""
    await connection.execute(PLACE, {"id": id})
    if not (await connection.execute(REPLAY, {"id": id})).first():
        raise NotParked(f"message {id} is not parked, or has no place in a sequence and can only be skipped")
    await _note(connection, operator, "replay", str(id), why)


async def skip(connection: AsyncConnection, id: UUID, operator: str, why: str) -> None:
    """Leave a message without effect for good and let those behind it go on."""
    await connection.execute(PLACE, {"id": id})
    if not (await connection.execute(SKIP, {"id": id})).first():
        raise NotParked(f"message {id} is neither parked nor failed")
    await _note(connection, operator, "skip", str(id), why)


async def skip_gap(connection: AsyncConnection, owner: str, subject: str, operator: str, why: str) -> int:
    """Give up waiting for the next message of a subject, which its owner no longer has; gives its sequence."""
    gap = {"id": uuid7(), "owner": owner, "subject": subject}
    sequence = (await connection.execute(SKIP_GAP, gap)).scalar()
    if sequence is None:
        raise NotParked(f"nothing is missing before what has come of {owner} about {subject}")
    await _note(connection, operator, "skip-gap", f"{owner} {subject} {sequence}", why)
    return int(sequence)


async def _note(connection: AsyncConnection, operator: str, act: str, what: str, why: str) -> None:
    await connection.execute(ACT, {"operator": operator, "act": act, "what": what, "why": why})
