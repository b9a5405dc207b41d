"""What an owner has told against how far a receiver has come: what is missing, stuck, or unknown to its owner."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.inbox_queries import ACT

TOLD_PAGE = text("""
    SELECT subject, sequence AS upto FROM outbox_subject
    WHERE subject > :after AND subject NOT LIKE 'resend/%'
    ORDER BY subject LIMIT :limit""")
"""Requests for history are numbered too, but take no place in anybody's order."""
TOLD_OF = text("SELECT subject, sequence AS upto FROM outbox_subject WHERE subject = ANY(CAST(:subjects AS text[]))")
HEARD_PAGE = text("""
    SELECT subject, last AS upto FROM inbox_position
    WHERE owner = :owner AND subject > :after ORDER BY subject LIMIT :limit""")
HEARD_OF = text("""
    SELECT subject, last AS upto FROM inbox_position
    WHERE owner = :owner AND subject = ANY(CAST(:subjects AS text[]))""")
KEPT = text("""
    SELECT o.subject, o.sequence, o.published_at, EXISTS (
        SELECT FROM outbox_resend r WHERE r.position = o.position AND r.receiver = :receiver) OR EXISTS (
        SELECT FROM outbox_resend_request q WHERE q.receiver = :receiver AND coalesce(q.subject, o.subject) = o.subject
        AND o.sequence >= q.first AND o.position > q.after AND o.position <= q.upto) AS again
    FROM outbox o JOIN unnest(CAST(:subjects AS text[]), CAST(:lasts AS bigint[])) AS t(subject, last)
        ON o.subject = t.subject AND o.sequence > t.last WHERE o.receiver IS NULL""")
HELD = text("""
    SELECT subject, sequence, status FROM inbox WHERE owner = :owner AND subject = ANY(CAST(:subjects AS text[]))
    AND sequence IS NOT NULL AND status IN ('waiting', 'failed', 'parked', 'skipped')""")
NOW = text("SELECT clock_timestamp()")
SEND = text("""
    INSERT INTO outbox_resend (position, receiver)
    SELECT o.position, :receiver FROM outbox o
    JOIN unnest(CAST(:subjects AS text[]), CAST(:sequences AS bigint[])) AS t(subject, sequence)
        USING (subject, sequence)
    WHERE o.receiver IS NULL AND o.published_at IS NOT NULL ORDER BY o.position
    ON CONFLICT (position, receiver) DO NOTHING""")


FIRST = ""
"""Before every subject."""


@dataclass(frozen=True)
class Kept:
    """A message as its owner keeps it."""

    published_at: datetime | None
    again: bool = False
    """True when it is about to be sent to the receiver again."""


@dataclass(frozen=True)
class Behind:
    """What one receiver has not applied of a subject, and why; sequences in order."""

    subject: str
    told: int
    heard: int
    missing: tuple[int, ...] = ()
    """Sent long ago and never come: sending it again mends it."""
    gone: tuple[int, ...] = ()
    """Neither the receiver nor the owner has it any more."""
    parked: tuple[int, ...] = ()
    on_the_way: tuple[int, ...] = ()

    @property
    def drift(self) -> bool:
        """True when it won't mend by itself."""
        return bool(self.missing or self.gone or self.parked)


@dataclass(frozen=True)
class Ahead:
    """A receiver has come further than the owner says it has told: the owner is older than what it told."""

    subject: str
    told: int
    heard: int


def behind(
    subject: str, told: int, heard: int, kept: Mapping[int, Kept], held: Mapping[int, str], sent_before: datetime | None
) -> Behind:
    """Where each message is that the receiver has not applied.

    sent_before: what was sent before this moment has had the time to come; None when messages still lie in the queue.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for sequence in range(heard + 1, told + 1):
        places[_place(kept.get(sequence), held.get(sequence), sent_before)].append(sequence)
    return Behind(subject, told, heard, **{place: tuple(sequences) for place, sequences in places.items()})


def _place(kept: Kept | None, held: str | None, sent_before: datetime | None) -> str:
    if held is not None:
        return "parked" if held == "parked" else "on_the_way"
    if kept is None:
        return "gone"
    late = kept.published_at is not None and sent_before is not None and kept.published_at <= sent_before
    return "missing" if late and not kept.again else "on_the_way"


async def told_page(owner: AsyncConnection, after: str, limit: int) -> dict[str, int]:
    """Subject -> how much its owner has told, from after a subject on."""
    return _upto(await owner.execute(TOLD_PAGE, {"after": after, "limit": limit}))


async def told_of(owner: AsyncConnection, subjects: Sequence[str]) -> dict[str, int]:
    """The same of these subjects."""
    return _upto(await owner.execute(TOLD_OF, {"subjects": list(subjects)}))


async def heard_page(receiver: AsyncConnection, owner: str, after: str, limit: int) -> dict[str, int]:
    """Subject -> how far the receiver has come, from after a subject on."""
    return _upto(await receiver.execute(HEARD_PAGE, {"owner": owner, "after": after, "limit": limit}))


async def heard_of(receiver: AsyncConnection, owner: str, subjects: Sequence[str]) -> dict[str, int]:
    """The same of these subjects."""
    return _upto(await receiver.execute(HEARD_OF, {"owner": owner, "subjects": list(subjects)}))


def _upto(rows: Any) -> dict[str, int]:
    return {row.subject: row.upto for row in rows}


async def kept_beyond(
    owner: AsyncConnection, receiver: str, heard: Mapping[str, int]
) -> tuple[dict[str, dict[int, Kept]], datetime]:
    """What the owner keeps of what a receiver has not applied, and the time by the owner's clock."""
    keys = {"receiver": receiver, "subjects": list(heard), "lasts": list(heard.values())}
    found: dict[str, dict[int, Kept]] = defaultdict(dict)
    for row in await owner.execute(KEPT, keys):
        found[row.subject][row.sequence] = Kept(row.published_at, row.again)
    return found, (await owner.execute(NOW)).scalar_one()


async def held_of(receiver: AsyncConnection, owner: str, subjects: Sequence[str]) -> dict[str, dict[int, str]]:
    """What lies in the receiver's inbox unapplied: subject -> sequence -> status."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for row in await receiver.execute(HELD, {"owner": owner, "subjects": list(subjects)}):
        found[row.subject][row.sequence] = row.status
    return found


async def send_missing(owner: AsyncConnection, receiver: str, found: Sequence[Behind], operator: str, why: str) -> int:
    """Hand the relay what never came, for that receiver alone; kept with who and why. Gives how many."""
    missing = [(one.subject, sequence) for one in found for sequence in one.missing]
    keys = {"subjects": [subject for subject, _ in missing], "sequences": [sequence for _, sequence in missing]}
    await owner.execute(SEND, {"receiver": receiver, **keys})
    what = f"{len(missing)} messages about {len({subject for subject, _ in missing})} subjects to {receiver}"
    await owner.execute(ACT, {"operator": operator, "act": "repair", "what": what, "why": why})
    return len(missing)
