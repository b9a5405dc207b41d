"""Hold on to work while the database is away: deliveries are kept, never handed back to the broker."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from chassis.database import is_transient

R = TypeVar("R")

SHORTEST, LONGEST = 0.1, 5.0
"""Seconds between attempts."""


def heed_stop(error: Exception) -> None:
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
