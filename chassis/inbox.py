"""Messages in: each is stored and applied in one transaction, in its subject's order, exactly once.

A *subject* is what a message is about, e.g. `assignment/<id>`; its owner numbers its messages from 1. A service hears
all that an owner tells, and notes what it has no use for as done, so that no number is missing.

Deliveries that arrive together share a transaction and a few statements: one tells how far their subjects have come,
one stores them and moves on, and what they change is written with one for each table. When one of them fails, nothing
has been done, and every subject gets a transaction of its own, so that only the failing subject waits.

What arrives waits for nobody. Of a subject that somebody else is at, who has locked its position, it is only stored;
another task goes on with that, and with all that is to be retried.
"""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial

import structlog

from chassis import inbox_queries as sql
from chassis import resend
from chassis.applying import Applying, HandlerBroke
from chassis.arrival import Arrival, Delivery, Subject, ack, read, why
from chassis.database import LOCK_SECONDS, Database, Transaction, is_busy, is_transient
from chassis.hold import Pace, heed_stop, hold
from chassis.subscriptions import Subscriptions
from chassis.telemetry import Meters

BATCH = 250
ALONE_SECONDS = 2.0
"""So long a batch is applied subject by subject, before those that are left are only stored: what has arrived must not
wait for all that is slow in it."""
GO_ON_SECONDS = 2.0
"""So long we go on with what is stored, before we look anew at what is due: what is slow comes after what is not."""


class Inbox:
    """The inbox of one service."""

    def __init__(
        self, service: str, database: Database, handlers: Subscriptions, meters: Meters, patience: float
    ) -> None:
        self._service = service
        self._database = database
        self._apply = Applying(service, handlers, meters)
        self._patience = patience
        self._arrived: list[Delivery] = []
        self._wake = asyncio.Event()
        self._pace = Pace()
        self._put_by: dict[Subject, None] = {}
        """Of which something was stored that may be next, while somebody else was at it."""
        self._stored = asyncio.Event()
        self._log = structlog.get_logger().bind(service=service, part="inbox")
        self._states = {"arriving": "starting", "retrying": "starting"}

    @property
    def state(self) -> str:
        """What both its tasks say, or the one that doesn't work."""
        return next((state for state in self._states.values() if state != "applying"), "applying")

    def take(self, delivery: Delivery) -> None:
        """Called for each delivery; it is acked when it is safe in the database."""
        if self._arrived and self._arrived[-1].channel is not delivery.channel:
            # What came by a channel that is closed comes again by this one.
            self._arrived = [one for one in self._arrived if not one.channel.is_closed]
        self._arrived.append(delivery)
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled: apply what arrives."""
        say = partial(self._say, "arriving")
        await hold(self._catch_up, say)
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._arrived:
                async with self._pace.turn():
                    await self._turn(say)

    async def go_on(self, poll: float) -> None:
        """Until cancelled: go on with what was only stored, retry what is due, and ask for what is missing."""
        say = partial(self._say, "retrying")
        while True:
            await hold(self._go_on, say)
            await hold(self._ask, say)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stored.wait(), poll)

    async def _turn(self, say: Callable[[str], None]) -> None:
        batch = self._arrived[:BATCH]
        del self._arrived[:BATCH]
        self._pace.did(len(batch), BATCH)
        try:
            await ack(batch, await hold(partial(self.receive, batch), say))
        except BaseException:
            self._arrived[:0] = batch
            raise

    def _say(self, task: str, state: str) -> None:
        if self._states[task] != state:
            self._log.info("inbox", task=task, state=state)
        self._states[task] = state

    def _is_put_by(self, subjects: Iterable[Subject]) -> None:
        for subject in subjects:
            self._put_by[subject] = None
            self._stored.set()

    async def receive(self, batch: Sequence[Delivery]) -> list[Delivery]:
        """Store and apply a batch; gives those that could not be stored. Raises only when the database is away."""
        arrivals = [read(delivery) for delivery in batch]
        try:
            async with self._transaction() as tx:
                put_by = await self._apply.together(tx, arrivals)
        except Exception as error:
            heed_stop(error)
            return await self._one_by_one(list(zip(batch, arrivals, strict=True)))
        self._is_put_by(put_by)
        return []

    async def _one_by_one(self, batch: Sequence[tuple[Delivery, Arrival]]) -> list[Delivery]:
        refused: list[Delivery] = []
        subjects: dict[Subject, list[tuple[Delivery, Arrival]]] = defaultdict(list)
        for delivery, arrival in batch:
            subjects[arrival.owner, arrival.subject].append((delivery, arrival))
        until = time.monotonic() + ALONE_SECONDS
        for subject, same_subject in subjects.items():
            try:
                await self._alone(subject, [arrival for _, arrival in same_subject], until)
            except Exception as error:
                heed_stop(error)
                if is_transient(error):
                    raise
                refused += [delivery for delivery, _ in same_subject]
                self._log.error("message can't be stored", error=why(error))
        return refused

    async def _alone(self, subject: Subject, arrivals: Sequence[Arrival], until: float) -> None:
        """Store all of one subject, then apply them one by one, up to the first that fails, and until then."""
        more = True
        try:
            async with self._transaction() as tx:
                last = await self._apply.keep(tx, subject, arrivals)
                if last is not None and time.monotonic() < until:
                    more = await self._apply.advance(tx, {subject: last}, until, tolerant=True)
        except HandlerBroke as broke:
            async with self._transaction() as tx:
                await self._apply.put_by(tx, arrivals)
                await self._apply.fail(tx, broke.row, broke.error)
        except Exception as error:
            heed_stop(error)
            if not is_busy(error):
                raise
            async with self._transaction() as tx:
                await self._apply.put_by(tx, arrivals)
        if more:
            self._is_put_by([subject])

    def _transaction(self) -> AbstractAsyncContextManager[Transaction]:
        return self._database.transaction(lock_seconds=LOCK_SECONDS)

    async def _catch_up(self) -> None:
        async with self._transaction() as tx:
            await resend.catch_up(tx, self._service)

    async def _ask(self) -> None:
        async with self._transaction() as tx:
            await resend.ask_for_missing(tx, self._service, self._patience)

    async def _go_on(self) -> None:
        """Apply what was put by, as soon as nobody else is at it, and what is due, while there is time."""
        self._stored.clear()
        put_by, self._put_by = list(self._put_by), {}
        async with self._transaction() as tx:
            due = [(row.owner, row.subject) for row in await tx.execute(sql.DUE)]
        until = time.monotonic() + GO_ON_SECONDS
        for subject in dict.fromkeys([*put_by, *due]):
            try:
                await self._go_on_with(subject, until, waits=subject in put_by)
            except Exception as error:
                heed_stop(error)
                if not is_busy(error):
                    raise
                self._log.warning("somebody is at this subject for long, and it waits", subject=subject[1])

    async def _go_on_with(self, subject: Subject, until: float, *, waits: bool) -> None:
        """Apply what is due of one subject: when those who are at it are done, or not if somebody is."""
        more = True
        try:
            while more and time.monotonic() < until:
                async with self._transaction() as tx:
                    connection = await tx.begun()
                    if waits:
                        last = await sql.position(connection, subject)
                    else:
                        free = await sql.positions(connection, {subject})
                        last = free[subject].last if free else None
                    if last is None:
                        return
                    more = await self._apply.advance(tx, {subject: last}, until, tolerant=True)
        except HandlerBroke as broke:
            async with self._transaction() as tx:
                await self._apply.fail(tx, broke.row, broke.error)
