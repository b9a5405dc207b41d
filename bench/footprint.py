"""How long a service takes to start, how much memory it holds, and what it costs when nobody asks for anything."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from bench.doors import Clock
from bench.figures import IDLE_CPU, MEMORY_MB, Figure, figure
from bench.ground import Ground
from bench.installation import Installation, installation
from bench.machine import spent
from bench.main_job import persons, played
from bench.packages import production
from bench.table import Table
from bench.told import Told
from cli.issuer import demo_issuer
from contracts.topology import SERVICES

SETTLE_SECONDS = 5


@dataclass(frozen=True)
class Memory:
    """Megabytes: all that is resident, and the process's fair share of it."""

    resident: float
    proportional: float


def memory(pid: int) -> Memory:
    used = psutil.Process(pid).memory_full_info()
    return Memory(used.rss / 1e6, used.pss / 1e6)


async def measured(on: Ground, rounds: int, idle_seconds: int, plays: int, told: Told) -> list[str]:
    python = await asyncio.to_thread(production, on.logs.with_name("production"))
    with demo_issuer() as issuer:
        async with installation(on, issuer, python) as six:
            starts = await _starts(six, rounds)
            told.say("footprint: started")
            await asyncio.sleep(SETTLE_SECONDS)
            idle = await _idle(six, idle_seconds)
            told.say(f"footprint: idle for {idle_seconds} s")
            before = {service: memory(pid) for service, pid in six.pids.items()}
            load = await played(six, Clock(), persons(plays))
            after = {service: memory(pid) for service, pid in six.pids.items()}
            told.say(f"footprint: {load.assignments} assignments played")
    told.show(tabled(starts, idle, before, after, plays, idle_seconds))
    return list(load.wrong)


async def _starts(six: Installation, rounds: int) -> dict[str, Figure]:
    """Each service alone, while the others run."""
    starts: dict[str, Figure] = {}
    for service in SERVICES:
        taken = []
        for _ in range(rounds):
            await six.stop([service])
            taken.append(await six.start(service))
        starts[service] = figure(taken)
    return starts


async def _idle(six: Installation, seconds: int) -> dict[str, float]:
    """Per cent of a core."""
    before = spent(six.pids)
    await asyncio.sleep(seconds)
    after = spent(six.pids)
    return {service: (after.parts[service] - used) / seconds * 100 for service, used in before.parts.items()}


def tabled(
    starts: dict[str, Figure],
    idle: dict[str, float],
    before: dict[str, Memory],
    after: dict[str, Memory],
    plays: int,
    idle_seconds: int,
) -> Table:
    columns = (
        *("service", "start s", "RSS MB", "PSS MB", "RSS MB after", "PSS MB after"),
        *(f"wanted {MEMORY_MB}", "idle CPU %", f"wanted {IDLE_CPU}"),
    )
    rows: Sequence[tuple[str, ...]] = [
        (
            service,
            str(starts[service]),
            *(f"{value:.1f}" for m in (before[service], after[service]) for value in (m.resident, m.proportional)),
            MEMORY_MB.verdict(after[service].resident),
            f"{idle[service]:.2f}",
            IDLE_CPU.verdict(idle[service]),
        )
        for service in starts
    ]
    title = (
        f"Start (to a good /health), memory at rest and after {plays} assignments, CPU over {idle_seconds} s at rest"
    )
    return Table(title, columns, tuple(rows))
