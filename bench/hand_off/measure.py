"""One run of one contestant: prepared, played, counted and timed by the receiving database itself."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

import asyncpg

from bench.disk import watched
from bench.figures import percentile
from bench.ground import Ground
from bench.hand_off.course import Course, Load
from bench.machine import Spent, spent
from bench.parts import Part, PartFailed, done, part

PATIENCE_SECONDS = 30.0
"""So long nothing may arrive before a run is given up."""
STALLED_MS = 50.0
"""Who has waited for the disk for so long, in a run at a steady rate, tells of the machine."""
LATE_SECONDS = 1.0
"""So long what comes twice may still come, when all is there and the clock has stopped."""
WARM_UP = 0.05
"""This share of the first latencies counts for nobody: connections and statements are being made."""


@dataclass(frozen=True)
class Databases:
    sender: str
    receiver: str
    counted: str
    """Superuser's URL of the receiving one."""


@dataclass(frozen=True)
class Contestant:
    """Somebody who hands over."""

    name: str
    module: str
    roles: tuple[str, ...]
    """In the order in which they are started; the last one sends."""
    prepare: Callable[[Ground], Awaitable[Databases]]
    relays: tuple[str, ...] = ()
    """Those who drain a backlog; nobody where there is no outbox to drain."""
    received: str = "SELECT message_id, sent_at, xmin FROM received"
    needs: str = ""
    """A module that must be installed."""
    lacks: str = ""
    """What it does not guarantee."""
    is_floor: bool = False
    part_of: int = 1
    """Of a backlog it gets one message in so many, where all of them would take very long."""


@dataclass(frozen=True)
class Arrived:
    """What is in the receiving database, one place for each row: seconds since 1970."""

    messages: tuple[str, ...]
    due: tuple[float, ...]
    """When it should have left."""
    sent: tuple[float, ...]
    """When the sender had committed it."""
    committed: tuple[float, ...]
    """When the receiver had."""


@dataclass(frozen=True)
class Run:
    """What one run gave."""

    contestant: str
    load: str
    per_second: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    slowest: float = 0.0
    """Milliseconds from commit to commit."""
    due_p50: float = 0.0
    due_p99: float = 0.0
    """From when it should have left, with the sender's own work."""
    cpu: dict[str, float] = field(default_factory=dict)
    """Microseconds a message, by part."""
    idle: float = 0.0
    """Per cent of the machine."""
    others: float = 0.0
    """Per cent of it that went to what has no part in this: much of it spoils the figures."""
    disk: float = 0.0
    """Milliseconds that a bystander has waited for the disk, at most."""
    wrong: str = ""
    """What is wrong with the count; empty when every message has arrived once."""

    @property
    def stalled(self) -> bool:
        """Whether its latencies tell of the disk."""
        return self.disk >= STALLED_MS


async def attempt(contestant: Contestant, load: Load, ground: Ground) -> Run:
    """A run; where a process fails, or a server is gone, one that says so."""
    try:
        return await measure(contestant, load, ground)
    except (PartFailed, OSError) as failure:
        return Run(contestant.name, load.name, wrong=str(failure))


async def measure(contestant: Contestant, load: Load, ground: Ground) -> Run:
    """PartFailed when a process does not do what it is told."""
    if load.backlog:
        load = replace(load, count=load.count // contestant.part_of)
    databases = await contestant.prepare(ground)
    await ground.quiet()
    course = Course(databases.sender, databases.receiver, ground.servers.amqp, str(ground.keys), load.count, load.rate)
    if load.backlog:
        await done(contestant.module, "fill", course, ground.logs)
    counting = await asyncpg.connect(databases.counted)
    try:
        async with AsyncExitStack() as stack:
            parts: dict[str, Part] = {}
            for role in contestant.relays if load.backlog else contestant.roles:
                playing = part(contestant.module, role, course, ground.logs)
                parts[role] = await stack.enter_async_context(playing)
            before = _spent(parts, ground)
            there = await counting.fetchval(_count(contestant))
            with watched(ground.logs) as disk:
                if not load.backlog:
                    list(parts.values())[-1].tell("go")
                await _until_all(counting, contestant, load, list(parts.values()))
                after = _spent(parts, ground)
            await asyncio.sleep(LATE_SECONDS)
        arrived = await _arrived(counting, contestant, databases.sender)
    finally:
        await counting.close()
    run = judged(contestant.name, load, arrived, used(before, after, load.count - there))
    return replace(run, disk=disk.slowest)


def _spent(parts: dict[str, Part], ground: Ground) -> Spent:
    pids = {role: playing.pid for role, playing in parts.items()}
    return spent({**pids, "postgres": ground.postgres.pid, "rabbitmq": ground.rabbitmq.pid})


def _count(contestant: Contestant) -> str:
    return f"SELECT count(*) FROM ({contestant.received}) AS r"  # noqa: S608, a query of our own


async def _until_all(counting: asyncpg.Connection, contestant: Contestant, load: Load, parts: Sequence[Part]) -> None:
    """Until all are there, or nothing comes any more: then the count tells. PartFailed when a process has ended."""
    last, since = -1, time.monotonic()
    while (there := await counting.fetchval(_count(contestant))) < load.count:
        if there != last:
            last, since = there, time.monotonic()
        elif time.monotonic() - since > PATIENCE_SECONDS:
            return
        for playing in parts:
            playing.must_live()
        await asyncio.sleep(0.1)


SENT = """
    SELECT (body ->> 'sent_at')::timestamptz AS due, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS sent
    FROM sent"""


async def _arrived(counting: asyncpg.Connection, contestant: Contestant, sender: str) -> Arrived:
    sending = await asyncpg.connect(sender)
    try:
        sent = {row["due"]: row["sent"] for row in await sending.fetch(SENT)}
    finally:
        await sending.close()
    rows = await counting.fetch(
        "SELECT message_id::text AS id, sent_at, extract(epoch FROM sent_at)::float8 AS due, "  # noqa: S608
        "extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS committed "
        f"FROM ({contestant.received}) AS r ORDER BY 4"
    )
    return Arrived(
        tuple(row["id"] for row in rows),
        tuple(row["due"] for row in rows),
        tuple(sent[row["sent_at"]] for row in rows),
        tuple(row["committed"] for row in rows),
    )


Use = tuple[dict[str, float], float, float]
"""Microseconds of CPU a message by part; in per cent, how idle the machine was and what went to others."""


def used(before: Spent, after: Spent, messages: int) -> Use:
    ours = {part: after.parts[part] - spent for part, spent in before.parts.items()}
    idle, whole = after.idle - before.idle, max(1e-9, after.whole - before.whole)
    cpu = {part: seconds / max(1, messages) * 1e6 for part, seconds in ours.items()}
    known = idle + sum(ours.values()) + after.own - before.own
    return cpu, idle / whole * 100, max(0.0, whole - known) / whole * 100


def judged(name: str, load: Load, arrived: Arrived, use: Use) -> Run:
    """Speed and latency of what arrived, and whether every message did, once."""
    many, different = len(arrived.messages), len(set(arrived.messages))
    wrong = "" if many == different == load.count else f"{many} rows, {different} messages, {load.count} were sent"
    if not many:
        return Run(name, load.name, wrong=wrong)
    counting = sorted(range(many), key=lambda place: arrived.due[place])[int(many * WARM_UP) :]
    waited = [(arrived.committed[place] - arrived.sent[place]) * 1000 for place in counting]
    whole = [(arrived.committed[place] - arrived.due[place]) * 1000 for place in counting]
    shares = {"p50": percentile(waited, 0.5), "p99": percentile(waited, 0.99), "slowest": max(waited)}
    due = {"due_p50": percentile(whole, 0.5), "due_p99": percentile(whole, 0.99)}
    cpu, idle, others = use
    return Run(name, load.name, speed(load, arrived), **shares, **due, cpu=cpu, idle=idle, others=others, wrong=wrong)


def speed(load: Load, arrived: Arrived) -> float:
    """Messages a second. Of a backlog, from the receiver's first commit on: starting the relay is not draining."""
    last = arrived.committed[-1]
    if not load.backlog:
        return len(arrived.messages) / max(1e-9, last - min(arrived.due))
    first = arrived.committed[0]
    later = sum(committed > first for committed in arrived.committed)
    return later / max(1e-9, last - first)
