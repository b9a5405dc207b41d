"""Servers that come late, or go away for a minute: services say so, hold what they have, and go on by themselves."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import pytest

from cli.play import play
from cli.up import ready
from contracts.topology import SERVICES
from tests.support.stafett import eventually
from tests.system.conftest import Processes, differences

AWAY_SECONDS = 60
PERSON, LATE_PERSON = "199506012393", "200008312399"


async def test_deliveries_are_held_through_a_minute_without_the_database(processes: Processes) -> None:
    admin = await asyncpg.connect(processes.prepared.servers.postgres)
    try:
        await admin.execute("ALTER ROLE execution CONNECTION LIMIT 0")
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'execution'")
        back_at = time.monotonic() + AWAY_SECONDS
        async with processes.stage(PERSON, within=AWAY_SECONDS + 60) as stage:
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


async def test_services_start_before_their_servers_and_in_any_order(tmp_path: Path) -> None:
    with ready(tmp_path) as prepared:
        postgres, rabbitmq = prepared.servers.postgres_server, prepared.servers.rabbitmq_server
        if postgres is None or rabbitmq is None:
            pytest.skip("the servers are not ours to stop")
        postgres.stop()
        rabbitmq.stop()
        late = Processes(prepared, tmp_path)
        try:
            for service in reversed(SERVICES):
                late.start(service)
            await eventually(lambda: waits(late, SERVICES), 30)
            rabbitmq.start()
            postgres.start()
            late.wait_until_well()
            async with late.stage(LATE_PERSON) as stage:
                await play(stage)
            await eventually(lambda: agreed(late), 30)
        finally:
            late.stop()


async def waits(processes: Processes, services: Sequence[str]) -> bool:
    """They answer, and say that they wait."""
    said = [await asyncio.to_thread(processes.health, service) for service in services]
    return all(health and not health["ok"] and "waiting" in str(health) for health in said)


async def is_past(moment: float) -> bool:
    return time.monotonic() > moment


async def agreed(processes: Processes) -> bool:
    return not await differences(processes.prepared.servers.postgres)
