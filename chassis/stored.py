"""What is stored and not applied: gone on with as soon as it can be, retried, and what is missing asked for."""

import asyncio
import contextlib
import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial

import structlog

from chassis import inbox_queries as sql
from chassis import resend
from chassis.applying import Applying, HandlerBroke
from chassis.arrival import Subject
from chassis.database import Database, Transaction, is_busy
from chassis.hold import heed_stop, hold

REST_SECONDS = 0.05
"""Between two looks, so that what comes meanwhile is gone on with together."""
TAKEN_SECONDS = 0.2
"""So soon we look again for what somebody else was at, and then half as often each time it is the same."""
MOST_DUE = 500
GO_ON_SECONDS = 2.0
"""So long we go on with what is stored, before we look anew at what is due."""
LOCK_SECONDS = 0.2
"""So long a row is waited for that somebody else has locked: it is tried again. Meanwhile what is stored waits."""


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
        asks_at, pause = 0.0, poll
        while True:
            self._more.clear()
            before = self._taken
            due = await hold(self._due, self._say)
            await hold(partial(self._go_on, due), self._say)
            pause = min(poll, pause * 2 if self._taken == before else TAKEN_SECONDS) if self._taken else poll
            if time.monotonic() >= asks_at:
                await hold(self._ask, self._say)
                asks_at = time.monotonic() + poll
            await asyncio.sleep(min(poll, REST_SECONDS))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
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

    async def _due(self) -> list[tuple[Subject, int]]:
        """Subjects with something that may be next, and in which line they are: see DUE."""
        async with self._transaction() as tx:
            rows = await tx.execute(sql.DUE, {"most": MOST_DUE, **sql.keys(self._taken)})
            return [((row.owner, row.subject), row.tried) for row in rows]

    async def _go_on(self, due: Sequence[tuple[Subject, int]]) -> None:
        """Apply what was never tried, the oldest first, then what somebody was in the way of, then what has failed; of
        each line one at least, and more while there is time, so that none waits for the other. What there is no time
        for is due the next time."""
        put_by, self._put_by = self._put_by, {}
        lines: tuple[dict[Subject, None], ...] = ({}, {}, {})
        for subject, tried in due:
            lines[tried][subject] = None
        known = {subject for subject, _ in due}
        lines[0].update(dict.fromkeys(subject for subject in (*put_by, *self._taken) if subject not in known))
        every = set().union(*lines)
        free = await self._free(every)
        self._taken = self._taken & every if free is None else every - free
        until = time.monotonic() + GO_ON_SECONDS
        for line in lines:
            for place, subject in enumerate(subject for subject in line if free is None or subject in free):
                if place and time.monotonic() > until:
                    break
                if await self._go_on_with(subject, until):
                    self._taken.discard(subject)
                else:
                    self._taken.add(subject)
        if time.monotonic() > until or (free != set() and len(due) == MOST_DUE):
            self._more.set()

    async def _free(self, subjects: Collection[Subject]) -> set[Subject] | None:
        """Those that nobody else is at; None when somebody has begun one and not committed it: with each we shall see.
        From now on each has a position, so that others see when we are at it."""
        if not subjects:
            return set()
        try:
            async with self._transaction() as tx:
                return set(await sql.positions(await tx.begun(), subjects))
        except Exception as error:
            heed_stop(error)
            if not is_busy(error):
                raise
            return None

    async def _go_on_with(self, subject: Subject, until: float) -> bool:
        """Apply what is due of one subject, and more while there is time. False when somebody else is at it."""
        try:
            return await self._advance(subject, until)
        except Exception as error:
            heed_stop(error)
            if not is_busy(error):
                raise
            self._log.warning("somebody is in the way of this subject, and it waits", subject=subject[1])
            return False

    async def _advance(self, subject: Subject, until: float) -> bool:
        more = True
        try:
            while more:
                async with self._transaction() as tx:
                    free = await sql.positions(await tx.begun(), {subject})
                    if not free:
                        return False
                    more = await self._apply.advance(tx, {subject: free[subject].last}, until, tolerant=True)
                more = more and time.monotonic() < until
        except HandlerBroke as broke:
            async with self._transaction() as tx:
                await self._apply.fail(tx, broke.row, broke.error)
        return True
