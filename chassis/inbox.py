"""Messages in: each is stored and applied in one transaction, in its subject's order, exactly once.

A *subject* is what a message is about, e.g. `assignment/<id>`; its owner numbers its messages from 1. A service hears
all that an owner tells, and notes what it has no use for as done, so that no number is missing.

Deliveries that arrive together share a transaction and a few statements: one tells how far their subjects have come,
one stores them and moves on, and what they change is written with one for each table. When one of them fails, nothing
has been done, and every subject gets a transaction of its own, so that only the failing subject waits.

What arrives waits for nobody. Of a subject that somebody else is at, who has locked its position, it is only stored;
`stored.py` goes on with that, and with all that is to be retried.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial

import structlog

from chassis import resend
from chassis.applying import Applying, HandlerBroke
from chassis.arrival import Arrival, Delivery, Subject, ack, read, why
from chassis.database import LOCK_SECONDS, Database, Transaction, is_busy, is_transient
from chassis.hold import Pace, heed_stop, hold
from chassis.stored import Stored
from chassis.subscriptions import Subscriptions
from chassis.telemetry import Meters

BATCH = 250
ALONE_SECONDS = 2.0
"""So long a batch is applied subject by subject, before those that are left are only stored: what has arrived must not
wait for all that is slow in it."""


class Inbox:
    """The inbox of one service."""

    def __init__(
        self, service: str, database: Database, handlers: Subscriptions, meters: Meters, patience: float
    ) -> None:
        self._service = service
        self._database = database
        self._apply = Applying(service, handlers, meters)
        self.stored = Stored(service, database, self._apply, patience)
        self._arrived: list[Delivery] = []
        self._wake = asyncio.Event()
        self._pace = Pace()
        self._log = structlog.get_logger().bind(service=service, part="inbox")
        self._state = "starting"

    @property
    def state(self) -> str:
        """Of what arrives and of what is stored: what is in the way of one of them, if anything is."""
        return self._state if self._state != "applying" else self.stored.state

    def take(self, delivery: Delivery) -> None:
        """Called for each delivery; it is acked when it is safe in the database."""
        if self._arrived and self._arrived[-1].channel is not delivery.channel:
            # What came by a channel that is closed comes again by this one.
            self._arrived = [one for one in self._arrived if not one.channel.is_closed]
        self._arrived.append(delivery)
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled: apply what arrives."""
        await hold(self._catch_up, self._say)
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._arrived:
                async with self._pace.turn():
                    await self._turn()

    async def _turn(self) -> None:
        batch = self._arrived[:BATCH]
        del self._arrived[:BATCH]
        self._pace.did(len(batch), BATCH)
        try:
            await ack(batch, await hold(partial(self.receive, batch), self._say))
        except BaseException:
            self._arrived[:0] = batch
            self._wake.set()
            raise

    def _say(self, state: str) -> None:
        if self._state != state:
            self._log.info("inbox", state=state)
        self._state = state

    async def receive(self, batch: Sequence[Delivery]) -> list[Delivery]:
        """Store and apply a batch; gives those that could not be stored. Raises only when the database is away."""
        arrivals = [read(delivery) for delivery in batch]
        try:
            async with self._transaction() as tx:
                stored = await self._apply.together(tx, arrivals)
        except Exception as error:
            heed_stop(error)
            return await self._one_by_one(list(zip(batch, arrivals, strict=True)))
        self.stored.put_by(stored)
        return []

    async def _one_by_one(self, batch: Sequence[tuple[Delivery, Arrival]]) -> list[Delivery]:
        """What somebody has in hand who has not committed it can't even be stored: raised when all others are done."""
        refused: list[Delivery] = []
        in_hand: Exception | None = None
        subjects: dict[Subject, list[tuple[Delivery, Arrival]]] = defaultdict(list)
        for delivery, arrival in batch:
            subjects[arrival.owner, arrival.subject].append((delivery, arrival))
        until = time.monotonic() + ALONE_SECONDS
        for subject, same_subject in subjects.items():
            try:
                await self._alone(subject, [arrival for _, arrival in same_subject], until)
            except Exception as error:
                heed_stop(error)
                if is_busy(error):
                    in_hand = error
                    continue
                if is_transient(error):
                    raise
                refused += [delivery for delivery, _ in same_subject]
                self._log.error("message can't be stored", error=why(error))
        if in_hand:
            raise in_hand
        return refused

    async def _alone(self, subject: Subject, arrivals: Sequence[Arrival], until: float) -> None:
        """Store all of one subject, then apply them one by one, up to the first that fails. When it is later than that
        (monotonic), or somebody else is in the way, they are only stored."""
        if time.monotonic() < until:
            try:
                async with self._transaction() as tx:
                    placed = await self._apply.set_apart(tx, arrivals)
                    last = await self._apply.keep(tx, subject, placed) if placed else None
                    more = bool(placed)
                    if last is not None:
                        more = await self._apply.advance(tx, {subject: last}, until, tolerant=True)
                self.stored.put_by([subject] if more else [])
            except HandlerBroke as broke:
                async with self._transaction() as tx:
                    await self._apply.put_by(tx, arrivals)
                    await self._apply.fail(tx, broke.row, broke.error)
                return
            except Exception as error:
                heed_stop(error)
                if not is_busy(error):
                    raise
            else:
                return
        async with self._transaction() as tx:
            more = await self._apply.put_by(tx, arrivals)
        self.stored.put_by([subject] if more else [])

    def _transaction(self) -> AbstractAsyncContextManager[Transaction]:
        return self._database.transaction(lock_seconds=LOCK_SECONDS)

    async def _catch_up(self) -> None:
        async with self._transaction() as tx:
            await resend.catch_up(tx, self._service)
