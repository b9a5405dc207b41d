"""The database of one service, and what may be wrong with it."""

import asyncio
from collections.abc import AsyncIterator
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

TRANSIENT = ("08", "28", "3D", "40", "53", "55P03", "57P", "58")
"""SQLSTATEs of a database that is away, busy or full: what failed will work later, unchanged. Not 57014, a statement
that took too long: most often it does so every time."""


def is_transient(error: BaseException) -> bool:
    """True when the database (not the data or the code) is why it failed."""
    cause: BaseException | None = error
    while cause is not None:
        away = isinstance(cause, asyncpg.InterfaceError | OSError | TimeoutError | PoolTimeout)
        if away and not isinstance(cause, LookupError):  # as Jinja's TemplateNotFound, an OSError too, is
            return True
        if (isinstance(cause, DBAPIError) and cause.connection_invalidated) or str(
            getattr(cause, "sqlstate", None) or ""
        ).startswith(TRANSIENT):
            return True
        cause = cause.__cause__ or getattr(cause, "orig", None)
    return False


def _refuse_closed(connection: Any, *_: object) -> None:
    """A connection that the server has closed is noticed here for nothing; asking it would cost a round trip each time.
    Most often the others are closed too."""
    if connection.driver_connection.is_closed():
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
                "server_settings": {
                    "application_name": f"stafett-{service}",
                    "jit": "off",
                    "statement_timeout": "30s",
                    "lock_timeout": "10s",
                    "idle_in_transaction_session_timeout": "60s",
                },
            },
        )

        self._by_driver = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        event.listen(self.engine.sync_engine, "checkout", _refuse_closed)

    @asynccontextmanager
    async def transaction(self, cause: Cause | None = None) -> AsyncIterator[Transaction]:
        """Commit on leaving (a door answers after that), roll back on any error; wake the relay when there are events.

        Attempts that were refused are logged after the roll-back: only one connection is held at a time.
        """
        attempts: list[dict[str, object]] = []
        try:
            async with self._opened(cause or Cause()) as tx:
                attempts = tx.attempts
                yield tx
        except Refused:
            if attempts:
                async with self.engine.begin() as connection:
                    await connection.execute(insert(self.access_log), attempts)
            raise
        if tx.wrote:
            self.wake.set()

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
                if not (isinstance(error, Exception) and await tx.undo()):
                    driver.terminate()
                    await connection.invalidate()
                raise
