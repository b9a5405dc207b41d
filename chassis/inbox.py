"""Messages in: each is stored and applied in one transaction, in its subject's order, exactly once.

A *subject* is what a message is about, e.g. `assignment/<id>`; its owner numbers its messages from 1. A service hears
all that an owner tells, and notes what it has no use for as done, so that no number is missing.

Deliveries that arrive together share a transaction. When one of them fails, the transaction is rolled back and every
subject gets a transaction of its own, so that only the failing subject waits.
"""

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import envelope, resend
from chassis import inbox_queries as sql
from chassis.arrival import Arrival, CannotApply, Delivery, ack, read, why
from chassis.database import Database, Transaction, is_transient
from chassis.decision import Refused
from chassis.envelope import Cause
from chassis.hold import hold
from chassis.subscriptions import Subscriptions
from chassis.telemetry import Meters
from contracts.sealed import CannotOpen
from contracts.topology import EVENTS, RESEND_REQUESTED

R = TypeVar("R")

BATCH = 100
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
            # Not wait_for: before Python 3.12 it can take no notice of being cancelled.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(poll):
                    await self._wake.wait()
            self._wake.clear()
            while self._arrived:
                batch = self._arrived[:BATCH]
                await ack(batch, await self._hold(partial(self.receive, batch)))
                del self._arrived[: len(batch)]
            await self._hold(self._retry_and_ask)

    def _say(self, state: str) -> None:
        if self.state != state:
            self._log.info("inbox", state=state)
        self.state = state

    async def _hold(self, work: Callable[[], Awaitable[R]]) -> R:
        return await hold(work, self._say)

    async def receive(self, batch: Sequence[Delivery]) -> list[Delivery]:
        """Store and apply a batch; gives those that could not be stored. Raises only when the database is away."""
        arrivals = [read(delivery) for delivery in batch]
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
                self._log.error("message can't be stored", error=why(error))
        self._database.wake.set()
        return refused

    async def _apply(self, connection: AsyncConnection, arrivals: Sequence[Arrival], *, tolerant: bool) -> bool:
        """Store the new ones, then apply each subject as far as its sequence is whole. True if events were written."""
        requests = [a for a in arrivals if a.type == RESEND_REQUESTED]
        placed = [a for a in arrivals if a.sequence is not None and a.type != RESEND_REQUESTED]
        await self._store(connection, [a for a in arrivals if a.sequence is None])
        wrote = False
        for request in requests:
            await resend.send_again(connection, request.body)
            wrote = True
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
        return {(row.owner, row.subject): row.last for row in await connection.execute(sql.POSITIONS, keys)}

    async def _store(self, connection: AsyncConnection, arrivals: Sequence[Arrival]) -> None:
        if not arrivals:
            return
        await connection.execute(
            sql.STORE,
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
        for row in (await connection.execute(sql.OPEN, keys)).all():
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
            await connection.execute(sql.APPLIED, {"ids": applied})
        if moved:
            keys = {"owners": [o for o, _ in moved], "subjects": [s for _, s in moved]}
            await connection.execute(sql.ADVANCE, {**keys, "lasts": list(moved.values())})
            await connection.execute(sql.OVERTAKEN, keys)
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
        said = why(error)
        await connection.execute(
            sql.FAILED, {"id": row.id, "status": status, "error": said, "pause": 2.0 ** min(row.attempts, 8)}
        )
        await connection.execute(sql.ATTEMPTED, {"id": row.id, "error": said})
        (self._meters.parked if status == "parked" else self._meters.failed).inc()
        self._log.error(f"message {status}", id=str(row.id), type=row.type, subject=row.subject, error=said)

    async def _catch_up(self) -> None:
        async with self._database.transaction() as tx:
            await resend.catch_up(tx, self._service)

    async def _retry_and_ask(self) -> None:
        async with self._database.transaction() as tx:
            due = [(row.owner, row.subject) for row in await tx.connection.execute(sql.DUE)]
            await resend.ask_for_missing(tx, self._service, self._patience)
        for key in due:
            async with self._database.engine.begin() as connection:
                wrote = await self._advance(connection, await self._positions(connection, {key}), tolerant=True)
            if wrote:
                self._database.wake.set()
