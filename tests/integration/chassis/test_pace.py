"""How relay and inbox take turns: at once after a rest, in batches under load, and without a pause behind a backlog."""

import time

import pytest

from chassis.hold import LONGEST_PAUSE, PAUSE, Pace


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What has been slept, in seconds; nobody really sleeps."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("chassis.hold.asyncio.sleep", sleep)
    return pauses


def work(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


async def test_the_first_turn_begins_at_once(slept: list[float]) -> None:
    async with Pace().turn():
        assert slept == []


async def test_a_turn_waits_longer_than_the_one_before_it_took(slept: list[float]) -> None:
    pace = Pace()
    async with pace.turn():
        work(0.01)
    async with pace.turn():
        assert 0.01 < slept[0] <= LONGEST_PAUSE
    assert PAUSE > 1


async def test_a_turn_after_a_long_one_waits_no_longer_than_anybody_notices(slept: list[float]) -> None:
    pace = Pace()
    async with pace.turn():
        work(LONGEST_PAUSE)
    async with pace.turn():
        assert slept[0] <= LONGEST_PAUSE


async def test_behind_a_full_turn_the_next_begins_at_once(slept: list[float]) -> None:
    pace = Pace()
    async with pace.turn():
        work(0.01)
        pace.full()
    async with pace.turn():
        assert slept == []
