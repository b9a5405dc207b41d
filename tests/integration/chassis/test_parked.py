"""What an operator can do about a parked message."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.arrival import Position
from chassis.database import Database, Transaction
from chassis.decision import Refused
from chassis.inbox_queries import OPEN, positions
from chassis.parked import NotParked, Place, from_where, parked, replay, show, skip, was_told
from contracts.authority import AssignmentSent
from tests.integration.chassis.conftest import EFFECTS, Probe
from tests.support.orders import sent
from tests.support.stafett import Running, eventually


@asynccontextmanager
async def operating(running: Running) -> AsyncIterator[AsyncConnection]:
    """A connection with the rights of the service's own role, as `./stafett ops` has."""
    database: Database = running.app.state.database
    async with database.engine.begin() as connection:
        yield connection


async def one_parked(running: Running) -> UUID:
    async def found() -> list[UUID]:
        async with operating(running) as connection:
            return [message.id for message in await parked(connection)]

    return (await eventually(found))[0]


async def effect_count(running: Running, count: int) -> bool:
    return len(await running.sql(EFFECTS)) == count


async def test_a_replayed_message_takes_effect_and_those_behind_it_follow(probe: Probe) -> None:
    subject, broken = uuid4(), [True]

    async def refuse_while_broken(_event: AssignmentSent, _tx: Transaction) -> None:
        if broken[0]:
            raise Refused

    async with probe(refuse_while_broken) as running:
        await running.publish(sent(subject), sequence=1)
        await running.publish(sent(subject), sequence=2)
        stuck = await one_parked(running)
        await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE sequence = 2"))
        async with operating(running) as connection:
            seen = await show(connection, stuck)
        assert seen["clear"]["order"] == "sealed"
        assert "Mustafsson" not in str(seen)
        assert seen["waiting_behind"] == 1
        broken[0] = False
        async with operating(running) as connection:
            await replay(connection, stuck, "asa", "the code is mended")
        await eventually(lambda: effect_count(running, 2))
        acts = await running.sql("SELECT operator, act, what, why FROM operator_act WHERE act = 'replay'")
        assert acts == [{"operator": "asa", "act": "replay", "what": str(stuck), "why": "the code is mended"}]


async def test_a_skipped_message_has_no_effect_and_those_behind_it_go_on(probe: Probe) -> None:
    subject = uuid4()
    async with probe(None) as running:
        await running.publish(sent(subject), sequence=1, type="authority.assignment-sent.v9")
        await running.publish(sent(subject), sequence=2)
        async with operating(running) as connection:
            await skip(connection, await one_parked(running), "asa", "sent by mistake")
        await eventually(lambda: effect_count(running, 1))
        async with running.app.state.database.transaction() as tx:
            place = ("authority", f"assignment/{subject}")
            assert await positions(await tx.begun(), [place]) == {place: Position(2, None)}


async def test_what_its_owner_never_told_is_skipped_and_leaves_its_place_to_what_the_owner_tells(probe: Probe) -> None:
    subject = uuid4()
    async with probe(None) as running:
        await running.publish(sent(subject), sequence=1, type="authority.assignment-sent.v9")
        stuck = await one_parked(running)
        async with operating(running) as connection:
            assert await from_where(connection, stuck) == Place("authority", f"assignment/{subject}", 1)
            await skip(connection, stuck, "asa", "invented", told=False)
        await running.publish(sent(subject), sequence=1)
        await eventually(lambda: effect_count(running, 1))


async def test_an_owner_knows_what_it_has_told_also_when_it_is_no_longer_kept(probe: Probe) -> None:
    told = "INSERT INTO outbox (id, subject, sequence, type, headers, body) VALUES ($1, 'a/1', 2, 't', '{}', '')"
    id, place = uuid4(), Place("execution", "a/1", 2)
    async with probe(None) as running:
        await running.sql("INSERT INTO outbox_subject (subject, sequence) VALUES ('a/1', 2)")
        await running.sql(told, id)
        async with operating(running) as connection:
            assert await was_told(connection, id, place)
            assert not await was_told(connection, uuid4(), place)
            assert not await was_told(connection, uuid4(), Place("execution", "a/1", 3))
            assert await was_told(connection, uuid4(), Place("execution", "a/1", 1))


async def test_what_lies_behind_a_parked_message_is_not_read_again_with_each_that_arrives(probe: Probe) -> None:
    subject = uuid4()
    async with probe(None) as running:
        await running.publish(sent(subject), sequence=1, type="authority.assignment-sent.v9")
        await one_parked(running)
        await running.publish(sent(subject), sequence=2)
        await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE status = 'waiting'"))
        keys = {"owners": ["authority"], "subjects": [f"assignment/{subject}"], "most": 10}
        async with running.app.state.database.transaction() as tx:
            assert (await tx.execute(OPEN, keys)).all() == []


async def test_what_is_not_parked_can_be_neither_replayed_nor_skipped(probe: Probe) -> None:
    async with probe(None) as running, operating(running) as connection:
        with pytest.raises(NotParked):
            await replay(connection, uuid4(), "asa", "-")
        with pytest.raises(NotParked):
            await skip(connection, uuid4(), "asa", "-")


@pytest.mark.parametrize("act", [skip, replay])
async def test_an_operators_act_waits_for_the_inbox_to_finish_with_the_subject(
    probe: Probe, act: Callable[[AsyncConnection, UUID, str, str], Awaitable[None]]
) -> None:
    subject = uuid4()
    async with probe(None) as running:
        await running.publish(sent(subject), sequence=1, type="authority.assignment-sent.v9")
        stuck = await one_parked(running)

        async def operate() -> None:
            async with operating(running) as connection:
                await act(connection, stuck, "asa", "at the same moment")

        database: Database = running.app.state.database
        async with database.transaction() as inbox:
            await positions(await inbox.begun(), [("authority", f"assignment/{subject}")])
            operator = asyncio.create_task(operate())
            await eventually(lambda: running.sql("SELECT 1 FROM pg_locks WHERE NOT granted"))
            await inbox.execute(text("UPDATE inbox SET status = 'applied' WHERE id = :id"), {"id": stuck})
        with pytest.raises(NotParked):
            await operator
