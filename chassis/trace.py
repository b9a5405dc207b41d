"""The trace of messages: what one service's database knows of them, and all of it as one story.

Every question is answered from an index, so that the cost follows the number of messages asked for, not of those ever
handled.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

TOLD = text("""
    SELECT id, subject, sequence, type, receiver, written_at, published_at, attempts, last_error,
        headers ->> 'ce-actorrole' AS role, headers ->> 'ce-correlationid' AS correlation
    FROM outbox WHERE subject = ANY(CAST(:subjects AS text[])) ORDER BY position LIMIT :limit""")
RELATED = text("""
    SELECT id, subject, sequence, type, receiver, written_at, published_at, attempts, last_error,
        headers ->> 'ce-actorrole' AS role, headers ->> 'ce-correlationid' AS correlation
    FROM outbox WHERE headers ->> 'ce-correlationid' = ANY(CAST(:correlations AS text[]))
    ORDER BY position LIMIT :limit""")
CAME = text("""
    SELECT id, owner, subject, sequence, type, status, attempts, last_error, received_at, applied_at,
        headers ->> 'ce-actorrole' AS role
    FROM inbox WHERE subject = ANY(CAST(:subjects AS text[]))
    UNION
    SELECT id, owner, subject, sequence, type, status, attempts, last_error, received_at, applied_at,
        headers ->> 'ce-actorrole'
    FROM inbox WHERE id = ANY(CAST(:ids AS uuid[])) LIMIT :limit""")
TRIED = text("SELECT id, at, error FROM inbox_attempt WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY number")
HEARD = text("""
    SELECT owner, subject, last FROM inbox_position
    WHERE owner = ANY(CAST(:owners AS text[])) AND subject = ANY(CAST(:subjects AS text[]))""")


@dataclass(frozen=True)
class Told:
    """A message in its owner's outbox."""

    id: UUID
    subject: str
    sequence: int
    type: str
    receiver: str | None
    written_at: datetime
    published_at: datetime | None
    attempts: int
    last_error: str | None
    role: str | None
    correlation: str | None


@dataclass(frozen=True)
class Attempt:
    """When a message could not be applied, and why."""

    at: datetime
    error: str


@dataclass(frozen=True)
class Came:
    """A message in a receiver's inbox."""

    id: UUID
    owner: str
    subject: str
    sequence: int | None
    type: str
    status: str
    attempts: int
    last_error: str | None
    received_at: datetime
    applied_at: datetime | None
    role: str | None
    tried: tuple[Attempt, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What a receiver is asked for: messages about the subjects, those with the ids, and how far it is with places."""

    owners: tuple[str, ...]
    subjects: tuple[str, ...]
    ids: tuple[UUID, ...]
    places: tuple[str, ...]
    limit: int


@dataclass(frozen=True)
class Inbox:
    """What a receiver has of what is traced, and how far it has come with each (owner, subject)."""

    came: tuple[Came, ...]
    heard: Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Arrived:
    """One receiver's part of a message's way. `came` is None where nothing is kept of it."""

    receiver: str
    came: Came | None
    passed: bool
    """True when the receiver has gone past its place, whether or not it still has it."""


@dataclass(frozen=True)
class Passage:
    """The whole way of one message; `told` is None where its owner knows nothing of it, or could not be asked."""

    owner: str
    told: Told | None
    arrived: tuple[Arrived, ...]

    @property
    def first(self) -> Told | Came:
        """What is known from its owner, else from the receiver it came to first."""
        if self.told is not None:
            return self.told
        return min((one.came for one in self.arrived if one.came), key=lambda came: came.received_at)

    @property
    def at(self) -> datetime:
        """When it was written, else when it first came."""
        return self.first.written_at if isinstance(self.first, Told) else self.first.received_at


async def told(connection: AsyncConnection, subjects: Sequence[str], limit: int) -> list[Told]:
    """What this owner has told about the subjects."""
    rows = await connection.execute(TOLD, {"subjects": list(subjects), "limit": limit})
    return [Told(**row._mapping) for row in rows]


async def related(connection: AsyncConnection, correlations: Sequence[str], limit: int) -> list[Told]:
    """What this owner has told in the same chains of cause and effect."""
    rows = await connection.execute(RELATED, {"correlations": list(correlations), "limit": limit})
    return [Told(**row._mapping) for row in rows]


async def inbox(connection: AsyncConnection, asked: Asked) -> Inbox:
    """What this receiver has of what is asked for; each attempt that failed."""
    keys = {"subjects": list(asked.subjects), "ids": list(asked.ids), "limit": asked.limit}
    rows = (await connection.execute(CAME, keys)).all()
    tried: dict[UUID, list[Attempt]] = defaultdict(list)
    for id, at, error in (await connection.execute(TRIED, {"ids": [row.id for row in rows]})).all():
        tried[id].append(Attempt(at, error))
    about = sorted({*asked.places, *(row.subject for row in rows)})
    places = await connection.execute(HEARD, {"owners": list(asked.owners), "subjects": about})
    return Inbox(
        tuple(Came(**row._mapping, tried=tuple(tried[row.id])) for row in rows),
        {(place.owner, place.subject): place.last for place in places},
    )


def passages(
    told: Mapping[str, Iterable[Told]], inboxes: Mapping[str, Inbox], hears: Mapping[str, Sequence[str]]
) -> list[Passage]:
    """Each message with its way to every receiver that hears its owner, in the order in which it happened.

    told: owner -> its messages. inboxes: receiver -> what it has. Who could not be asked is in neither.
    """
    came = {(name, one.owner, one.id): one for name, box in inboxes.items() for one in box.came}
    known = {(owner, message.id): message for owner, messages in told.items() for message in messages}
    strays = {(owner, id): None for _, owner, id in came if (owner, id) not in known}
    found = [
        Passage(owner, message, tuple(_arrived(owner, id, message, inboxes, came, hears)))
        for (owner, id), message in {**known, **strays}.items()
    ]
    return sorted(found, key=lambda one: (one.at, one.owner, one.first.sequence or 0))


def _arrived(
    owner: str,
    id: UUID,
    message: Told | None,
    inboxes: Mapping[str, Inbox],
    came: Mapping[tuple[str, str, UUID], Came],
    hears: Mapping[str, Sequence[str]],
) -> Iterable[Arrived]:
    for receiver, box in inboxes.items():
        here = came.get((receiver, owner, id))
        meant = owner in hears[receiver] if message and message.receiver is None else False
        if meant or here is not None:
            said = message or here
            place = (owner, said.subject) if said else ("", "")
            past = bool(said and said.sequence is not None and said.sequence <= box.heard.get(place, 0))
            yield Arrived(receiver, here, past)
