"""The main job through HTTP: many assignments at once, each from order to closing through all six services."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from bench.doors import Clock
from bench.figures import figure
from bench.ground import Ground
from bench.installation import Installation, installation
from bench.machine import Spent, spent
from bench.table import Table
from bench.told import Told
from cli.accounts import at_database
from cli.issuer import demo_issuer
from cli.play import play
from cli.stage import Play, StepFailed
from contracts.topology import HEARS, SERVICES

NUMBERS = Path(__file__).parent.parent / "tests" / "support" / "official_test_numbers.txt"
AT_ONCE = 8
WITHIN_SECONDS = 120.0
TOLD = "SELECT subject, max(sequence) AS last FROM outbox WHERE receiver IS NULL GROUP BY subject"
APPLIED = "SELECT subject, last FROM inbox_position WHERE owner = $1"
MESSAGES = "SELECT count(*) FROM inbox WHERE status = 'applied'"


@dataclass(frozen=True)
class Round:
    """What one round gave."""

    assignments: int
    """Played to the end."""
    seconds: float
    messages: int
    """Applied, by all services, until the last of them was closed."""
    cpu: dict[str, float]
    """Seconds an assignment, by part."""
    wrong: tuple[str, ...]


def persons(count: int) -> Sequence[str]:
    """Official test identity numbers: there is a play for each person, and no more than there are numbers."""
    lines = NUMBERS.read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")][:count]


async def played(on: Installation, clock: Clock, numbers: Sequence[str]) -> Round:
    """Play the main job for each person, some at once."""
    waiting: Iterator[str] = iter(numbers)
    pids = {**on.pids, "PostgreSQL": on.on.postgres.pid, "RabbitMQ": on.on.rabbitmq.pid}
    failed: list[str] = []
    before, messages, began = spent(pids), await _messages(on.on), time.monotonic()

    async def player(client: httpx.AsyncClient) -> None:
        for number in waiting:
            known = {"identity_number": number}
            stage = Play(on.prepared.issuer, on.urls, client, lambda _: None, WITHIN_SECONDS, known)
            try:
                await play(stage)
            except (StepFailed, httpx.HTTPError) as error:
                failed.append(f"main job: {type(error).__name__} {error}")

    async with clock.client() as client, asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(player(client))
    seconds, after = time.monotonic() - began, spent(pids)
    applied, ended = await _messages(on.on) - messages, len(numbers) - len(failed)
    wrong = (*failed, *await disagreements(on.on))
    return Round(ended, seconds, applied, _each(before, after, len(numbers)), wrong)


def _each(before: Spent, after: Spent, count: int) -> dict[str, float]:
    used = {part: after.parts[part] - seconds for part, seconds in before.parts.items()}
    return {part: seconds / count for part, seconds in {**used, "client": after.own - before.own}.items()}


async def _messages(on: Ground) -> int:
    return sum([await _ask(on, service, MESSAGES) for service in SERVICES])


async def _ask(on: Ground, service: str, query: str) -> int:
    connection = await asyncpg.connect(at_database(on.servers.postgres, service))
    try:
        return int(await connection.fetchval(query))
    finally:
        await connection.close()


async def disagreements(on: Ground, within: float = 30.0) -> tuple[str, ...]:
    """What has been told and not applied when everything has had time to arrive; empty when all agree."""
    end = time.monotonic() + within
    while True:
        found = await _not_applied(on)
        if not found or time.monotonic() > end:
            return found
        await asyncio.sleep(0.2)


async def _not_applied(on: Ground) -> tuple[str, ...]:
    connections = {s: await asyncpg.connect(at_database(on.servers.postgres, s)) for s in SERVICES}
    try:
        found = []
        for receiver in SERVICES:
            for owner in HEARS[receiver]:
                applied = {row["subject"]: row["last"] for row in await connections[receiver].fetch(APPLIED, owner)}
                for subject, last in await connections[owner].fetch(TOLD):
                    if applied.get(subject, 0) != last:
                        there = f"{receiver} has applied {applied.get(subject, 0)} of {last} of {owner}'s"
                        found.append(f"main job: {there} about {subject}")
        return tuple(found)
    finally:
        for connection in connections.values():
            await connection.close()


async def rounds(on: Ground, count: int, many: int, told: Told) -> list[str]:
    """Each round on databases made anew."""
    clock = Clock()
    done: list[Round] = []
    wrong: list[str] = []
    for number in range(1, count + 1):
        with demo_issuer() as issuer:
            async with installation(on, issuer) as six:
                one = await played(six, clock, persons(many))
        done.append(one)
        wrong += one.wrong
        told.say(f"main job, round {number} of {count}: {one.assignments} assignments in {one.seconds:.1f} s")
    told.show(tabled(done, many))
    told.show(clock.table("Doors during the main job, all rounds together"))
    return wrong


def tabled(done: Sequence[Round], many: int) -> Table:
    per_minute = figure([one.assignments / one.seconds * 60 for one in done])
    messages = figure([one.messages / one.seconds for one in done])
    cpu = {part: figure([one.cpu[part] * 1000 for one in done]) for part in done[0].cpu}
    rows = [("assignments a minute", str(per_minute)), ("messages applied a second", str(messages))]
    rows += [(f"CPU ms an assignment, {part}", str(used)) for part, used in cpu.items()]
    title = f"The main job through HTTP: {many} assignments, {AT_ONCE} at once, {len(cpu) - 3} processes"
    note = "each step asks again every 10 ms until what was sent has arrived: far more often than people do"
    return Table(title, ("", "median (lowest–highest)"), tuple(rows), (note,))
