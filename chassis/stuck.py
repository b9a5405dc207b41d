"""What has not gone out of a service, or not been applied in it, one by one: place, error, and the next attempt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

OPEN = "('waiting', 'failed', 'parked', 'skipped')"
"""As in the partial index of what is not applied yet."""

UNSENT = text("""
    SELECT id, subject, sequence, type, attempts, last_error, next_at, written_at AS since FROM outbox
    WHERE published_at IS NULL ORDER BY position LIMIT :limit""")
FAILED = text("""
    SELECT id, owner, subject, sequence, type, attempts, last_error, next_at, received_at AS since FROM inbox
    WHERE status = 'failed' ORDER BY received_at LIMIT :limit""")
UNTRIED = text("""
    SELECT i.id, i.owner, i.subject, i.sequence, i.type, i.attempts, i.last_error, i.next_at, i.received_at AS since
    FROM inbox i LEFT JOIN inbox_position p USING (owner, subject)
    WHERE i.status = 'waiting' AND i.sequence = coalesce(p.last, 0) + 1 ORDER BY i.received_at LIMIT :limit""")
"""What is next of its subject, and only stored: somebody is at it, or it has not had its turn."""
GAPS = text(f"""
    SELECT p.owner, p.subject, p.last, h.sequence AS held FROM (
        SELECT DISTINCT ON (owner, subject) owner, subject, sequence FROM inbox
        WHERE status IN {OPEN} ORDER BY owner, subject, sequence) h
    JOIN inbox_position p USING (owner, subject) WHERE h.sequence > p.last + 1 LIMIT :limit""")  # noqa: S608
"""Subjects of which something has come, and not what is next; the index gives the first of each in order."""
HELD = text(f"""
    SELECT i.sequence, p.last FROM inbox_position p LEFT JOIN inbox i
        ON i.owner = p.owner AND i.subject = p.subject AND i.sequence > p.last AND i.status IN {OPEN}
    WHERE p.owner = :owner AND p.subject = :subject ORDER BY i.sequence""")  # noqa: S608

REASONS = text("""
    SELECT last_error FROM inbox WHERE id = ANY(CAST(:ids AS uuid[])) AND status IN ('failed', 'parked')""")


@dataclass(frozen=True)
class Message:
    """One message that has not gone out, or could not be applied."""

    id: UUID
    subject: str
    sequence: int | None
    type: str
    attempts: int
    last_error: str | None
    next_at: datetime | None
    since: datetime
    owner: str = ""
    """Whose it is, in an inbox."""


@dataclass(frozen=True)
class Gap:
    """Messages of a subject that have not come, before one that has."""

    owner: str
    subject: str
    last: int
    """The one before the gap."""
    held: int
    """The one after it, which has come."""

    @property
    def missing(self) -> range:
        """What is waited for."""
        return range(self.last + 1, self.held)


@dataclass(frozen=True)
class Stuck:
    """What is stuck in a service, the oldest first; `cut` when there may be more of any kind."""

    unsent: tuple[Message, ...]
    failed: tuple[Message, ...]
    untried: tuple[Message, ...]
    gaps: tuple[Gap, ...]
    cut: bool


async def stuck(connection: AsyncConnection, limit: int) -> Stuck:
    """At most `limit` of each kind."""
    queries = (UNSENT, FAILED, UNTRIED, GAPS)
    unsent, failed, untried, gaps = [
        (await connection.execute(query, {"limit": limit})).mappings().all() for query in queries
    ]
    return Stuck(
        tuple(Message(**row) for row in unsent),
        tuple(Message(**row) for row in failed),
        tuple(Message(**row) for row in untried),
        tuple(Gap(**row) for row in gaps),
        cut=limit in (len(unsent), len(failed), len(untried), len(gaps)),
    )


async def gaps_of(connection: AsyncConnection, owner: str, subject: str) -> list[Gap]:
    """Each gap of one subject: before the first that has come, and between those."""
    rows = (await connection.execute(HELD, {"owner": owner, "subject": subject})).all()
    gaps, last = [], rows[0].last if rows else 0
    for sequence in (row.sequence for row in rows if row.sequence is not None):
        if sequence > last + 1:
            gaps.append(Gap(owner, subject, last, sequence))
        last = sequence
    return gaps


async def reasons(connection: AsyncConnection, ids: Sequence[UUID]) -> list[str]:
    """Why those of these messages are stuck that are."""
    rows = await connection.execute(REASONS, {"ids": list(ids)})
    return [row.last_error or "no reason is known" for row in rows]
