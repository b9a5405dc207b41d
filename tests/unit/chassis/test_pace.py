"""How relay and inbox take turns: at once after a rest, in batches under load, and without a pause behind a backlog."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from chassis.hold import LONGEST_PAUSE, PAUSE, Pace


@dataclass
class Clock:
    """A clock that moves when somebody works or sleeps, and then alone."""

    now: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


MOST = 10


def slept(turns: Sequence[float], *, had: int = 5, rest: float = 0.0) -> list[float]:
    """The pauses of turns that take this many seconds for so many of at most ten, with a rest after each."""
    clock = Clock()
    pace = Pace(clock, clock.sleep)

    async def play() -> None:
        for seconds in turns:
            async with pace.turn():
                clock.now += seconds
                pace.did(had, MOST)
            clock.now += rest

    asyncio.run(play())
    return clock.slept


def test_the_first_turn_begins_at_once() -> None:
    assert slept([0.01]) == []


def test_a_turn_waits_longer_than_the_one_before_it_took() -> None:
    assert slept([0.01, 0.002, 0.0]) == [0.01 * PAUSE, 0.002 * PAUSE]
    assert PAUSE > 1


def test_a_turn_after_a_long_one_waits_no_longer_than_anybody_notices() -> None:
    assert slept([10.0, 0.0]) == [LONGEST_PAUSE]


def test_after_a_rest_a_turn_begins_at_once() -> None:
    assert slept([0.01, 0.01, 0.01], rest=0.02) == []


def test_what_is_left_of_the_pause_after_a_short_rest_is_slept() -> None:
    assert slept([0.01, 0.0], rest=0.005) == [0.015]


def test_behind_a_full_turn_the_next_begins_at_once() -> None:
    assert slept([0.01, 0.01], had=MOST) == []


def test_who_had_one_alone_does_not_wait_for_company() -> None:
    assert slept([0.01, 0.01], had=1) == []
