"""What the databases and the queues say when all is calm: plain rows, for the checks to judge."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Told:
    """An event in its owner's log."""

    owner: str
    id: UUID
    subject: str
    sequence: int
    type: str
    body: Mapping[str, Any]
    """Its clear fields; a sealed part stays sealed."""


@dataclass(frozen=True)
class Effect:
    """A handler that ran, in the order in which the receiver's transactions did it."""

    receiver: str
    position: int
    id: UUID
    subject: str
    type: str


@dataclass(frozen=True)
class Change:
    """A status that a row was given."""

    service: str
    position: int
    about: str
    id: UUID
    before: str | None
    after: str


@dataclass(frozen=True)
class Left:
    """A message that has not come to its end: in an inbox, an outbox or a queue."""

    where: str
    what: str
    id: UUID | None = None


@dataclass(frozen=True)
class Ordered:
    """An assignment at the authority."""

    id: UUID
    name: str
    status: str
    phase: str
    case_worker_id: UUID | None


@dataclass(frozen=True)
class Carried:
    """The same at the provider."""

    id: UUID
    status: str
    unit_id: UUID
    queue_unit_ids: tuple[UUID, ...]
    unit_ids: tuple[UUID, ...]
    acts: tuple[str, ...]


@dataclass(frozen=True)
class Heard:
    """What the journal or the deviation service knows of who carries out an assignment."""

    receiver: str
    assignment_id: UUID
    row_ids: tuple[UUID, ...]
    ended: tuple[UUID, ...]
    """Those of the rows that have a last day."""


@dataclass(frozen=True)
class Notice:
    """Somebody is told something."""

    kind: str
    to_id: UUID
    about_id: UUID


@dataclass(frozen=True)
class Followed:
    """A follow-up at the provider."""

    id: UUID
    assignment_id: UUID
    status: str


@dataclass(frozen=True)
class Facts:
    """All of it, at one moment when nothing moves."""

    told: tuple[Told, ...]
    effects: tuple[Effect, ...]
    changes: tuple[Change, ...]
    left: tuple[Left, ...]
    decided: tuple[str, ...]
    """What decisions are called."""
    ordered: tuple[Ordered, ...]
    carried: tuple[Carried, ...]
    notices: tuple[Notice, ...]
    followed: tuple[Followed, ...]
    heard: tuple[Heard, ...]
    members_at: Mapping[UUID, frozenset[str]]
    """Unit -> the roles that somebody holds there, or above it."""
    case_workers: frozenset[UUID]
    handled: Mapping[str, frozenset[str]]
    """Service -> the types it has a handler for."""
