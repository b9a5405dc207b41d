"""One transaction holds the state, what happened, and the log of who read what."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg
import pydantic_core
from pydantic import BaseModel, TypeAdapter
from sqlalchemy import Enum, Select, Table, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from uuid_utils.compat import uuid7

from chassis.clock import SWEDEN as SWEDEN  # also given on to the doors
from chassis.decision import SYSTEM, Decision, NotFound, Refused, Who
from chassis.envelope import Cause, headers
from contracts.event import Event
from contracts.sealed import Content, KeyRing, Sealed

TRANSIENT = ("08", "28", "3D", "40", "53", "55P03", "57P", "58")
"""SQLSTATEs of a database that is away, busy or full: what failed will work later, unchanged. Not 57014, a statement
that took too long: most often it does so every time."""

State = TypeVar("State")
SealedContent = TypeVar("SealedContent", bound=Content)

WRITE_EVENT = text("""
    WITH next AS (
        INSERT INTO outbox_subject (subject, sequence) VALUES (:subject, 1)
        ON CONFLICT (subject) DO UPDATE SET sequence = outbox_subject.sequence + 1 RETURNING sequence)
    INSERT INTO outbox (id, subject, sequence, type, headers, body, receiver)
    SELECT :id, :subject, next.sequence, :type, CAST(:headers AS jsonb), :body, :receiver FROM next""")


@dataclass(frozen=True)
class Rows(Generic[State]):
    """A table whose rows are one kind of state, column for field; nested values live in JSONB columns."""

    shape: type[State]
    table: Table

    @cached_property
    def adapter(self) -> TypeAdapter[State]:
        return TypeAdapter(self.shape)

    @property
    def personal(self) -> bool:
        """True when a row is about a person: it has a `person_id`, or its table is marked `personal`."""
        return "person_id" in self.table.columns or bool(self.table.info.get("personal"))

    def value(self, row: Any) -> State:
        """A row as state."""
        return self.adapter.validate_python(dict(row._mapping))


def coded(codes: type[StrEnum]) -> Enum:
    """A column type for an enum: its codes as text, nothing else accepted."""
    return Enum(
        codes, native_enum=False, create_constraint=True, length=40, values_callable=lambda e: [m.value for m in e]
    )


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


class Transaction:
    """Everything done through it commits together or not at all."""

    def __init__(self, connection: AsyncConnection, database: "Database", cause: Cause) -> None:
        self.connection = connection
        self.cause = cause
        self.now = datetime.now(UTC)
        self.wrote = False
        self.unlogged: bool = False
        """True when `read`, `find` or `load_all` has given something about a person and nobody has said who saw it."""
        self.attempts: list[dict[str, object]] = []
        self.claim: dict[str, object] = {}
        """The key of the command that is done in it, which is done once."""
        self._database = database
        self._loaded: set[tuple[str, object]] = set()

    @property
    def today(self) -> date:
        """The calendar day in Sweden."""
        return self.now.astimezone(SWEDEN).date()

    async def load(self, rows: Rows[State], id: object) -> State:
        """The state with this id, its row locked until the end of the transaction. NotFound when there is none."""
        query = select(rows.table).where(next(iter(rows.table.primary_key)) == id).with_for_update()
        row = (await self.connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound
        self._loaded.add((rows.table.name, id))
        return rows.value(row)

    async def read(self, rows: Rows[State], id: object) -> State:
        """The state with this id, without a lock. NotFound when there is none."""
        found = await self.find(rows, select(rows.table).where(next(iter(rows.table.primary_key)) == id))
        if not found:
            raise NotFound
        return found[0]

    async def find(self, rows: Rows[State], query: Select[Any]) -> list[State]:
        """The states that a query over this table gives, in its order."""
        found = [rows.value(row) for row in await self.connection.execute(query)]
        self.unlogged |= rows.personal and bool(found)
        return found

    async def load_all(self, rows: Rows[State], query: Select[Any]) -> list[State]:
        """The states that a query over this table gives, their rows locked until the end of the transaction."""
        found = await self.find(rows, query.with_for_update())
        key = next(iter(rows.table.primary_key)).name
        self._loaded |= {(rows.table.name, getattr(state, key)) for state in found}
        return found

    async def save(self, rows: Rows[State], decision: Decision[State]) -> State:
        """Write what was decided: the row (updated when it was loaded here, else new) and what happened."""
        key = next(iter(rows.table.primary_key))
        written = [column.name for column in rows.table.columns if column.identity is None]  # the rest it gives itself
        values = {name: _plain(getattr(decision.state, name)) for name in written}
        identity = values[key.name]
        if (rows.table.name, identity) in self._loaded:
            await self.connection.execute(update(rows.table).where(key == identity).values(values))
        else:
            await self.connection.execute(insert(rows.table).values(values))
            self._loaded.add((rows.table.name, identity))
        for event in decision.events:
            await self.tell(event, decision.by)
        return decision.state

    async def tell(self, event: Event, by: Who = SYSTEM) -> None:
        """Put an event in the outbox. Transactions about one subject wait for each other here, so that its events are
        numbered in the order in which they are committed."""
        await self.write(event.type, event.subject, event.body(self._database.keys.seal), by)

    async def write(self, type: str, subject: str, body: bytes, by: Who = SYSTEM, receiver: str | None = None) -> None:
        """Put a message in the outbox, for all who hear its type or for one receiver."""
        message_id = uuid7()
        head = headers(message_id, type, subject, self.now, by, self.cause)
        await self.connection.execute(
            WRITE_EVENT,
            {
                "id": message_id,
                "subject": subject,
                "type": type,
                "headers": pydantic_core.to_json(head).decode(),
                "body": body,
                "receiver": receiver,
            },
        )
        self.wrote = True

    def unseal(self, sealed: Sealed[SealedContent], shape: type[SealedContent]) -> SealedContent:
        """The content of a sealed part addressed to this service."""
        return self._database.keys.open(sealed, shape)

    async def saw(self, who: Who, persons: Iterable[UUID], action: str, what: str, why: str = "") -> None:
        """Log that somebody has read about these persons; without it, a GET that has read about anyone fails."""
        self.unlogged = False
        rows = [self._access(who, person, action, what, why) for person in persons]
        if rows:
            await self.connection.execute(insert(self._database.access_log), rows)

    def tried(self, who: Who, person: UUID, action: str, what: str, why: str = "") -> None:
        """Log what somebody tried and is about to be refused: the row is kept though all else is rolled back."""
        self.attempts.append(self._access(who, person, action, what, why))

    def _access(self, who: Who, person: UUID, action: str, what: str, why: str) -> dict[str, object]:
        by = {"member_id": who.member_id, "role": who.role, "unit_id": who.unit_id}
        return {"at": self.now, **by, "person_id": person, "action": action, "what": what, "why": why}


def _plain(value: object) -> object:
    """A field as its column takes it: nested dataclasses and models become JSON values."""
    if value is None or isinstance(value, str | int | UUID | date | time | bytes):
        return value
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return pydantic_core.to_jsonable_python(value)


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
            pool_pre_ping=True,
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

    @asynccontextmanager
    async def transaction(self, cause: Cause | None = None) -> AsyncIterator[Transaction]:
        """Commit on leaving (a door answers after that), roll back on any error; wake the relay when there are events.

        Attempts that were refused are logged after the roll-back: only one connection is held at a time.
        """
        attempts: list[dict[str, object]] = []
        try:
            async with self.engine.begin() as connection:
                tx = Transaction(connection, self, cause or Cause())
                attempts = tx.attempts
                yield tx
        except Refused:
            if attempts:
                async with self.engine.begin() as connection:
                    await connection.execute(insert(self.access_log), attempts)
            raise
        if tx.wrote:
            self.wake.set()
