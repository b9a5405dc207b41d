"""What is stored and not applied: gone on with as soon as it can be, retried, and what is missing asked for."""

import asyncio
import contextlib
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial

import structlog

from chassis import inbox_queries as sql
from chassis import resend
from chassis.applying import Applying, HandlerBroke
from chassis.arrival import Subject
from chassis.database import LOCK_SECONDS, Database, Transaction, is_busy
from chassis.hold import heed_stop, hold

REST_SECONDS = 0.05
"""Between two looks, so that what comes meanwhile is gone on with together."""
MOST_DUE = 100
GO_ON_SECONDS = 2.0
"""So long we go on with what is stored, before we look anew at what is due: what is slow comes after what is not."""


class Stored:
    """What the inbox of one service has stored and not applied."""

    def __init__(self, service: str, database: Database, applying: Applying, patience: float) -> None:
        self._service = service
        self._database = database
        self._apply = applying
        self._patience = patience
        self._put_by: dict[Subject, None] = {}
        self._taken: set[Subject] = set()
        self._more = asyncio.Event()
        self._log = structlog.get_logger().bind(service=service, part="inbox", task="stored")
        self.state = "starting"

    def put_by(self, subjects: Iterable[Subject]) -> None:
        """Of these subjects something has been stored that may be next: it is gone on with at once."""
        for subject in subjects:
            self._put_by[subject] = None
            self._more.set()

    async def run(self, poll: float) -> None:
        """Until cancelled: go on with what was only stored, retry what is due, and ask for what is missing."""
        asks_at = 0.0
        while True:
            self._more.clear()
            due = await hold(self._due, self._say)
            await hold(partial(self._go_on, due), self._say)
            if time.monotonic() >= asks_at:
                await hold(self._ask, self._say)
                asks_at = time.monotonic() + poll
            await asyncio.sleep(min(poll, REST_SECONDS))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(poll):
                    await self._more.wait()

    def _say(self, state: str) -> None:
        if self.state != state:
            self._log.info("inbox", state=state)
        self.state = state

    def _transaction(self) -> AbstractAsyncContextManager[Transaction]:
        return self._database.transaction(lock_seconds=LOCK_SECONDS)

    async def _ask(self) -> None:
        async with self._transaction() as tx:
            await resend.ask_for_missing(tx, self._service, self._patience)

    async def _due(self) -> list[Subject]:
        async with self._transaction() as tx:
            due = [(row.owner, row.subject) for row in await tx.execute(sql.DUE, {"most": MOST_DUE})]
        if len(due) == MOST_DUE:
            self._more.set()
        return due

    async def _go_on(self, due: Sequence[Subject]) -> None:
        """Apply what was put by and what is due, while there is time, last what somebody else was at the time before.
        What was put by is waited for then. What there is no time for is due the next time."""
        put_by, self._put_by = self._put_by, {}
        until = time.monotonic() + GO_ON_SECONDS
        subjects = sorted(dict.fromkeys([*put_by, *due]), key=lambda one: one in self._taken)
        self._taken = {subject for subject in subjects if not await self._go_on_with(subject, until)}
        for subject in put_by:
            if subject in self._taken:
                await self._go_on_with(subject, until, waits=True)
        if time.monotonic() > until:
            self._more.set()

    async def _go_on_with(self, subject: Subject, until: float, *, waits: bool = False) -> bool:
        """Apply what is due of one subject, while there is time. False when somebody else is at it, or is for long."""
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
                        return False
                    more = await self._apply.advance(tx, {subject: last}, until, tolerant=True)
        except HandlerBroke as broke:
            async with self._transaction() as tx:
                await self._apply.fail(tx, broke.row, broke.error)
        except Exception as error:
            heed_stop(error)
            if not is_busy(error):
                raise
            self._log.warning("somebody is at this subject for long, and it waits", subject=subject[1])
            return False
        return True
