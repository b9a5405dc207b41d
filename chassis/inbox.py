"""Messages in: each is stored and applied in one transaction, in its subject's order, exactly once.

Deliveries that arrive together share a transaction. When one of them fails, the transaction is rolled back and every
subject gets a transaction of its own, so that only the failing subject waits.
"""

import asyncio
import contextlib
import hashlib
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from aiormq.exceptions import AMQPError
from pydantic import ValidationError
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import envelope
from chassis.database import Database, Transaction, is_transient
from chassis.decision import Refused
from chassis.envelope import Cause
from chassis.telemetry import Meters, describe
from contracts.event import Event
from contracts.sealed import CannotOpen
from contracts.topology import EVENTS, HEARS, RESEND_REQUESTED, ResendRequested

E = TypeVar("E", bound=Event)
R = TypeVar("R")
Handler = Callable[[Any, Transaction], Awaitable[None]]

BATCH = 100
ATTEMPTS = 8
"""A bug is retried this many times, with pauses of 1, 2, 4 … seconds, before the message is parked."""
HOLD_SECONDS = (0.1, 5.0)
"""Shortest and longest pause while the database is away; deliveries are held, never handed back."""

POSITIONS = text("""
    INSERT INTO inbox_position (owner, subject)
    SELECT DISTINCT o, s FROM unnest(CAST(:owners AS text[]), CAST(:subjects AS text[])) AS t(o, s) ORDER BY o, s
    ON CONFLICT (owner, subject) DO UPDATE SET last = inbox_position.last RETURNING owner, subject, last""")
STORE = text("""
    INSERT INTO inbox (id, owner, subject, sequence, type, headers, body, status, last_error)
    SELECT i, o, s, n, t, CAST(h AS jsonb), b, st, e
    FROM unnest(CAST(:ids AS uuid[]), CAST(:owners AS text[]), CAST(:subjects AS text[]), CAST(:sequences AS bigint[]),
        CAST(:types AS text[]), CAST(:headers AS text[]), CAST(:bodies AS bytea[]), CAST(:statuses AS text[]),
        CAST(:errors AS text[])) AS arrived(i, o, s, n, t, h, b, st, e)
    ON CONFLICT (id) DO NOTHING""")
OPEN = text("""
    SELECT i.id, i.owner, i.subject, i.sequence, i.type, i.headers, i.body, i.status, i.attempts,
        i.next_at <= clock_timestamp() AS due
    FROM inbox i JOIN unnest(CAST(:owners AS text[]), CAST(:subjects AS text[])) AS t(o, s)
        ON i.owner = t.o AND i.subject = t.s
    WHERE i.status IN ('waiting', 'failed', 'parked', 'skipped') ORDER BY i.owner, i.subject, i.sequence""")
APPLIED = text("""
    UPDATE inbox SET status = 'applied', applied_at = clock_timestamp() WHERE id = ANY(CAST(:ids AS uuid[]))""")
ADVANCE = text("""
    UPDATE inbox_position p SET last = t.l
    FROM unnest(CAST(:owners AS text[]), CAST(:subjects AS text[]), CAST(:lasts AS bigint[])) AS t(o, s, l)
    WHERE p.owner = t.o AND p.subject = t.s""")
OVERTAKEN = text("""
    UPDATE inbox i SET status = 'duplicate' FROM inbox_position p,
        unnest(CAST(:owners AS text[]), CAST(:subjects AS text[])) AS t(o, s)
    WHERE p.owner = t.o AND p.subject = t.s AND i.owner = t.o AND i.subject = t.s AND i.sequence <= p.last
      AND i.status IN ('waiting', 'failed', 'parked')""")
FAILED = text("""
    UPDATE inbox SET status = :status, attempts = attempts + 1, last_error = :error,
        next_at = clock_timestamp() + make_interval(secs => :pause) WHERE id = :id""")
ATTEMPTED = text("INSERT INTO inbox_attempt (id, error) VALUES (:id, :error)")
DUE = text("""
    SELECT DISTINCT i.owner, i.subject FROM inbox i JOIN inbox_position p USING (owner, subject)
    WHERE i.sequence = p.last + 1
      AND (i.status = 'skipped' OR (i.status IN ('waiting', 'failed') AND i.next_at <= clock_timestamp()))
    LIMIT 100""")
GAPS = text("""
    UPDATE inbox_position p SET asked_at = clock_timestamp()
    FROM (SELECT owner, subject, min(sequence) AS first FROM inbox WHERE status = 'waiting'
          AND received_at < clock_timestamp() - make_interval(secs => :patience) GROUP BY owner, subject) w
    WHERE p.owner = w.owner AND p.subject = w.subject AND w.first > p.last + 1
      AND (p.asked_at IS NULL OR p.asked_at < clock_timestamp() - 12 * make_interval(secs => :patience))
      AND NOT EXISTS (SELECT FROM inbox i WHERE i.owner = p.owner AND i.subject = p.subject
                      AND i.sequence = p.last + 1)
    RETURNING p.owner, p.subject, p.last + 1""")
CATCH_UP = text("INSERT INTO inbox_catch_up (owner) VALUES (:owner) ON CONFLICT DO NOTHING RETURNING owner")
SEND_AGAIN = text("""
    INSERT INTO outbox_resend (position, receiver)
    SELECT position, :receiver FROM outbox
    WHERE receiver IS NULL AND published_at IS NOT NULL AND sequence >= :first
      AND (CAST(:subject AS text) IS NULL OR subject = :subject) ORDER BY position""")


class Subscriptions:
    """The events a service listens to; a feature file adds its own next to its decision."""

    def __init__(self) -> None:
        self.handlers: dict[str, tuple[type[Event], Handler]] = {}

    def on(
        self, event: type[E]
    ) -> Callable[[Callable[[E, Transaction], Awaitable[None]]], Callable[[E, Transaction], Awaitable[None]]]:
        """Register `async def handler(event, tx)` for a type of event; one handler per type and service."""

        def register(
            handler: Callable[[E, Transaction], Awaitable[None]],
        ) -> Callable[[E, Transaction], Awaitable[None]]:
            assert event.type not in self.handlers, f"{event.type} already has a handler"
            self.handlers[event.type] = (event, handler)
            return handler

        return register

    def add(self, *others: "Subscriptions") -> None:
        """Take in the subscriptions of feature files."""
        for other in others:
            for event, handler in other.handlers.values():
                self.on(event)(handler)


@dataclass(frozen=True)
class Delivery:
    """A message as the broker gave it, and how to say that it has been taken care of."""

    headers: dict[str, Any]
    body: bytes
    type: str
    channel: Any
    tag: int


@dataclass(frozen=True)
class Arrival:
    """A delivery whose envelope has been read; status `parked` when it can't be placed in any order."""

    id: UUID
    owner: str
    subject: str
    sequence: int | None
    type: str
    headers: dict[str, Any]
    body: bytes
    error: str | None = None


class CannotApply(Exception):
    """The message cannot get better by being tried again."""


class Inbox:
    """The inbox of one service."""

    def __init__(
        self, service: str, database: Database, handlers: Subscriptions, meters: Meters, patience: float
    ) -> None:
        self._service = service
        self._database = database
        self._handlers = handlers.handlers
        self._meters = meters
        self._patience = patience
        self._arrived: list[Delivery] = []
        self._wake = asyncio.Event()
        self._log = structlog.get_logger().bind(service=service, part="inbox")
        self.state = "starting"

    def take(self, delivery: Delivery) -> None:
        """Called for each delivery; it is acked when it is safe in the database."""
        self._arrived.append(delivery)
        self._wake.set()

    async def run(self, poll: float) -> None:
        """Until cancelled: apply what arrives, retry what is due, ask for what is missing."""
        await self._hold(self._catch_up)
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), poll)
            self._wake.clear()
            while self._arrived:
                batch, self._arrived = self._arrived[:BATCH], self._arrived[BATCH:]
                refused = await self._hold(partial(self.receive, batch))
                await self._settle(batch, refused)
            await self._hold(self._retry_and_ask)

    async def _hold(self, work: Callable[[], Awaitable[R]]) -> R:
        """Do the work, waiting for as long as the database is away."""
        pause = HOLD_SECONDS[0]
        while True:
            try:
                done = await work()
            except Exception as error:
                if not is_transient(error):
                    raise
                if self.state == "applying":
                    self._log.warning("inbox holds its deliveries", error=type(error).__name__)
                self.state = f"waiting: {type(error).__name__}"
                await asyncio.sleep(pause)
                pause = min(pause * 2, HOLD_SECONDS[1])
            else:
                self.state = "applying"
                return done

    async def _settle(self, batch: Sequence[Delivery], refused: Sequence[Delivery]) -> None:
        """Ack what is safe. What could not even be stored goes back, and past the delivery limit to the dead queue.

        Deliveries come in order and batches go one by one, so the last tag of a channel covers those before it.
        """
        try:
            if not refused:
                for delivery in {id(delivery.channel): delivery for delivery in batch}.values():
                    await delivery.channel.basic_ack(delivery.tag, multiple=True)
                return
            for delivery in batch:
                if delivery in refused:
                    await delivery.channel.basic_reject(delivery.tag, requeue=True)
                else:
                    await delivery.channel.basic_ack(delivery.tag)
        except (AMQPError, OSError, RuntimeError) as error:
            # The channel is gone: everything unacked is delivered again, and known by its position.
            self._log.info("ack lost", error=type(error).__name__)

    async def receive(self, batch: Sequence[Delivery]) -> list[Delivery]:
        """Store and apply a batch; gives those that could not be stored. Raises only what is_transient accepts."""
        arrivals = [_read(delivery) for delivery in batch]
        try:
            async with self._database.engine.begin() as connection:
                wrote = await self._apply(connection, arrivals, tolerant=False)
        except Exception as error:
            if is_transient(error):
                raise
            return await self._one_by_one(list(zip(batch, arrivals, strict=True)))
        if wrote:
            self._database.wake.set()
        return []

    async def _one_by_one(self, batch: Sequence[tuple[Delivery, Arrival]]) -> list[Delivery]:
        refused: list[Delivery] = []
        subjects: dict[tuple[str, str], list[tuple[Delivery, Arrival]]] = defaultdict(list)
        for delivery, arrival in batch:
            subjects[arrival.owner, arrival.subject].append((delivery, arrival))
        for same_subject in subjects.values():
            try:
                async with self._database.engine.begin() as connection:
                    await self._apply(connection, [arrival for _, arrival in same_subject], tolerant=True)
            except Exception as error:
                if is_transient(error):
                    raise
                refused += [delivery for delivery, _ in same_subject]
                self._log.error("message can't be stored", error=_describe(error))
        self._database.wake.set()
        return refused

    async def _apply(self, connection: AsyncConnection, arrivals: Sequence[Arrival], *, tolerant: bool) -> bool:
        """Store the new ones, then apply each subject as far as its sequence is whole. True if events were written."""
        requests = [a for a in arrivals if a.type == RESEND_REQUESTED]
        placed = [a for a in arrivals if a.sequence is not None and a.type != RESEND_REQUESTED]
        await self._store(connection, [a for a in arrivals if a.sequence is None])
        wrote = False
        for request in requests:
            wrote |= await self._send_again(connection, request)
        if placed:
            positions = await self._positions(connection, {(a.owner, a.subject) for a in placed})
            await self._store(connection, [a for a in placed if (a.sequence or 0) > positions[a.owner, a.subject]])
            wrote |= await self._advance(connection, positions, tolerant=tolerant)
        return wrote

    async def _positions(
        self, connection: AsyncConnection, subjects: set[tuple[str, str]]
    ) -> dict[tuple[str, str], int]:
        """The last applied sequence of each subject, locked in a fixed order so that two workers never deadlock."""
        keys = {"owners": [o for o, _ in subjects], "subjects": [s for _, s in subjects]}
        return {(row.owner, row.subject): row.last for row in await connection.execute(POSITIONS, keys)}

    async def _store(self, connection: AsyncConnection, arrivals: Sequence[Arrival]) -> None:
        if not arrivals:
            return
        await connection.execute(
            STORE,
            {
                "ids": [a.id for a in arrivals],
                "owners": [a.owner for a in arrivals],
                "subjects": [a.subject for a in arrivals],
                "sequences": [a.sequence for a in arrivals],
                "types": [a.type for a in arrivals],
                "headers": [json.dumps(a.headers) for a in arrivals],
                "bodies": [a.body for a in arrivals],
                "statuses": ["parked" if a.error else "waiting" for a in arrivals],
                "errors": [a.error for a in arrivals],
            },
        )
        for arrival in arrivals:
            if arrival.error:
                self._meters.parked.inc()
                self._log.error("message parked", id=str(arrival.id), error=arrival.error)

    async def _advance(
        self, connection: AsyncConnection, positions: dict[tuple[str, str], int], *, tolerant: bool
    ) -> bool:
        keys = {"owners": [o for o, _ in positions], "subjects": [s for _, s in positions]}
        applied: list[UUID] = []
        moved: dict[tuple[str, str], int] = {}
        stopped: set[tuple[str, str]] = set()
        wrote = False
        for row in (await connection.execute(OPEN, keys)).all():
            subject = (row.owner, row.subject)
            last = moved.get(subject, positions[subject])
            if row.sequence <= last:
                continue
            due = row.status in ("waiting", "skipped") or (row.status == "failed" and row.due)
            if subject in stopped or row.sequence != last + 1 or not due:
                stopped.add(subject)
                continue
            if row.status != "skipped":
                done, told = await self._handle(connection, row, tolerant=tolerant)
                wrote |= told
                if not done:
                    stopped.add(subject)
                    continue
                applied.append(row.id)
            moved[subject] = row.sequence
        if applied:
            await connection.execute(APPLIED, {"ids": applied})
        if moved:
            keys = {"owners": [o for o, _ in moved], "subjects": [s for _, s in moved]}
            await connection.execute(ADVANCE, {**keys, "lasts": list(moved.values())})
            await connection.execute(OVERTAKEN, keys)
        self._meters.applied.inc(len(applied))
        return wrote

    async def _handle(self, connection: AsyncConnection, row: Row[Any], *, tolerant: bool) -> tuple[bool, bool]:
        """(applied, wrote events). Tolerant: a failure is noted on the message instead of raised."""
        if not tolerant:
            return True, await self._effect(connection, row)
        try:
            async with connection.begin_nested():
                return True, await self._effect(connection, row)
        except Exception as error:
            if is_transient(error):
                raise
            await self._fail(connection, row, error)
            return False, False

    async def _effect(self, connection: AsyncConnection, row: Row[Any]) -> bool:
        if row.type not in EVENTS:
            raise CannotApply(f"unknown type or version: {row.type}")
        if row.type not in self._handlers:
            return False
        shape, handler = self._handlers[row.type]
        head = envelope.read(row.headers)
        event = shape.model_validate_json(row.body)
        tx = Transaction(connection, self._database, Cause(head.correlation_id, head.id, head.traceparent))
        await handler(event, tx)
        self._meters.hand_off.observe(max(0.0, (tx.now - head.time).total_seconds()))
        return tx.wrote

    async def _fail(self, connection: AsyncConnection, row: Row[Any], error: Exception) -> None:
        """Park what can't get better; retry a bug with growing pauses. The text of the error names no content."""
        hopeless = isinstance(error, CannotApply | Refused | ValidationError | CannotOpen)
        status = "parked" if hopeless or row.attempts + 1 >= ATTEMPTS else "failed"
        said = _describe(error)
        await connection.execute(
            FAILED, {"id": row.id, "status": status, "error": said, "pause": 2.0 ** min(row.attempts, 8)}
        )
        await connection.execute(ATTEMPTED, {"id": row.id, "error": said})
        (self._meters.parked if status == "parked" else self._meters.failed).inc()
        self._log.error(f"message {status}", id=str(row.id), type=row.type, subject=row.subject, error=said)

    async def _send_again(self, connection: AsyncConnection, arrival: Arrival) -> bool:
        request = ResendRequested.model_validate_json(arrival.body)
        await connection.execute(
            SEND_AGAIN,
            {"receiver": request.receiver, "subject": request.subject, "first": request.from_sequence},
        )
        return True

    async def _catch_up(self) -> None:
        """Once in the life of a database: ask every owner for all it has told, before we were there to hear it."""
        async with self._database.transaction() as tx:
            for owner in HEARS[self._service]:
                if (await tx.connection.execute(CATCH_UP, {"owner": owner})).first():
                    await self._ask(tx, owner, None, 1)

    async def _retry_and_ask(self) -> None:
        async with self._database.transaction() as tx:
            due = [(row.owner, row.subject) for row in await tx.connection.execute(DUE)]
            for owner, subject, first in (await tx.connection.execute(GAPS, {"patience": self._patience})).all():
                self._log.warning("asking for missing messages", owner=owner, subject=subject, first=first)
                await self._ask(tx, owner, subject, first)
        for key in due:
            async with self._database.engine.begin() as connection:
                wrote = await self._advance(connection, await self._positions(connection, {key}), tolerant=True)
            if wrote:
                self._database.wake.set()

    async def _ask(self, tx: Transaction, owner: str, subject: str | None, first: int) -> None:
        body = ResendRequested(receiver=self._service, subject=subject, from_sequence=first).model_dump_json()
        await tx.write(RESEND_REQUESTED, f"resend/{owner}", body.encode(), receiver=owner)


def _storable(text: str) -> str:
    """PostgreSQL's text takes every character but one."""
    return text.replace("\x00", "\ufffd")


def _read(delivery: Delivery) -> Arrival:
    """A delivery with its envelope; one without is given an id of its own and parked."""
    headers = {_storable(name): _storable(str(value)) for name, value in delivery.headers.items()}
    try:
        head = envelope.read(headers)
        if head.type == RESEND_REQUESTED:
            ResendRequested.model_validate_json(delivery.body)
    except (envelope.Malformed, ValidationError) as error:
        fingerprint = hashlib.sha256(delivery.body + repr(sorted(headers.items())).encode()).hexdigest()
        stray = uuid5(NAMESPACE_URL, fingerprint)
        return Arrival(stray, "", "", None, _storable(delivery.type), headers, delivery.body, _describe(error))
    return Arrival(head.id, head.owner, head.subject, head.sequence, head.type, headers, delivery.body)


def _describe(error: Exception) -> str:
    """What went wrong, without the values: a validation error's input could be somebody's name."""
    if isinstance(error, ValidationError):
        places = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors(include_input=False))
        return f"the body is not a {error.title}: {places}"[:500]
    if isinstance(error, CannotApply | CannotOpen | envelope.Malformed):
        return str(error)[:500]
    return describe(error)
