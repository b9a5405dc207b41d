"""Services start in any order, before RabbitMQ and PostgreSQL are there, and recover without a restart."""

import pytest

from cli.play import play
from contracts.topology import SERVICES
from tests.support.processes import Processes
from tests.support.stafett import eventually
from tests.system.conftest import agreed, staged, waits

PERSON = "200008312399"


async def test_services_that_start_before_their_servers_say_so_and_recover(six: Processes) -> None:
    postgres, rabbitmq = six.prepared.servers.postgres_server, six.prepared.servers.rabbitmq_server
    if postgres is None or rabbitmq is None:
        pytest.skip("the servers are given by URL: not ours to stop")
    postgres.stop()
    rabbitmq.stop()
    for service in reversed(SERVICES):
        six.start(service)
    await eventually(lambda: waits(six, SERVICES), 60)
    rabbitmq.start()
    postgres.start()
    six.wait_until_well()
    async with staged(six, PERSON) as stage:
        await play(stage)
    await eventually(lambda: agreed(six), 30)
