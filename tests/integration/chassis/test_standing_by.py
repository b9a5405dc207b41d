"""Two processes of one service: one relay publishes, the other stands by, wakes it, and otherwise keeps still."""

import asyncio
from uuid import uuid4

import asyncpg

from chassis.database import Database
from chassis.relay import CHANNEL, Relay
from chassis.telemetry import Meters
from tests.integration.chassis.conftest import Probe
from tests.integration.chassis.test_relay import tell, unpublished
from tests.support.stafett import Ground, Running, eventually


async def test_a_relay_that_stands_by_wakes_the_other_once_for_what_its_process_wrote(
    probe: Probe, clean: Ground
) -> None:
    heard: list[object] = []
    async with probe(None) as running:
        other = running.app.state.database
        database = Database(other.url, "execution", other.keys, other.access_log, pool_size=1)
        relay = Relay(database, clean.amqp, "execution", Meters("execution"), poll=30)
        standing_by = asyncio.create_task(relay.run())
        listener = await asyncpg.connect(running.database)
        try:
            await eventually(lambda: _state(relay, "standing by"))
            await listener.add_listener(CHANNEL, lambda *_: heard.append(1))
            running.app.state.database, here = database, other
            await tell(running, uuid4())
            running.app.state.database = here
            await eventually(lambda: _none_left(running))
            await asyncio.sleep(0.3)
            assert len(heard) == 1
        finally:
            standing_by.cancel()
            await listener.close()
            await database.engine.dispose()


async def _state(relay: Relay, state: str) -> bool:
    return relay.state == state


async def _none_left(running: Running) -> bool:
    return not await unpublished(running)
