"""What a transaction promises of what is saved and told in it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import Column, MetaData, Table, Text, Uuid, select, text, update
from sqlalchemy.exc import DBAPIError

from chassis.database import Database, Rows, Transaction, is_away
from chassis.decision import Decision, NotFound
from chassis.keys import load_keys
from chassis.transaction import NotCommitted
from contracts.execution import AssignmentReceived
from services.execution.tables import metadata
from tests.faults.kit.proxy import Network
from tests.faults.kit.town import address, through
from tests.support.examples import example
from tests.support.stafett import Ground, eventually


@dataclass(frozen=True)
class Baton:
    id: UUID
    holder: str


BATONS = Rows(
    Baton, Table("batons", MetaData(), Column("id", Uuid, primary_key=True), Column("holder", Text, unique=True))
)
TABLE = BATONS.table


@pytest.fixture
async def database(clean: Ground) -> AsyncIterator[Database]:
    async with clean.service("execution") as running:
        log = metadata.tables["access_log"]
        database = Database(running.database, "execution", load_keys(clean.keys, "execution"), log, pool_size=1)
        try:
            async with database.transaction() as tx:
                await tx.execute(text("CREATE TABLE batons (id uuid PRIMARY KEY, holder text NOT NULL UNIQUE)"))
            yield database
        finally:
            await database.engine.dispose()


async def put(tx: Transaction, baton: Baton, *events: AssignmentReceived) -> None:
    await tx.save(BATONS, Decision(baton, events))


async def holders(database: Database) -> list[str]:
    async with database.transaction() as tx:
        return [baton.holder for baton in await tx.find(BATONS, select(TABLE).order_by(TABLE.c.holder))]


async def test_a_row_that_is_saved_more_than_once_is_written_as_it_was_last(database: Database) -> None:
    baton = Baton(uuid4(), "Anna")
    async with database.transaction() as tx:
        await put(tx, baton)
        await put(tx, replace(baton, holder="Bo"))
        assert (await tx.load(BATONS, baton.id)).holder == "Bo"
    async with database.transaction() as tx:
        await put(tx, replace(await tx.load(BATONS, baton.id), holder="Cecilia"))
        await put(tx, Baton(uuid4(), "David"))
    assert await holders(database) == ["Cecilia", "David"]


async def test_a_question_is_answered_with_what_was_saved_before_it(database: Database) -> None:
    async with database.transaction() as tx:
        await put(tx, Baton(uuid4(), "Anna"))
        assert [baton.holder for baton in await tx.find(BATONS, select(TABLE))] == ["Anna"]


async def test_what_a_statement_of_ones_own_changes_is_seen_by_the_next_load(database: Database) -> None:
    baton = Baton(uuid4(), "Anna")
    async with database.transaction() as tx:
        await put(tx, baton)
        await tx.execute(update(TABLE).values(holder="Bo"))
        assert (await tx.load(BATONS, baton.id)).holder == "Bo"


async def test_what_is_not_there_is_not_found(database: Database) -> None:
    async with database.transaction() as tx:
        with pytest.raises(NotFound):
            await tx.load(BATONS, uuid4())


async def test_what_fails_inside_is_undone_alone(database: Database) -> None:
    kept, undone = Baton(uuid4(), "Anna"), Baton(uuid4(), "Bo")
    async with database.transaction() as tx:
        await put(tx, kept)
        with pytest.raises(ZeroDivisionError):
            async with tx.nested():
                await put(tx, replace(kept, holder="Cecilia"))
                await put(tx, undone)
                await tx.flush()
                raise ZeroDivisionError
        assert (await tx.load(BATONS, kept.id)).holder == "Anna"
        await put(tx, undone)
    assert await holders(database) == ["Anna", "Bo"]


async def test_a_broken_invariant_is_raised_when_it_is_written_and_nothing_is_told(database: Database) -> None:
    event = example("execution.assignment-received.v1")
    assert isinstance(event, AssignmentReceived)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with database.transaction() as tx:
            await put(tx, Baton(uuid4(), "Anna"), event)
            await put(tx, Baton(uuid4(), "Anna"))
    assert await holders(database) == []
    async with database.transaction() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM outbox WHERE receiver IS NULL")) == 0


async def test_several_events_of_several_subjects_are_numbered_as_they_were_told(database: Database) -> None:
    event = example("execution.assignment-received.v1")
    assert isinstance(event, AssignmentReceived)
    one, other = (event.model_copy(update={"assignment_id": uuid4()}) for _ in range(2))
    for _ in range(2):
        async with database.transaction() as tx:
            for told in (one, other, one):
                await tx.tell(told)
    async with database.transaction() as tx:
        told_of = "SELECT sequence FROM outbox WHERE subject = :subject ORDER BY position"
        assert await tx.scalars(text(told_of), {"subject": one.subject}) == [1, 2, 3, 4]
        assert await tx.scalars(text(told_of), {"subject": other.subject}) == [1, 2]


async def test_a_connection_that_was_left_in_the_middle_of_something_is_never_used_again(database: Database) -> None:
    asked = asyncio.Event()

    async def dawdle() -> None:
        async with database.transaction() as tx:
            await put(tx, Baton(uuid4(), "Anna"))
            await tx.flush()
            asked.set()
            await tx.execute(text("SELECT pg_sleep(60)"))

    dawdling = asyncio.create_task(dawdle())
    await asked.wait()
    dawdling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dawdling
    assert await holders(database) == []


async def test_connections_that_the_server_has_closed_are_replaced_unnoticed(database: Database, clean: Ground) -> None:
    async with database.transaction() as tx:
        name = await tx.scalar(text("SELECT current_database()"))
    admin = await asyncpg.connect(clean.admin)
    try:
        mine = "application_name = 'stafett-execution' AND usename = current_user AND datname = $1"
        await admin.fetch(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}", name)

        async def gone() -> bool:
            return not await admin.fetchval(f"SELECT count(*) FROM pg_stat_activity WHERE {mine}", name)

        await eventually(gone)
    finally:
        await admin.close()
    assert await holders(database) == []


async def test_a_column_that_a_newer_version_adds_disturbs_no_load(database: Database) -> None:
    baton = Baton(uuid4(), "Anna")
    async with database.transaction() as tx:
        await put(tx, baton)
    for more in ("SELECT 1", "ALTER TABLE batons ADD COLUMN weight integer"):
        async with database.transaction() as tx:
            await tx.execute(text(more))
        async with database.transaction() as tx:
            assert await tx.load(BATONS, baton.id) == baton


async def test_an_error_that_is_passed_over_is_not_taken_for_a_commit(database: Database) -> None:
    with pytest.raises(NotCommitted):
        async with database.transaction() as tx:
            await put(tx, Baton(uuid4(), "Anna"))
            with pytest.raises(DBAPIError):
                await tx.execute(text("SELECT 1 / 0"))
    assert await holders(database) == []


async def test_what_one_row_gives_up_another_may_take_in_the_same_transaction(database: Database) -> None:
    event = example("execution.assignment-received.v1")
    assert isinstance(event, AssignmentReceived)
    first, second = Baton(uuid4(), "Anna"), Baton(uuid4(), "Bo")
    async with database.transaction() as tx:
        await put(tx, first)
        await put(tx, second)
    async with database.transaction() as tx:
        for id, holder in ((first.id, "Cecilia"), (second.id, "Anna")):
            await put(tx, replace(await tx.load(BATONS, id), holder=holder))
        await put(tx, Baton(uuid4(), "Bo"), event)
    assert await holders(database) == ["Anna", "Bo", "Cecilia"]


async def test_what_is_counted_afterwards_is_not_when_it_is_undone(database: Database) -> None:
    counted: list[str] = []
    async with database.transaction() as tx:
        tx.afterwards.append(lambda: counted.append("kept"))
        with pytest.raises(ZeroDivisionError):
            async with tx.nested():
                tx.afterwards.append(lambda: counted.append("undone"))
                raise ZeroDivisionError
        assert counted == []
    assert counted == ["kept"]


async def test_a_connection_in_the_middle_of_a_transaction_is_given_to_nobody(database: Database) -> None:
    async with database.engine.connect() as connection:
        left: Any = (await connection.get_raw_connection()).driver_connection
        await left.execute("BEGIN")
        connection.sync_connection.detach()  # type: ignore[union-attr]
    async with database.transaction() as tx:
        await put(tx, Baton(uuid4(), "Anna"))
    assert await holders(database) == ["Anna"]


async def test_a_database_that_answers_no_more_is_away_and_not_waited_for(
    clean: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.database.ANSWER_SECONDS", 0.3)
    monkeypatch.setattr("chassis.transaction.UNDO_SECONDS", 0.3)
    async with clean.service("execution") as running:
        network = Network()
        way = network.way(address(running.database), amqp=False)
        log, keys = metadata.tables["access_log"], load_keys(clean.keys, "execution")
        database = Database(through(running.database, way.port), "execution", keys, log)
        try:
            with pytest.raises((DBAPIError, TimeoutError)) as lost:
                async with database.transaction() as tx:
                    await tx.execute(text("SELECT 1"))
                    way.black_hole()
                    await tx.execute(text("SELECT 1"))
            assert is_away(lost.value)
            way.lift()
            async with database.transaction() as tx:
                assert await tx.scalar(text("SELECT 1")) == 1
        finally:
            await database.engine.dispose()
            network.close()
