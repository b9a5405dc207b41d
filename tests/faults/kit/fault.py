"""A fault: what it is, where and when, and how it is waited for."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.faults.kit.town import Town

STRUCK_WITHIN = 20.0
"""Seconds that an armed fault waits for its frame or point before it is taken away unused."""


@dataclass(frozen=True)
class Fault:
    """One fault, when in the round, and where."""

    kind: str
    service: str
    at: int
    """When so many courses have begun."""
    nth: int = 1
    """At the nth frame or the nth time the point is reached."""


class NotStruck(Exception):
    """What the fault waited for did not come."""


Inject = Callable[[Town, Fault], Awaitable[None]]


async def until(happened: Callable[[], bool], what: str, within: float = STRUCK_WITHIN) -> None:
    """NotStruck when it doesn't happen in time (seconds)."""
    end = asyncio.get_running_loop().time() + within
    while not happened():
        if asyncio.get_running_loop().time() > end:
            raise NotStruck(what)
        await asyncio.sleep(0.02)
