"""A message as it arrives: the delivery, its envelope, and what is said of one that can't be read or applied."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from aiormq.exceptions import AMQPError
from pydantic import ValidationError

from chassis import envelope
from chassis.telemetry import describe
from contracts.sealed import CannotOpen
from contracts.topology import RESEND_REQUESTED, ResendRequested

Subject = tuple[str, str]
"""Its owner, and what it is about."""
BROKERS_OWN = ("x-death", "x-first-death-", "x-last-death-", "x-delivery-count", "x-acquired-count", "x-delivery-time")
"""Headers that the broker adds, other ones each time: without them a message is the same whenever it is read."""


@dataclass(frozen=True)
class Delivery:
    """A message as the broker gave it, and how to say that it has been taken care of."""

    headers: dict[str, Any]
    body: bytes
    type: str
    channel: Any
    tag: int
    login: str | None = None
    """Whose login at the broker it was sent with, when the broker vouches for that."""
    vouched_only: bool = False
    """True where every service has a login of its own: what the broker doesn't vouch for is then not taken."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery whose envelope has been read; with an error when there is none that could be."""

    id: UUID
    owner: str
    subject: str
    sequence: int
    """0 when it can't be placed in any order."""
    type: str
    headers: dict[str, Any]
    body: bytes
    head: envelope.Envelope | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """How far a service has come with a subject."""

    last: int
    """The sequence that was applied last; 0 before the first."""
    first: int | None
    """The first behind it that is stored and not applied yet."""

    @property
    def is_next_stored(self) -> bool:
        return self.first == self.last + 1


def sort_out(arrivals: Iterable[Arrival], positions: Mapping[Subject, Position]) -> tuple[list[Arrival], list[Arrival]]:
    """(what can be applied at once, in this order; what has to be stored). What has been applied before is in neither.

    Of a subject in its sequence, up to what is stored of it; between subjects and owners as they came, which most often
    is as it was told. All of a subject without a position is stored: somebody else is at it.
    """
    lines: dict[Subject, dict[int, tuple[int, Arrival]]] = defaultdict(dict)
    for turn, arrival in enumerate(arrivals):
        lines[arrival.owner, arrival.subject].setdefault(arrival.sequence, (turn, arrival))
    ready: list[tuple[int, Arrival]] = []
    waiting: list[Arrival] = []
    for subject, line in lines.items():
        position = positions.get(subject, Position(0, first=1))
        following, latest = position.last + 1, 0
        for sequence, (turn, arrival) in sorted(line.items()):
            if sequence == following and following != position.first:
                latest = max(latest, turn)  # it can't be applied before what precedes it
                ready.append((latest, arrival))
                following += 1
            elif sequence >= following:
                waiting.append(arrival)
    return [arrival for _, arrival in sorted(ready, key=lambda one: one[0])], waiting


class CannotApply(Exception):
    """The message cannot get better by being tried again."""


class TookTooLong(Exception):
    """The handler did not end; it may the next time."""


async def ack(batch: Sequence[Delivery], refused: Sequence[Delivery]) -> None:
    """Ack what is safe. What could not even be stored goes back, and past the delivery limit to the dead queue.

    Deliveries come in order and batches go one by one, so the last tag of a channel covers those before it.
    """
    last = batch if refused else {id(delivery.channel): delivery for delivery in batch}.values()
    for delivery in last:
        try:
            if delivery in refused:
                await delivery.channel.basic_reject(delivery.tag, requeue=True)
            else:
                await delivery.channel.basic_ack(delivery.tag, multiple=not refused)
        except (AMQPError, OSError, RuntimeError) as error:
            # This channel is gone: what it left unacked is delivered again by another, and known by its position.
            structlog.get_logger().info("ack lost", error=type(error).__name__)


def as_sent(delivery: Delivery) -> Delivery:
    """The delivery with the headers it was sent with."""
    return replace(delivery, headers={n: v for n, v in delivery.headers.items() if not n.startswith(BROKERS_OWN)})


def _storable(text: str) -> str:
    """PostgreSQL's text takes every character but one."""
    return text.replace("\x00", "\ufffd")


def _check_sender(delivery: Delivery, head: envelope.Envelope) -> None:
    """Malformed when it is from somebody else than it says, or of a type that its owner doesn't tell."""
    sender = head.owner
    if head.type == RESEND_REQUESTED:
        sender = ResendRequested.model_validate_json(delivery.body).receiver
    if head.type.split(".", 1)[0] != head.owner:
        raise envelope.Malformed(f"forged origin: {head.owner!r} tells nothing of type {head.type!r}")
    if delivery.login is None and delivery.vouched_only:
        raise envelope.Malformed(f"forged origin: the broker does not vouch for {sender!r}")
    if delivery.login not in (None, sender):
        raise envelope.Malformed(f"forged origin: {delivery.login!r} sent it as {sender!r}")


def _headers(delivery: Delivery) -> dict[str, str]:
    return {_storable(name): _storable(str(value)) for name, value in delivery.headers.items()}


def _fingerprint(delivery: Delivery) -> UUID:
    """The same whenever it is delivered."""
    sent = repr(sorted(_headers(as_sent(delivery)).items())).encode()
    return uuid5(NAMESPACE_URL, hashlib.sha256(delivery.body + sent).hexdigest())


def read(delivery: Delivery) -> Arrival:
    """A delivery with its envelope; one without, or from somebody else than it says, is parked with an id of its own,
    so that it takes no genuine message's place."""
    headers = _headers(delivery)
    try:
        head = envelope.read(headers)
        _check_sender(delivery, head)
    except Exception as error:  # whatever it is, it must not keep those beside it from being read
        stray = _fingerprint(delivery)
        return Arrival(stray, "", "", 0, _storable(delivery.type), headers, delivery.body, None, why(error))
    return Arrival(head.id, head.owner, head.subject, head.sequence, head.type, headers, delivery.body, head)


def why(error: Exception) -> str:
    """What went wrong, without the values: a validation error's input could be somebody's name."""
    if isinstance(error, ValidationError):
        places = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors(include_input=False))
        return f"the body is no {error.title}: {places}"[:500]
    if isinstance(error, CannotApply | TookTooLong | CannotOpen | envelope.Malformed):
        return str(error)[:500]
    return describe(error)
