"""The database of one service, and what may be wrong with it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pydantic_core
from sqlalchemy import Table, event, insert
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chassis.clock import SWEDEN as SWEDEN  # also given on to the doors
from chassis.decision import Refused
from chassis.envelope import Cause
from chassis.rows import Rows as Rows
from chassis.rows import coded as coded
from chassis.transaction import Transaction as Transaction
from contracts.sealed import KeyRing

AWAY = ("08", "28", "3D", "53000", "53100", "53300", "57P", "58")
"""SQLSTATEs of a database that is away, shut to us or full."""
SHORT = ("53",)
"""And of one that is short of something. Waited for too, but not by a handler's own statement: that may ask for more
memory or room than there is for one, each time."""
BUSY = ("40", "55P03")
"""SQLSTATEs of those who were in each other's way. What failed will work later, unchanged. Not 57014, a statement that
took too long: most often it does so every time."""
STATEMENT_SECONDS = 12
"""Shorter than a handler may take, so that PostgreSQL stops the statement before we give up the connection."""
LOCK_SECONDS = 2.0
"""So long a row is waited for that somebody else has locked, where nobody waits for the answer: it is tried again."""
ANSWER_SECONDS = 20.0
"""What answers no more, since a network has swallowed it, is away."""
KEEPALIVE = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""So soon the server notices that we are gone without a word, and frees what we have locked."""
SESSION = {
    "jit": "off",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    **KEEPALIVE,
}
"""How every connection of a service is set, the relay's own too."""


def is_transient(error: BaseException) -> bool:
    """True when the database (not the data or the code) is why it failed."""
    return is_away(error) or is_busy(error) or any(_state(cause).startswith(SHORT) for cause in _causes(error))


def is_away(error: BaseException) -> bool:
    """True when the database says that it can do nothing now, or says nothing."""
    return says_away(error) or any(_is_lost(cause) for cause in _causes(error))


def says_away(error: BaseException) -> bool:
    """True when the database itself says that it can do nothing now."""
    return any(_state(cause).startswith(AWAY) for cause in _causes(error))


class InTheWay(Exception):
    """Somebody else has changed what this transaction has built on: it is undone, and tried again."""


def is_busy(error: BaseException) -> bool:
    """True when somebody else was in the way."""
    return isinstance(error, InTheWay) or any(_state(cause).startswith(BUSY) for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or getattr(error, "orig", None)


def _state(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or "")


def _is_lost(error: BaseException) -> bool:
    lost = isinstance(error, asyncpg.InterfaceError | OSError | TimeoutError | PoolTimeout)
    if lost and not isinstance(error, LookupError):  # as Jinja's TemplateNotFound, an OSError too, is
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _refuse_closed(connection: Any, *_: object) -> None:
    """A connection that the server has closed is noticed here for nothing; asking it would cost a round trip each time.
    Most often the others are closed too. One that is in the middle of something is nobody's to go on with."""
    if connection.driver_connection.is_closed() or connection.driver_connection.is_in_transaction():
        raise InvalidatePoolError


class Database:
    """The database of one service."""

    def __init__(self, url: str, service: str, keys: KeyRing, access_log: Table, pool_size: int = 8) -> None:
        self.url = url
        self.keys = keys
        self.access_log = access_log
        self.wake = asyncio.Event()
        self.engine: AsyncEngine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=pool_size,
            max_overflow=2,
            pool_timeout=5,
            hide_parameters=True,
            json_serializer=lambda value: pydantic_core.to_json(value).decode(),
            json_deserializer=pydantic_core.from_json,
            connect_args={
                "timeout": 5,
                "command_timeout": ANSWER_SECONDS,
                "server_settings": {"application_name": f"stafett-{service}", **SESSION},
            },
        )

        self._by_driver = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        event.listen(self.engine.sync_engine, "checkout", _refuse_closed)

    @asynccontextmanager
    async def transaction(self, cause: Cause | None = None, *, lock_seconds: float = 0) -> AsyncIterator[Transaction]:
        """Commit on leaving (a door answers after that), roll back on any error; wake the relay when there are events.

        lock_seconds: so long it waits for a row that another has locked, where that is not as long as usual.

        Attempts that were refused are logged after the roll-back: only one connection is held at a time.
        """
        attempts: list[dict[str, object]] = []
        try:
            async with self._opened(cause or Cause()) as tx:
                tx.lock_seconds = lock_seconds
                attempts = tx.attempts
                yield tx
        except Refused:
            if attempts:
                async with self.engine.begin() as connection:
                    await connection.execute(insert(self.access_log), attempts)
            raise
        if tx.wrote:
            self.wake.set()
        for act in tx.afterwards:
            act()

    @asynccontextmanager
    async def _opened(self, cause: Cause) -> AsyncIterator[Transaction]:
        """A connection that is left in the middle of something is never used again."""
        async with self._by_driver.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            tx = Transaction(connection, driver, self.keys, self.access_log, cause)
            try:
                yield tx
                await tx.commit()
            except BaseException as error:
                as_before = False
                try:
                    as_before = isinstance(error, Exception) and await tx.undo()
                finally:
                    if not as_before:
                        driver.terminate()
                        await connection.invalidate()
                raise
