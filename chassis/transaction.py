"""One transaction holds the state, what happened, and the log of who read what."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import asyncpg
import pydantic_core
from sqlalchemy import CursorResult, Executable, Select, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.clock import SWEDEN
from chassis.decision import SYSTEM, Decision, NotFound, Who
from chassis.envelope import Cause, headers
from chassis.outbox import Message, Saved, Write, writes
from chassis.rows import Rows
from contracts.event import Event
from contracts.sealed import Content, KeyRing, Sealed

State = TypeVar("State")
SealedContent = TypeVar("SealedContent", bound=Content)


UNDO_SECONDS = 5.0
SAVEPOINT = "nested"
"""Its name may be used again inside: the innermost is meant."""


class NotCommitted(Exception):
    """The database has rolled back what was to be committed."""


class Transaction:
    """Everything done through it commits together or not at all.

    What is saved and told is kept until the end, or until a question is asked that it may be part of the answer to, and
    is then written with as few statements as can be. Begun and ended by the driver, which takes half the time.
    """

    def __init__(
        self, connection: AsyncConnection, driver: asyncpg.Connection, keys: KeyRing, access_log: Table, cause: Cause
    ) -> None:
        self.cause = cause
        self.now = datetime.now(UTC)
        self.wrote = False
        self.lock_seconds = 0.0
        self.unlogged: bool = False
        """True when `read`, `find` or `load_all` has given something about a person and nobody has said who saw it."""
        self.attempts: list[dict[str, object]] = []
        self.claim: dict[str, object] = {}
        """The key of the command that is done in it, which is done once."""
        self.afterwards: list[Callable[[], object]] = []
        """Called once it has committed, such as to count what it has done."""
        self._connection, self._driver, self._begun = connection, driver, False
        self._keys, self._access_log = keys, access_log
        self._there: set[tuple[str, object]] = set()
        """Rows that have been loaded or saved here: saved again, they are updated."""
        self._states: dict[tuple[str, object], Any] = {}
        """Rows that we have locked or made, as they are now."""
        self._unsaved: dict[tuple[str, object], Saved] = {}
        self._untold: list[Message] = []

    @property
    def today(self) -> date:
        """The calendar day in Sweden."""
        return self.now.astimezone(SWEDEN).date()

    def because(self, cause: Cause) -> None:
        """What is done from now on has another cause: the next of several messages that share a transaction."""
        self.cause = cause
        self.now = datetime.now(UTC)

    @property
    def is_broken(self) -> bool:
        """True when its connection is gone: nothing more can be done in it, and nothing of it will stay."""
        return bool(self._driver.is_closed())

    async def begun(self) -> asyncpg.Connection:
        """The connection without SQLAlchemy, for the few statements that are run for every message."""
        if not self._begun:
            limit = f"; SET LOCAL lock_timeout = '{self.lock_seconds:g}s'" if self.lock_seconds else ""
            await self._driver.execute(f"BEGIN{limit}")
            self._begun = True
        return self._driver

    async def commit(self) -> None:
        """Write what is left, and commit. What only writes, with one statement, needs no more than that. NotCommitted
        when a statement in it has failed and nobody minded."""
        left = self._left_to_write()
        if self._begun or len(left) > 1:
            await self.begun()
        await self._write(left)
        if self._begun and (said := await self._driver.execute("COMMIT")) != "COMMIT":
            raise NotCommitted(said)

    async def undo(self) -> bool:
        """Roll back. Whether the connection is as before, and may be used for another transaction."""
        if not self.is_broken and self._driver.is_in_transaction():
            await self._roll_back("ROLLBACK")
        return not self.is_broken

    async def _roll_back(self, how: str) -> None:
        """What does not roll back is given up: why it was to do so is what counts."""
        try:
            async with asyncio.timeout(UNDO_SECONDS):
                await self._driver.execute(how)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            self._driver.terminate()

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement of the caller's own, after all that was saved before it."""
        await self.flush()
        await self.begun()
        if not isinstance(statement, Select):
            self._states.clear()  # it may have changed them
        return await self._connection.execute(statement, values)

    async def scalar(self, statement: Executable, values: Any = None) -> Any:
        """The first column of the first row; None when there is none."""
        return (await self.execute(statement, values)).scalar()

    async def scalars(self, statement: Executable, values: Any = None) -> Sequence[Any]:
        """The first column of every row."""
        return (await self.execute(statement, values)).scalars().all()

    @asynccontextmanager
    async def nested(self) -> AsyncIterator[None]:
        """What is done inside is undone alone when it fails; when that can't be done any more, it `is_broken`."""
        await self.flush()
        there, afterwards = set(self._there), len(self.afterwards)
        driver = await self.begun()
        await driver.execute(f"SAVEPOINT {SAVEPOINT}")
        try:
            yield
            await self.flush()
            await driver.execute(f"RELEASE SAVEPOINT {SAVEPOINT}")
        except BaseException:
            self._there = there
            self._states.clear()
            self._unsaved.clear()
            self._untold.clear()
            del self.afterwards[afterwards:]
            if not self.is_broken:
                await self._roll_back(f"ROLLBACK TO SAVEPOINT {SAVEPOINT}; RELEASE SAVEPOINT {SAVEPOINT}")
            raise

    async def flush(self) -> None:
        """Write what has been saved and told. An invariant of the data that it breaks is raised from here."""
        if left := self._left_to_write():
            await self.begun()
            await self._write(left)

    def _left_to_write(self) -> list[Write]:
        left = writes(list(self._unsaved.values()), self._untold)
        self._unsaved, self._untold = {}, []
        return left

    async def _write(self, statements: Sequence[Write]) -> None:
        for statement, rows in statements:
            if len(rows) == 1:
                await self._driver.execute(statement, *rows[0])
            else:
                await self._driver.executemany(statement, rows)

    async def load(self, rows: Rows[State], id: object) -> State:
        """The state with this id, its row locked until the end of the transaction. NotFound when there is none."""
        await self.lock(rows, [id])
        try:
            return cast("State", self._states[rows.table.name, id])
        except KeyError:
            raise NotFound from None

    async def lock(self, rows: Rows[Any], ids: Collection[object]) -> None:
        """Load many at once, those that there are; `load` then has them at hand."""
        wanted = [id for id in ids if (rows.table.name, id) not in self._states]
        if wanted:
            driver = await self.begun()
            for record in await driver.fetch(rows.locking, wanted):
                self._hold(rows, rows.state(record))

    def _hold(self, rows: Rows[Any], state: Any) -> None:
        at = (rows.table.name, getattr(state, rows.key.name))
        self._there.add(at)
        self._states[at] = state

    async def read(self, rows: Rows[State], id: object) -> State:
        """The state with this id, without a lock. NotFound when there is none."""
        found = await self.find(rows, select(rows.table).where(rows.key == id))
        if not found:
            raise NotFound
        return found[0]

    async def find(self, rows: Rows[State], query: Select[Any]) -> list[State]:
        """The states that a query over this table gives, in its order."""
        found = [rows.value(row) for row in await self.execute(query)]
        self.unlogged |= rows.personal and bool(found)
        return found

    async def load_all(self, rows: Rows[State], query: Select[Any]) -> list[State]:
        """The states that a query over this table gives, their rows locked until the end of the transaction."""
        found = await self.find(rows, query.with_for_update())
        for state in found:
            self._hold(rows, state)
        return found

    async def save(self, rows: Rows[State], decision: Decision[State]) -> State:
        """Write what was decided: the row (updated when it was loaded here, else new) and what happened."""
        at = (rows.table.name, getattr(decision.state, rows.key.name))
        before = self._unsaved.get(at)
        is_new = before.is_new if before else at not in self._there
        self._unsaved[at] = Saved(rows, is_new, rows.arguments(decision.state))
        self._hold(rows, decision.state)
        for event in decision.events:
            await self.tell(event, decision.by)
        return decision.state

    async def tell(self, event: Event, by: Who = SYSTEM) -> None:
        """Put an event in the outbox."""
        await self.write(event.type, event.subject, event.body(self._keys.seal), by)

    async def write(self, type: str, subject: str, body: bytes, by: Who = SYSTEM, receiver: str | None = None) -> None:
        """Put a message in the outbox, for all who hear its type or for one receiver."""
        message_id = uuid7()
        head = headers(message_id, type, subject, self.now, by, self.cause)
        self._untold.append(Message(message_id, subject, type, pydantic_core.to_json(head).decode(), body, receiver))
        self.wrote = True

    def unseal(self, sealed: Sealed[SealedContent], shape: type[SealedContent]) -> SealedContent:
        """The content of a sealed part addressed to this service."""
        return self._keys.open(sealed, shape)

    async def saw(self, who: Who, persons: Iterable[UUID], action: str, what: str, why: str = "") -> None:
        """Log that somebody has read about these persons; without it, a GET that has read about anyone fails."""
        self.unlogged = False
        rows = [self._access(who, person, action, what, why) for person in persons]
        if rows:
            await self.begun()
            await self._connection.execute(insert(self._access_log), rows)

    def tried(self, who: Who, person: UUID, action: str, what: str, why: str = "") -> None:
        """Log what somebody tried and is about to be refused: the row is kept though all else is rolled back."""
        self.attempts.append(self._access(who, person, action, what, why))

    def _access(self, who: Who, person: UUID, action: str, what: str, why: str) -> dict[str, object]:
        by = {"member_id": who.member_id, "role": who.role, "unit_id": who.unit_id}
        return {"at": self.now, **by, "person_id": person, "action": action, "what": what, "why": why}
