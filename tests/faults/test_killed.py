"""kill -9 of each service at each point of a message's way, at a random moment, and of all at once."""

import asyncio
from collections.abc import Awaitable
from random import Random

import pytest

from contracts.topology import SERVICES
from tests.faults.kit import points
from tests.faults.kit.alone import A_FEW, withstands
from tests.faults.kit.fault import Fault
from tests.faults.kit.injected import CONFIRM_LATE, killed_at, killed_before_confirm
from tests.faults.kit.run import Run
from tests.faults.kit.server_faults import admin, more
from tests.faults.kit.stimuli import HEARS, TELLS
from tests.support.stafett import eventually

WITH_DOORS = tuple(service for service in SERVICES if service != "notify")
"""Notify tells only what an operator asks it to, from a process of their own."""
ON_THE_WAY_OUT = (points.AFTER_COMMIT, points.CONFIRMED_BEFORE_MARK)
ON_THE_WAY_IN = (points.APPLIED_BEFORE_COMMIT, points.COMMITTED_BEFORE_ACK)


@pytest.mark.parametrize("service", WITH_DOORS)
async def test_killed_before_what_it_told_is_committed(run: Run, service: str) -> None:
    fault = Fault(points.TOLD_BEFORE_COMMIT, service, 0)
    await withstands(run, killed_at(points.TOLD_BEFORE_COMMIT)(run.town, fault), TELLS[service](run))
    assert run.town.control(service).was_reached(points.TOLD_BEFORE_COMMIT)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("point", ON_THE_WAY_OUT)
async def test_killed_while_its_message_goes_out(run: Run, service: str, point: str) -> None:
    await withstands(run, killed_at(point)(run.town, Fault(point, service, 0)), TELLS[service](run))
    assert run.town.control(service).was_reached(point)


@pytest.mark.parametrize("service", SERVICES)
async def test_killed_between_publish_and_confirm(run: Run, service: str) -> None:
    await withstands(run, killed_before_confirm(run.town, Fault(CONFIRM_LATE, service, 0)), TELLS[service](run))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("point", ON_THE_WAY_IN)
async def test_killed_while_a_message_comes_in(run: Run, service: str, point: str) -> None:
    await withstands(run, killed_at(point)(run.town, Fault(point, service, 0)), HEARS[service](run))
    assert run.town.control(service).was_reached(point)


@pytest.mark.parametrize("service", SERVICES)
async def test_killed_at_some_moment_while_it_is_at_work(run: Run, service: str, chosen_seed: int) -> None:
    moment = Random(f"{chosen_seed} {service}").uniform(0, LONGEST_MOMENT)
    playing = [HEARS[service](run), run.play(A_FEW)]
    await withstands(run, killed_at_work(run, service, moment, service), gathered(*playing))


async def test_all_killed_at_once_while_messages_are_under_way(run: Run, chosen_seed: int) -> None:
    moment = Random(f"{chosen_seed} all").uniform(0, LONGEST_MOMENT)
    await withstands(run, killed_at_work(run, "execution", moment, *SERVICES), run.play(A_FEW * 2))


LONGEST_MOMENT = 0.3
DONE = "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM kit_effect)"


async def killed_at_work(run: Run, worker: str, moment: float, *services: str) -> None:
    """A moment (seconds) after the worker has told or applied something."""
    async with admin(run.town, worker) as database:
        before = await database.fetchval(DONE)
        await eventually(lambda: more(database, DONE, before), 60)
    await asyncio.sleep(moment)
    processes = [run.town.running[service] for service in services]
    run.town.kill(*services)
    assert [process.returncode for process in processes] == [-9] * len(services)


async def gathered(*playing: Awaitable[None]) -> None:
    await asyncio.gather(*playing)
