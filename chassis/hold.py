"""When to go on: not while the database is away, and not for every message alone when there are many."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from chassis.database import is_transient

R = TypeVar("R")

SHORTEST, LONGEST = 0.1, 5.0
"""Seconds between attempts."""
PAUSE = 2.0
"""Times as long as the turn before."""
LONGEST_PAUSE = 0.05
"""Seconds; nobody notices them."""


class Pace:
    """After a rest work is taken up at once; under load it waits for more to come, since what is done together costs
    less. The longer a turn took, the longer: a busy machine does more at a time."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._next = 0.0
        self._gathers = False

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One turn of the work, when it is time for it."""
        began = self._clock()
        if began < self._next:
            await self._sleep(self._next - began)
            began = self._clock()
        self._gathers = False
        yield
        ended = self._clock()
        self._next = ended + min(PAUSE * (ended - began), LONGEST_PAUSE) if self._gathers else 0.0

    def did(self, count: int, most: int) -> None:
        """This turn had so many, and could have had the most. What came alone is no load, and behind all that a turn
        can take there is more already: then the next begins at once."""
        self._gathers = 1 < count < most


def heed_stop(error: BaseException) -> None:
    """Stop when this task is to stop: a library may have made a failure of the cancellation."""
    if (this := asyncio.current_task()) and this.cancelling():
        raise asyncio.CancelledError from error


async def hold(work: Callable[[], Awaitable[R]], say: Callable[[str], None]) -> R:
    """Do the work, waiting for as long as the database is away; `say` hears what is waited for."""
    pause = SHORTEST
    while True:
        try:
            done = await work()
        except Exception as error:
            heed_stop(error)
            if not is_transient(error):
                raise
            say(f"waiting: {type(error).__name__}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST)
        else:
            say("applying")
            return done
