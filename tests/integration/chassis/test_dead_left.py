"""What an import leaves in the broker's last-resort queue is not looked at until the broker throws it away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from cli.ops.dead import LOOKS
from contracts.topology import DEAD, DIRECT, queue
from tests.integration.chassis.conftest import Probe
from tests.integration.chassis.test_dead import IMPORT, in_queue, owner
from tests.support.ops import beside, ops
from tests.support.stafett import Ground, eventually


async def let_die(ground: Ground, *services: str) -> None:
    """Something that nobody can read dies in each of these queues, in this order."""
    for count, service in enumerate(services, 1):
        await owner(ground).send(DIRECT, service, b"not ours", {"ce-id": "nonsense"})
        await eventually(partial(in_queue, ground, queue(service), 1))
        async with first_of(ground, queue(service)) as message:
            await message.reject(requeue=False)
        await eventually(partial(in_queue, ground, DEAD, count))


@asynccontextmanager
async def first_of(ground: Ground, name: str) -> AsyncIterator[AbstractIncomingMessage]:
    """The first of a queue; when nothing is done to it, it comes back, and has been looked at once more."""
    connection = await aio_pika.connect(ground.amqp)
    async with connection:
        message = await (await (await connection.channel()).get_queue(name, ensure=False)).get(no_ack=False)
        assert message is not None
        yield message


async def looks(ground: Ground, count: int) -> list[int]:
    """How often each in the queue has been given back."""
    await eventually(lambda: in_queue(ground, DEAD, count))
    connection = await aio_pika.connect(ground.amqp)
    async with connection:
        dead = await (await connection.channel()).get_queue(DEAD, ensure=False)
        found = [await dead.get(no_ack=False) for _ in range(count)]
    return [int(str(one.headers.get("x-delivery-count", 0))) for one in found if one]


async def test_nothing_is_taken_while_no_database_can_be_asked(clean: Ground, probe: Probe) -> None:
    await let_die(clean, "journal")
    async with probe(None) as running:
        await running.sql("ALTER ROLE execution CONNECTION LIMIT 0")
        try:
            code, said = await ops(beside(running), *IMPORT)
        finally:
            await running.sql("ALTER ROLE execution CONNECTION LIMIT -1")
        assert (code, said.splitlines()[-1]) == (1, "nothing was taken from the queue"), said
        assert await looks(clean, 1) == [0]


async def test_what_belongs_in_a_database_that_is_away_is_left_and_the_others_are_imported(
    clean: Ground, probe: Probe
) -> None:
    await let_die(clean, "journal", "execution")
    await clean.template("journal")  # its role exists from then on
    async with probe(None) as running:
        own = beside(running)
        where = {**own, "STAFETT_DATABASE_URL": own["STAFETT_DATABASE_URL"].replace("//execution", "//{service}")}
        await running.sql("ALTER ROLE journal CONNECTION LIMIT 0")
        try:
            code, said = await ops(where, *IMPORT)
        finally:
            await running.sql("ALTER ROLE journal CONNECTION LIMIT -1")
        first, second, third, fourth = said.splitlines()
        assert (code, first, second) == (1, "execution: 1 parked", "dead: 1 imported, 1 left there"), said
        assert third == "  1 from journal.inbox: the database it belongs in can't be asked"
        assert fourth.startswith("journal: too many connections")
        assert await looks(clean, 1) == [1]


async def test_what_has_been_left_often_is_imported_before_those_behind_it_are_looked_at(
    clean: Ground, probe: Probe
) -> None:
    await let_die(clean, "journal", "execution")
    for _ in range(LOOKS):
        async with first_of(clean, DEAD):
            pass
        await eventually(lambda: in_queue(clean, DEAD, 2))
    async with probe(None) as running:
        code, said = await ops(beside(running), *IMPORT, "--service", "execution")
        assert (code, "dead: 0 imported, 2 left there" in said) == (1, True), said
        worn = f"  some that are left have been looked at {LOOKS} times, and 1 behind them were not: a broker may throw"
        assert worn in said
        assert sorted(await looks(clean, 2)) == [0, LOOKS + 1]
        code, said = await ops(beside(running), *IMPORT)
        assert (code, said.splitlines()[-1]) == (0, "dead: 2 imported, 0 left there"), said
