"""kill -9 of each service at each point of a message's way, at a random moment, and of all at once."""

import pytest

from contracts.topology import SERVICES
from tests.faults.kit import points
from tests.faults.kit.alone import A_FEW, withstands
from tests.faults.kit.fault import Fault, until
from tests.faults.kit.injected import CONFIRM_LATE, killed_at, killed_before_confirm
from tests.faults.kit.run import Run
from tests.faults.kit.stimuli import HEARS, TELLS

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
async def test_killed_at_some_moment(run: Run, service: str) -> None:
    await withstands(run, killed_after(run, A_MOMENT, service), run.play(A_FEW))


async def test_all_killed_at_once(run: Run) -> None:
    await withstands(run, killed_after(run, A_MOMENT, *SERVICES), run.play(A_FEW * 2))


A_MOMENT = 2
"""When so many courses have begun."""


async def killed_after(run: Run, courses: int, *services: str) -> None:
    begun = run.begun
    await until(lambda: run.begun >= begun + courses, "the moment")
    processes = [run.town.running[service] for service in services]
    run.town.kill(*services)
    assert [process.returncode for process in processes] == [-9] * len(services)
