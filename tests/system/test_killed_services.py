"""Killing any one service while the main job goes on, and starting it again, loses and doubles nothing."""

import asyncpg
import pytest

from cli.accounts import at_database
from cli.play import play
from cli.stage import StepFailed
from contracts.topology import SERVICES
from tests.support.processes import Processes
from tests.support.stafett import eventually
from tests.system.conftest import differences, staged

PERSONS = [
    *("199008312382", "199705302389", "199206032386", "200209182385"),
    *("200410282388", "199012262391", "199510072391"),
]
"""Official test numbers, one for each play."""


@pytest.mark.requirement("TRE-ASSIGN-06")
async def test_the_main_job_goes_through_six_processes(processes: Processes) -> None:
    said: list[str] = []
    async with staged(processes, PERSONS[-1]) as stage:
        stage.say = said.append
        await play(stage)
    assert len(said) >= 12
    await settled(processes)


@pytest.mark.requirement("TRE-ASSIGN-06")
@pytest.mark.parametrize("victim", SERVICES)
async def test_a_killed_service_takes_up_where_it_was(processes: Processes, victim: str) -> None:
    before = await effects(processes)
    sent: list[str] = []

    def strike() -> None:
        """A message has been sent and is somewhere on its way; every other time, the victim is killed."""
        sent.append(victim)
        if len(sent) % 2:
            processes.kill(victim)
            processes.start(victim)

    async with staged(processes, PERSONS[SERVICES.index(victim)], within=60) as stage:
        stage.on_sent = strike
        try:
            await play(stage)
        except StepFailed as error:
            found = await differences(processes.prepared.servers.postgres)
            pytest.fail("\n".join([str(error), *found, *(str(processes.health(service)) for service in SERVICES)]))
    assert len(sent) >= 8
    await settled(processes)
    after = await effects(processes)
    assert {name: after[name] - before[name] for name in after} == ONE_PLAY


async def settled(processes: Processes) -> None:
    processes.wait_until_well()

    async def agreed() -> bool:
        return not await differences(processes.prepared.servers.postgres)

    try:
        await eventually(agreed, 30)
    except AssertionError:
        pytest.fail("\n".join(await differences(processes.prepared.servers.postgres)))


ONE_PLAY = {
    "authority.assignments": 1,
    "authority.follow_ups": 1,
    "execution.assignments": 1,
    "execution.follow_ups": 1,
    "journal.journals": 1,
    "deviation.deviations": 1,
}
"""Rows that one play adds."""


async def effects(processes: Processes) -> dict[str, int]:
    counts = {}
    for name in ONE_PLAY:
        service, table = name.split(".")
        connection = await asyncpg.connect(at_database(processes.prepared.servers.postgres, service))
        try:
            counts[name] = await connection.fetchval(f"SELECT count(*) FROM {table}")
        finally:
            await connection.close()
    return counts
