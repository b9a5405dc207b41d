"""Messages in: each is stored and applied in one transaction, in its subject's order, exactly once.

A *subject* is what a message is about, e.g. `assignment/<id>`; its owner numbers its messages from 1. A service hears
all that an owner tells, and notes what it has no use for as done, so that no number is missing.

Deliveries that arrive together share a transaction and a few statements: one tells how far their subjects have come,
one stores them and moves on, and what they change is written with one for each table. When one of them fails, nothing
has been done, and every subject gets a transaction of its own, so that only the failing subject waits.
"""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy import Row

from chassis import envelope, resend
from chassis import inbox_queries as sql
from chassis.arrival import Arrival, CannotApply, Delivery, Subject, ack, read, sort_out, why
from chassis.database import Database, Transaction, is_transient
from chassis.decision import Refused
from chassis.envelope import Cause
from chassis.hold import Pace, hold
from chassis.subscriptions import Subscriptions, in_time
from chassis.telemetry import Meters
from contracts.event import Event
from contracts.sealed import CannotOpen
from contracts.topology import EVENTS, RESEND_REQUESTED

BATCH = 250
ATTEMPTS = 8
"""A message that fails unexpectedly is tried this many times, with pauses of 1, 2, 4 … seconds, before it is parked."""


class Inbox:
    """The inbox of one service."""

    def __init__(
        self, service: str, database: Database, handlers: Subscriptions, meters: Meters, patience: float
    ) -> None:
        self._service = service
        self._database = database
        self._handlers = handlers.handlers
        self._load_ahead = handlers.load_ahead
        self._meters = meters
        self._patience = patience
        self._arrived: list[Delivery] = []
        self._wake = asyncio.Event()
        self._pace = Pace()
        self._log = structlog.get_logger().bind(service=service, part="inbox")
        self.state = "starting"

    def take(self, delivery: Delivery) -> None:
        """Called for each delivery; it is acked when it is safe in the database."""
        self._arrived.append(delivery)
        self._wake.set()

    async def run(self, poll: float) -> None:
        """Until cancelled: apply what arrives, retry what is due, ask for what is missing."""
        await hold(self._catch_up, self._say)
        look_at = 0.0
        while True:
            # Not wait_for: before Python 3.12 it can take no notice of being cancelled.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(poll):
                    await self._wake.wait()
            self._wake.clear()
            while self._arrived:
                async with self._pace.turn():
                    batch = self._arrived[:BATCH]
                    self._pace.did(len(batch), BATCH)
                    await ack(batch, await hold(partial(self.receive, batch), self._say))
                    del self._arrived[: len(batch)]
            if time.monotonic() >= look_at:
                await hold(self._retry_and_ask, self._say)
                look_at = time.monotonic() + poll

    def _say(self, state: str) -> None:
        if self.state != state:
            self._log.info("inbox", state=state)
        self.state = state

    async def receive(self, batch: Sequence[Delivery]) -> list[Delivery]:
        """Store and apply a batch; gives those that could not be stored. Raises only when the database is away."""
        arrivals = [read(delivery) for delivery in batch]
        try:
            async with self._database.transaction() as tx:
                await self._together(tx, arrivals)
        except Exception as error:
            if is_transient(error):
                raise
            return await self._one_by_one(list(zip(batch, arrivals, strict=True)))
        return []

    async def _one_by_one(self, batch: Sequence[tuple[Delivery, Arrival]]) -> list[Delivery]:
        refused: list[Delivery] = []
        subjects: dict[Subject, list[tuple[Delivery, Arrival]]] = defaultdict(list)
        for delivery, arrival in batch:
            subjects[arrival.owner, arrival.subject].append((delivery, arrival))
        for subject, same_subject in subjects.items():
            try:
                async with self._database.transaction() as tx:
                    await self._patiently(tx, subject, [arrival for _, arrival in same_subject])
            except Exception as error:
                if is_transient(error):
                    raise
                refused += [delivery for delivery, _ in same_subject]
                self._log.error("message can't be stored", error=why(error))
        return refused

    async def _together(self, tx: Transaction, arrivals: Sequence[Arrival]) -> None:
        """Apply and store all of them with a few statements; whatever fails is raised, and nothing has been done."""
        placed = await self._set_apart(tx, arrivals)
        if not placed:
            return
        positions = await sql.positions(await tx.begun(), {(a.owner, a.subject) for a in placed})
        ready, waiting = sort_out(placed, positions)
        events = [(a.head, event) for a in ready if a.head and (event := self._event(a.type, a.body))]
        await self._load_ahead(tx, [event for _, event in events])
        for head, event in events:
            await self._effect(tx, head, event)
            await asyncio.sleep(0)  # a whole batch can take a while: doors are served in between
        await self._store(tx, waiting, ready)
        self._meters.applied.inc(len(ready))
        held = {subject: position.last for subject, position in positions.items() if position.held}
        if held:
            await self._advance(tx, held, tolerant=False)

    async def _patiently(self, tx: Transaction, subject: Subject, arrivals: Sequence[Arrival]) -> None:
        """Store all of one subject, then apply them one by one, up to the first that fails."""
        placed = await self._set_apart(tx, arrivals)
        if placed:
            last = (await sql.positions(await tx.begun(), {subject}))[subject].last
            await self._store(tx, [a for a in placed if a.sequence > last])
            await self._advance(tx, {subject: last}, tolerant=True)

    async def _set_apart(self, tx: Transaction, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Take care of what has no place in any sequence; gives the others."""
        await self._store(tx, [a for a in arrivals if not a.sequence])
        placed = [a for a in arrivals if a.sequence]
        for request in placed:
            if request.type == RESEND_REQUESTED:
                await resend.send_again(tx, request.body)
        return [a for a in placed if a.type != RESEND_REQUESTED]

    async def _store(self, tx: Transaction, waiting: Sequence[Arrival], applied: Sequence[Arrival] = ()) -> None:
        for arrival in waiting:
            if arrival.error:
                self._meters.parked.inc()
                self._log.error("message parked", id=str(arrival.id), error=arrival.error)
        if waiting or applied:
            stored = await sql.store(await tx.begun(), waiting, applied)
            if stored["applied"] != len(applied):
                raise CannotApply("its id has been used for another message")

    async def _advance(self, tx: Transaction, lasts: Mapping[Subject, int], *, tolerant: bool) -> None:
        """Apply what is stored of these subjects, each as far as its sequence is whole."""
        keys = {"owners": [o for o, _ in lasts], "subjects": [s for _, s in lasts]}
        applied: list[UUID] = []
        moved: dict[Subject, int] = {}
        stopped: set[Subject] = set()
        for row in (await tx.execute(sql.OPEN, keys)).all():
            subject = (row.owner, row.subject)
            last = moved.get(subject, lasts[subject])
            if row.sequence <= last:
                continue
            due = row.status in ("waiting", "skipped") or (row.status == "failed" and row.due)
            if subject in stopped or row.sequence != last + 1 or not due:
                stopped.add(subject)
                continue
            if row.status != "skipped":
                if not await self._handle(tx, row, tolerant=tolerant):
                    stopped.add(subject)
                    continue
                applied.append(row.id)
            moved[subject] = row.sequence
        if applied:
            await tx.execute(sql.APPLIED, {"ids": applied})
        if moved:
            keys = {"owners": [o for o, _ in moved], "subjects": [s for _, s in moved]}
            await tx.execute(sql.ADVANCE, {**keys, "lasts": list(moved.values())})
            await tx.execute(sql.OVERTAKEN, keys)
        self._meters.applied.inc(len(applied))

    async def _handle(self, tx: Transaction, row: Row[Any], *, tolerant: bool) -> bool:
        """Whether it was applied. Tolerant: a failure is noted on the message instead of raised."""
        try:
            async with tx.nested() if tolerant else contextlib.nullcontext():
                if event := self._event(row.type, row.body):
                    await self._effect(tx, envelope.read(row.headers), event)
        except Exception as error:
            if not tolerant or is_transient(error):
                raise
            await self._fail(tx, row, error)
            return False
        return True

    def _event(self, type: str, body: bytes) -> Event | None:
        """The event; None when this service has no use for it."""
        if type not in EVENTS:
            raise CannotApply(f"unknown type or version: {type}")
        return self._handlers[type][0].model_validate_json(body) if type in self._handlers else None

    async def _effect(self, tx: Transaction, head: envelope.Envelope, event: Event) -> None:
        tx.because(Cause(head.correlation_id, head.id, head.traceparent))
        await in_time(self._handlers[event.type][1], event, tx)
        self._meters.hand_off.observe(max(0.0, (tx.now - head.time).total_seconds()))

    async def _fail(self, tx: Transaction, row: Row[Any], error: Exception) -> None:
        """Park what can't get better; retry a bug with growing pauses. The text of the error names no content."""
        hopeless = isinstance(error, CannotApply | Refused | ValidationError | CannotOpen)
        status = "parked" if hopeless or row.attempts + 1 >= ATTEMPTS else "failed"
        said = why(error)
        await tx.execute(
            sql.FAILED, {"id": row.id, "status": status, "error": said, "pause": 2.0 ** min(row.attempts, 8)}
        )
        await tx.execute(sql.ATTEMPTED, {"id": row.id, "error": said})
        (self._meters.parked if status == "parked" else self._meters.failed).inc()
        self._log.error(f"message {status}", id=str(row.id), type=row.type, subject=row.subject, error=said)

    async def _catch_up(self) -> None:
        async with self._database.transaction() as tx:
            await resend.catch_up(tx, self._service)

    async def _retry_and_ask(self) -> None:
        async with self._database.transaction() as tx:
            due = [(row.owner, row.subject) for row in await tx.execute(sql.DUE)]
            await resend.ask_for_missing(tx, self._service, self._patience)
        for subject in due:
            async with self._database.transaction() as tx:
                position = (await sql.positions(await tx.begun(), {subject}))[subject]
                await self._advance(tx, {subject: position.last}, tolerant=True)
