"""`./stafett bench`: one table in one run."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from bench import footprint as footprints
from bench import main_job as main_jobs
from bench.ground import Ground, ground
from bench.growth import sizes
from bench.hand_off import contest
from bench.hand_off.contestants import OWN, PEERS
from bench.machine import described
from bench.packages import install_peers
from bench.parts import PartFailed
from bench.table import Table
from bench.told import Told

Part = Callable[[Ground, int, bool, Told], list[str]]
"""Measures something so many times, all of it or quickly; gives the counts that were wrong."""


def hand_off(on: Ground, rounds: int, quick: bool, told: Told) -> list[str]:
    """The floor, Stafett and its peers under three loads."""
    install_peers(told.say)
    loads = contest.QUICK if quick else contest.LOADS
    return asyncio.run(contest.contest((*OWN, *PEERS), loads, rounds, on, told))


def main_job(on: Ground, rounds: int, quick: bool, told: Told) -> list[str]:
    """Many assignments at once through six processes."""
    return asyncio.run(main_jobs.rounds(on, rounds, 8 if quick else 36, told))


def footprint(on: Ground, rounds: int, quick: bool, told: Told) -> list[str]:
    """Start-up, memory and idle CPU."""
    seconds, plays = (5, 4) if quick else (30, 24)
    return asyncio.run(footprints.measured(on, rounds, seconds, plays, told))


def growth(on: Ground, rounds: int, quick: bool, told: Told) -> list[str]:
    """Hand-offs and doors with a thousand, a hundred thousand and a million assignments."""
    many, loads = (sizes.QUICK_SIZES, sizes.QUICK_LOADS) if quick else (sizes.SIZES, sizes.LOADS)
    with ground() as beside:
        return asyncio.run(sizes.grown(beside, on, many, loads, rounds, told))


PARTS: dict[str, Part] = {"hand-off": hand_off, "main-job": main_job, "footprint": footprint, "growth": growth}


def bench(part: str, rounds: int, *, quick: bool, markdown: bool) -> int:
    """Measure and print; gives the exit code, which is 1 when a count was wrong."""
    chosen: Sequence[str] = tuple(PARTS) if part == "all" else (part,)
    told = Told(_say, partial(_show, markdown=markdown))
    wrong: list[str] = []
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    with ground() as on:
        print(f"{asyncio.run(described(on.servers))}; rounds: {rounds}, median (lowest–highest)\n", flush=True)
        for name in chosen:
            try:
                wrong += PARTS[name](on, rounds, quick, told)
            except PartFailed as failure:
                wrong.append(f"{name}: {failure}")
    for fault in wrong:
        print(f"WRONG  {fault}")
    return 1 if wrong else 0


def _stop(number: int, _frame: object) -> None:
    """Ends what has been started, in order."""
    sys.exit(128 + number)


def _say(text: str) -> None:
    """The tables alone go to stdout."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def _show(table: Table, *, markdown: bool) -> None:
    print(f"{table.markdown() if markdown else table.text()}\n", flush=True)
