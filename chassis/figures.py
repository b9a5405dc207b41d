"""How much lies in a service's outbox and inbox, how old it is, and why: cheap enough to be asked at every scrape."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

ASKED_FOR = "CASE WHEN subject IS NULL THEN greatest(upto - after, 1) ELSE 1 END"
"""Of a request for history: the most that is left of everything, and one of a subject; counting would read it all."""
OUTGOING = text(f"""
    SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS depth,
        (SELECT written_at FROM outbox WHERE published_at IS NULL ORDER BY position LIMIT 1) AS oldest,
        (SELECT count(*) FROM outbox_resend)
            + (SELECT coalesce(sum({ASKED_FOR}), 0)::bigint FROM outbox_resend_request) AS resends""")  # noqa: S608
INCOMING = text("""
    SELECT owner, status, count(*) AS depth, min(received_at) AS oldest FROM inbox
    WHERE status = 'waiting' GROUP BY owner, status
    UNION ALL
    SELECT owner, status, count(*), min(received_at) FROM inbox
    WHERE status IN ('failed', 'parked') GROUP BY owner, status ORDER BY owner, status""")
"""In two parts, so that each can read a partial index: of what is open, and of what is stuck."""
ACTS = text("SELECT act, count(*) AS times FROM operator_act GROUP BY act")

TROUBLES = text("""
    SELECT coalesce(last_error, '') AS error, count(*) AS count, max(attempts) AS attempts, min(written_at) AS oldest
    FROM outbox WHERE published_at IS NULL AND attempts > 0 GROUP BY last_error ORDER BY count DESC LIMIT 20""")
HELD_BACK = text("""
    SELECT count(DISTINCT o.subject) FROM outbox o WHERE o.published_at IS NULL AND EXISTS (
        SELECT FROM outbox e WHERE e.subject = o.subject AND e.published_at IS NULL
        AND e.sequence < o.sequence AND e.next_at > clock_timestamp())""")
RESENDS = text(f"""
    SELECT receiver, sum(messages)::bigint AS messages FROM (
        SELECT receiver, 1 AS messages FROM outbox_resend
        UNION ALL SELECT receiver, {ASKED_FOR} FROM outbox_resend_request) AS left_to_send
    GROUP BY receiver ORDER BY receiver""")  # noqa: S608


@dataclass(frozen=True)
class Lying:
    """Messages of one owner that have come and not been applied."""

    owner: str
    status: str
    depth: int
    oldest: datetime


@dataclass(frozen=True)
class Figures:
    """What lies on its way out of a service, and on its way in."""

    depth: int
    oldest: datetime | None
    resends: int
    lying: tuple[Lying, ...]
    acts: dict[str, int] = field(default_factory=dict)
    """What operators have done so far, by kind."""


@dataclass(frozen=True)
class Trouble:
    """Messages that the broker did not take, for one reason."""

    error: str
    count: int
    attempts: int
    """The most that any of them has had."""
    oldest: datetime


@dataclass(frozen=True)
class Obstacles:
    """Why what lies in the outbox is still there."""

    troubles: tuple[Trouble, ...]
    subjects_held_back: int
    """Subjects whose later messages wait for an earlier one, which the broker has not taken."""
    resends: dict[str, int]
    """Receiver -> messages that are to be sent to it again; of history not gone through yet, the most it can be."""


async def figures(connection: AsyncConnection) -> Figures:
    """What lies where now."""
    out = (await connection.execute(OUTGOING)).one()
    lying = tuple(Lying(**row._mapping) for row in await connection.execute(INCOMING))
    acts = {row.act: row.times for row in await connection.execute(ACTS)}
    return Figures(out.depth, out.oldest, out.resends, lying, acts)


async def obstacles(connection: AsyncConnection) -> Obstacles:
    """What keeps the outbox from being empty."""
    troubles = tuple(Trouble(**row._mapping) for row in await connection.execute(TROUBLES))
    held_back = int(await connection.scalar(HELD_BACK) or 0)
    resends = {row.receiver: row.messages for row in await connection.execute(RESENDS)}
    return Obstacles(troubles, held_back, resends)


def by_status(lying: Sequence[Lying], status: str) -> tuple[int, datetime | None]:
    """How many of all owners' messages have a status, and since when the oldest has lain there."""
    those = [one for one in lying if one.status == status]
    return sum(one.depth for one in those), min((one.oldest for one in those), default=None)
