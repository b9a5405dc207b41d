"""Parked messages: what an operator sees of them, and the two things that can be done, replay and skip.

Nothing sealed is ever opened here, and every act is kept with who did it and why.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.inbox_queries import ACT

MEANT = """
    WITH meant AS (
        SELECT id, owner, subject, sequence, type, last_error, received_at FROM inbox
        WHERE status = 'parked' AND (CAST(:type AS text) IS NULL OR type = :type)
          AND (CAST(:reason AS text) IS NULL OR strpos(lower(last_error), lower(:reason)) > 0)
          AND (CAST(:older AS interval) IS NULL OR received_at < clock_timestamp() - CAST(:older AS interval))
          AND (CAST(:newer AS interval) IS NULL OR received_at > clock_timestamp() - CAST(:newer AS interval)))"""
LIST = """
    SELECT id, owner, subject, sequence, type, coalesce(last_error, '') AS last_error, received_at
    FROM meant ORDER BY received_at, id LIMIT :limit"""
GROUPS = """
    SELECT type, coalesce(last_error, '') AS error, CAST(sum(held) AS bigint) AS count, min(first) AS oldest,
        max(last) AS newest, CAST(sum(behind) AS bigint) AS behind, (array_agg(example))[1:3] AS examples
    FROM (SELECT type, last_error, owner, subject, count(*) AS held, min(received_at) AS first,
              max(received_at) AS last, (array_agg(id ORDER BY sequence))[1] AS example
          FROM meant GROUP BY type, last_error, owner, subject) s,
        LATERAL (SELECT count(*) AS behind FROM inbox w
                 WHERE w.owner = s.owner AND w.subject = s.subject AND w.status = 'waiting') w
    GROUP BY type, last_error ORDER BY oldest, type"""
IN_TURN = """
    SELECT id, sequence IS NOT NULL AS placed, row_number() OVER (PARTITION BY owner, subject ORDER BY sequence) AS turn
    FROM meant ORDER BY turn, received_at, id"""
"""The earliest of every subject before the second of any: what waits behind one may then go on by itself."""
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
SKIP = text("""
    UPDATE inbox SET status = CASE WHEN sequence IS NULL THEN 'passed' ELSE :status END
    WHERE id = :id AND status IN ('parked', 'failed') RETURNING id""")
"""What has no place in any order is gone past at once."""
FROM_WHERE = text("SELECT owner, subject, sequence FROM inbox WHERE id = :id AND status IN ('parked', 'failed')")
WAS_TOLD = text("""
    SELECT EXISTS (SELECT FROM outbox WHERE id = :id) OR (
        EXISTS (SELECT FROM outbox_subject WHERE subject = :subject AND sequence >= :sequence)
        AND NOT EXISTS (SELECT FROM outbox WHERE subject = :subject AND sequence = :sequence))""")
"""Or has been told and forgotten since: its number has been handed out, and nothing is kept under it."""
CAME_OF = text("""
    SELECT count(*) FILTER (WHERE status = 'applied') AS well, count(*) FILTER (WHERE status = 'parked') AS parked,
        count(*) FILTER (WHERE status IN ('failed', 'waiting')) AS pending,
        count(*) FILTER (WHERE status IN ('skipped', 'passed')) AS skipped,
        count(*) FILTER (WHERE status = 'duplicate') AS duplicate
    FROM inbox WHERE id = ANY(CAST(:ids AS uuid[]))""")

AT_MOST = 500
"""So many are listed one by one."""


class NotParked(Exception):
    """No such message is parked here, or it has no place in any sequence and can only be skipped."""


@dataclass(frozen=True)
class Which:
    """Which parked messages are meant; all of them when nothing is said."""

    type: str | None = None
    reason: str | None = None
    """A part of the error, in capitals or not."""
    older: timedelta | None = None
    newer: timedelta | None = None

    @property
    def everything(self) -> bool:
        """True when nothing narrows it."""
        return self == Which()


@dataclass(frozen=True)
class Parked:
    """One parked message, without its content."""

    id: UUID
    owner: str
    subject: str
    sequence: int | None
    type: str
    last_error: str
    received_at: datetime


@dataclass(frozen=True)
class Place:
    """Where in its owner's sequence a message stands."""

    owner: str
    subject: str
    sequence: int


@dataclass(frozen=True)
class Group:
    """Messages of one type that were parked for the same reason."""

    type: str
    error: str
    count: int
    oldest: datetime
    newest: datetime
    behind: int
    """How many messages wait behind them."""
    examples: tuple[UUID, ...]


@dataclass(frozen=True)
class Turn:
    """A parked message in the order in which a group is taken."""

    id: UUID
    placed: bool
    """False when it has no place in any sequence, and can only be skipped."""
    turn: int


@dataclass(frozen=True)
class Outcome:
    """What has become of messages that were replayed."""

    well: int = 0
    parked: int = 0
    """Again."""
    pending: int = 0
    """Not settled yet."""
    skipped: int = 0
    """By an operator, meanwhile: without effect."""
    duplicate: int = 0
    """Another message has been applied in their place: without an effect of their own."""

    @property
    def all_well(self) -> bool:
        """True when each has taken effect."""
        return not (self.parked or self.pending or self.skipped or self.duplicate)


async def _meant(connection: AsyncConnection, query: str, which: Which, **more: object) -> Sequence[Any]:
    return (await connection.execute(text("\n".join((MEANT, query))), {**asdict(which), **more})).all()


async def parked(connection: AsyncConnection, which: Which = Which(), limit: int = AT_MOST) -> list[Parked]:
    """The parked messages that are meant, oldest first."""
    return [Parked(**row._mapping) for row in await _meant(connection, LIST, which, limit=limit)]


async def groups(connection: AsyncConnection, which: Which = Which()) -> list[Group]:
    """The same by type and error, the group that began first before the others."""
    rows = await _meant(connection, GROUPS, which)
    return [Group(**{**row._mapping, "examples": tuple(row.examples)}) for row in rows]


async def in_turn(connection: AsyncConnection, which: Which) -> list[Turn]:
    """The ids of those that are meant, the earliest of each subject first."""
    return [Turn(**row._mapping) for row in await _meant(connection, IN_TURN, which)]


async def came_of(connection: AsyncConnection, ids: Sequence[UUID]) -> Outcome:
    """What has become of messages since they were replayed."""
    row = (await connection.execute(CAME_OF, {"ids": list(ids)})).one()
    return Outcome(**row._mapping)


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
    await note(connection, operator, "replay", str(id), why)


async def from_where(connection: AsyncConnection, id: UUID) -> Place | None:
    """Where a parked or failed message says that it stands; None when it has no place."""
    row = (await connection.execute(FROM_WHERE, {"id": id})).first()
    return Place(*row) if row and row.sequence else None


async def was_told(owners: AsyncConnection, id: UUID, place: Place) -> bool:
    """Whether its owner, whose database this is, has told it; False when somebody else has put it in its place."""
    asked = {"id": id, "subject": place.subject, "sequence": place.sequence}
    return bool(await owners.scalar(WAS_TOLD, asked))


async def skip(connection: AsyncConnection, id: UUID, operator: str, why: str, *, told: bool = True) -> None:
    """Leave a message without effect for good and let those behind it go on. One that its owner has not told leaves its
    place to what the owner tells."""
    await connection.execute(PLACE, {"id": id})
    if not (await connection.execute(SKIP, {"id": id, "status": "skipped" if told else "passed"})).first():
        raise NotParked(f"message {id} is neither parked nor failed")
    await note(connection, operator, "skip", str(id), why)


async def note(connection: AsyncConnection, operator: str, act: str, what: str, why: str) -> None:
    """Keep what an operator did, with who and why, in the transaction that does it."""
    await connection.execute(ACT, {"operator": operator, "act": act, "what": what, "why": why})
