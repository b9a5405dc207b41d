"""Work that is done every so many seconds, each job by one process at a time."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import text

from chassis.database import Database, Transaction, is_away, is_busy, says_away
from chassis.hold import heed_stop
from chassis.telemetry import describe

LOCK_SECONDS = 0.05
"""So long a job waits for a row that somebody else has locked: others wait for those that it has locked itself. It has
given way long before PostgreSQL looks for a deadlock; who has waited for it just a second by then gives way."""
MOST_BUSY = 10
"""After so many such rows the others are left too: what is done already is let go."""
AGAIN_SECONDS = 30.0
"""What is left is done after so long, if not sooner."""
BUSY_SECONDS = 300.0
"""Somebody who has been in a job's way each time it was tried for so long is told of in /health."""
JOB_LOCK = 7_002
ONE_AT_A_TIME = text("SELECT pg_try_advisory_xact_lock(:lock, hashtext(:job))")


@dataclass(frozen=True)
class Left:
    """How many a job has left for the next time: those that failed, and those that somebody else had locked."""

    failed: int = 0
    busy: int = 0

    def __add__(self, other: "Left") -> "Left":
        return Left(self.failed + other.failed, self.busy + other.busy)


Job = Callable[[Transaction], Awaitable[Left | None]]
"""What is done in one transaction; it gives what is left, if it can tell."""


async def each(tx: Transaction, ids: Iterable[UUID], do: Callable[[UUID], Awaitable[object]]) -> Left:
    """Do something about each of many, so that one that fails, or that somebody else has locked, keeps no other
    waiting. Raises only when the database is away or the transaction is at its end.

    Choose them at random where not all are taken at once: else those that fail come first for ever. They are done in
    any order, so that those that are locked are not before the others each time.
    """
    left = Left()
    shuffled = list(ids)
    random.shuffle(shuffled)
    for id in shuffled:
        try:
            async with tx.nested():
                await do(id)
        except Exception as error:
            heed_stop(error)
            if says_away(error) or tx.is_broken:
                raise
            if is_busy(error):
                left += Left(busy=1)
                if left.busy == MOST_BUSY:
                    break
                continue
            left += Left(failed=1)
            structlog.get_logger().error("failed, and is left for the next time", id=str(id), error=describe(error))
    return left


def _is_database_away(tx: Transaction | None, error: Exception) -> bool:
    """True when it says so, or answers no more. The work itself may also fail with what looks like it."""
    return says_away(error) or (is_away(error) and (tx is None or tx.is_broken))


class Jobs:
    """The jobs of one service; what fails is said in /health and done again when its time comes, and stops no other."""

    def __init__(self, service: str, database: Database) -> None:
        self._database = database
        self._failed: dict[str, str] = {}
        self._busy_since: dict[str, float] = {}
        self._log = structlog.get_logger().bind(service=service, part="jobs")

    @property
    def state(self) -> str:
        """What /health says of them all."""
        failed = ", ".join(f"{name} ({error})" for name, error in self._failed.items())
        long_ago = time.monotonic() - BUSY_SECONDS
        busy = ", ".join(name for name, since in self._busy_since.items() if since < long_ago)
        said = [f"failed {failed}, is done again"] if failed else []
        said += [f"somebody keeps locked what {busy} has to do"] if busy else []
        return f"waiting: {'; '.join(said)}" if said else "working"

    async def every(self, job: Job, seconds: float) -> None:
        """Until cancelled: do a job, and again after so many seconds, or sooner when something is left."""
        name = f"{job.__module__}.{job.__qualname__}"
        while True:
            tx: Transaction | None = None
            left: Left | None = None
            mine = True
            try:
                async with self._database.transaction(lock_seconds=LOCK_SECONDS) as tx:
                    mine = bool(await tx.scalar(ONE_AT_A_TIME, {"lock": JOB_LOCK, "job": name}))
                    left = await job(tx) if mine else None
                if mine:
                    self._failed.pop(name, None)
                if left and left.failed:
                    self._failed[name] = f"{left.failed} of many"
            except Exception as error:
                heed_stop(error)
                left = Left(busy=1) if is_busy(error) else Left(failed=1)
                if not (left.busy or _is_database_away(tx, error)):
                    self._failed[name] = type(error).__name__
                    self._log.error("job failed and is done again", job=name, error=describe(error))
            if mine and not (left and left.busy):
                self._busy_since.pop(name, None)
            if left and left.busy:
                self._busy_since.setdefault(name, time.monotonic())
                self._log.info("somebody was in the way of a job, which is done again soon", job=name, busy=left.busy)
            await asyncio.sleep(seconds if left in (None, Left()) else min(seconds, AGAIN_SECONDS))
