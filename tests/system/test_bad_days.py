"""A database that goes away for a minute: the service says so, holds what it has, and goes on by itself."""

import asyncio
import time

import asyncpg

from cli.play import play
from tests.support.processes import Processes
from tests.support.stafett import eventually
from tests.system.conftest import agreed, is_past, staged, waits

AWAY_SECONDS = 60
PERSON = "199506012393"


async def test_deliveries_are_held_through_a_minute_without_the_database(processes: Processes) -> None:
    admin = await asyncpg.connect(processes.prepared.servers.postgres)
    try:
        await admin.execute("ALTER ROLE execution CONNECTION LIMIT 0")
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'execution'")
        back_at = time.monotonic() + AWAY_SECONDS
        async with staged(processes, PERSON, within=AWAY_SECONDS + 60) as stage:
            playing = asyncio.create_task(play(stage))
            await eventually(lambda: waits(processes, ["execution"]), 30)
            await eventually(lambda: is_past(back_at), AWAY_SECONDS + 5)
            assert not playing.done()
            await admin.execute("ALTER ROLE execution CONNECTION LIMIT -1")
            await playing
    finally:
        await admin.execute("ALTER ROLE execution CONNECTION LIMIT -1")
        await admin.close()
    processes.wait_until_well()
    await eventually(lambda: agreed(processes), 30)
