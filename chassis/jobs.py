"""Work that is done every so many seconds, each job by one process at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

import structlog
from sqlalchemy import text

from chassis.database import LOCK_SECONDS, Database, Transaction, is_away, says_away
from chassis.hold import heed_stop
from chassis.telemetry import describe

Job = Callable[[Transaction], Awaitable[int | None]]
"""What is done in one transaction; it gives how much of it failed and is left, if it can tell."""
JOB_LOCK = 7_002
ONE_AT_A_TIME = text("SELECT pg_try_advisory_xact_lock(:lock, hashtext(:job))")


async def each(tx: Transaction, ids: Iterable[UUID], do: Callable[[UUID], Awaitable[object]]) -> int:
    """Do something about each of many, so that one that fails, or that somebody else has locked, keeps no other
    waiting; gives how many failed. Raises only when the database is away or the transaction is at its end.

    Choose them at random where not all are taken at once: else those that fail come first for ever. They are locked in
    one order, as by any other job.
    """
    left = 0
    for id in sorted(ids):
        try:
            async with tx.nested():
                await do(id)
        except Exception as error:
            heed_stop(error)
            if says_away(error) or tx.is_broken:
                raise
            left += 1
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
        self._log = structlog.get_logger().bind(service=service, part="jobs")

    @property
    def state(self) -> str:
        """What /health says of them all."""
        failed = ", ".join(f"{name} ({error})" for name, error in self._failed.items())
        return f"waiting: failed {failed}, is done again" if failed else "working"

    async def every(self, job: Job, seconds: float) -> None:
        """Until cancelled: do a job, and again after so many seconds."""
        name = f"{job.__module__}.{job.__qualname__}"
        while True:
            tx: Transaction | None = None
            try:
                async with self._database.transaction(lock_seconds=LOCK_SECONDS) as tx:
                    mine = await tx.scalar(ONE_AT_A_TIME, {"lock": JOB_LOCK, "job": name})
                    left = await job(tx) if mine else None
                self._failed.pop(name, None)
                if left:
                    self._failed[name] = f"{left} of many"
            except Exception as error:
                heed_stop(error)
                if not _is_database_away(tx, error):
                    self._failed[name] = type(error).__name__
                    self._log.error("job failed and is done again", job=name, error=describe(error))
            await asyncio.sleep(seconds)
