"""The course of a hand-off: what is handed over how fast, and how the processes that take part talk with us."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import uvloop

SUBJECTS = 1_000
SENDERS = 8

One = Callable[[int, datetime], Coroutine[Any, Any, None]]
"""Hands over the message with this number, which should leave now."""


@dataclass(frozen=True)
class Load:
    """How many are handed over, and how fast."""

    name: str
    count: int
    rate: float = 0.0
    """A second, whatever becomes of them; 0: each of the senders as fast as it can."""
    backlog: bool = False
    """All have been committed before anybody relays them."""


@dataclass(frozen=True)
class Course:
    """What each process is told when it is started."""

    sender: str
    """URL of the sending database, as the role that sends."""
    receiver: str
    amqp: str
    keys: str
    count: int
    rate: float

    def text(self) -> str:
        return json.dumps(asdict(self))


def subject(number: int) -> UUID:
    """Messages are about a fixed set of subjects, in turn."""
    return uuid5(NAMESPACE_URL, f"subject-{number % SUBJECTS}")


def run(roles: Mapping[str, Callable[[Course], Coroutine[Any, Any, None]]]) -> None:
    """Play the role that the command line names."""
    role, told = sys.argv[1:3]
    uvloop.run(roles[role](Course(**json.loads(told))))


def say(word: str) -> None:
    print(word, flush=True)


async def word() -> str:
    """What we are told next; empty when it is time to stop."""
    line: str = await asyncio.to_thread(sys.stdin.readline)
    return line.strip()


async def until_stopped() -> None:
    """Ready, and at work until told otherwise."""
    say("ready")
    await word()


async def send(course: Course, one: One) -> None:
    """Wait for the start, hand all over, and stay until told to stop."""
    say("ready")
    if await word():
        await drive(one, course.count, course.rate)
        say("sent")
        await word()


async def drive(one: One, count: int, rate: float) -> None:
    """Hand over `count` messages. With a rate, each at its own time, whether those before it have left or not."""
    if rate:
        began = time.time()
        async with asyncio.TaskGroup() as tasks:
            for number in range(count):
                due = began + number / rate
                await asyncio.sleep(max(0.0, due - time.time()))
                tasks.create_task(one(number, datetime.fromtimestamp(due, UTC)))
        return
    numbers = iter(range(count))

    async def sender() -> None:
        for number in numbers:
            await one(number, datetime.now(UTC))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(SENDERS):
            tasks.create_task(sender())
