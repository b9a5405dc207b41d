"""RabbitMQ stops, is killed, cuts its connections and raises its memory alarm."""

import asyncio

import pytest

from cli.servers import Server
from tests.faults.kit.alone import A_FEW, EVERY_TURN, holds, withstands
from tests.faults.kit.fault import Fault, until
from tests.faults.kit.reading import unpublished
from tests.faults.kit.run import Run
from tests.faults.kit.server_faults import OPEN, SHUT, all_closed, broker_killed, broker_restarted, rabbitmqctl
from tests.faults.kit.stimuli import sent

AWAY_SECONDS = 30.0


@pytest.fixture
def node(run: Run) -> Server:
    """The broker's node."""
    server = run.town.prepared.servers.rabbitmq_server
    if server is None:
        pytest.skip("RabbitMQ is given by URL: its node is not ours to end")
    return server


async def test_away_for_half_a_minute(run: Run, node: Server) -> None:
    async def away() -> None:
        await asyncio.to_thread(node.stop)
        try:
            await until(lambda: all_wait(run), "every service says that it waits", AWAY_SECONDS)
            await asyncio.sleep(AWAY_SECONDS)
        finally:
            await asyncio.to_thread(node.start)

    await withstands(run, away(), run.play(EVERY_TURN, patience=120))


def all_wait(run: Run) -> bool:
    return not any(run.town.health(service).get("ok") for service in run.town.running)


async def test_killed_and_started_again_with_its_disk(run: Run, node: Server) -> None:
    before = node.pid
    await withstands(run, broker_killed(run.town, Fault("", "", 0)), run.play(A_FEW))
    assert node.pid != before


async def test_stopped_and_started_again(run: Run, node: Server) -> None:
    await withstands(run, broker_restarted(run.town, Fault("", "", 0)), run.play(A_FEW))


async def test_all_its_connections_are_closed_by_the_node(run: Run, node: Server) -> None:
    made = {service: way.made for service, way in run.town.to_amqp.items()}
    await withstands(run, all_closed(run.town, Fault("", "", 0)), run.play(A_FEW))
    assert all(way.made > made[service] for service, way in run.town.to_amqp.items())


async def test_its_memory_alarm_stops_publishing_and_nothing_else(run: Run, node: Server) -> None:
    """What is sent meanwhile waits in the outbox, and goes when the alarm is over."""
    await rabbitmqctl(run.town, "set_vm_memory_high_watermark", SHUT)
    try:
        await sent(run)
        waiting = await unpublished(run.town.prepared.servers.postgres, "authority")
        await asyncio.sleep(5)
        assert waiting == 1
        assert await unpublished(run.town.prepared.servers.postgres, "authority") == 1
    finally:
        await rabbitmqctl(run.town, "set_vm_memory_high_watermark", OPEN)
    await holds(run)
