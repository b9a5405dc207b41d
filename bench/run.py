"""`./stafett bench`: one table in one run."""

import asyncio
import sys
import time
from collections.abc import Callable, Sequence

from bench import footprint as footprints
from bench import main_job as main_jobs
from bench.ground import Ground, ground
from bench.growth import sizes
from bench.hand_off import contest
from bench.hand_off.contestants import OWN, PEERS
from bench.machine import described
from bench.peers import install
from bench.table import Table

Outcome = tuple[list[Table], list[str]]
"""What is shown, and the counts that were wrong."""


def say(text: str) -> None:
    """Progress; the tables alone go to stdout."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def hand_off(on: Ground, rounds: int, quick: bool) -> Outcome:
    """The floor, Stafett and its peers under three loads."""
    install(say)
    loads, everybody = (contest.QUICK if quick else contest.LOADS), (*OWN, *PEERS)
    runs = asyncio.run(contest.contest(everybody, loads, rounds, on, say))
    return contest.tables(everybody, loads, runs), contest.wrong(runs)


def main_job(on: Ground, rounds: int, quick: bool) -> Outcome:
    """Many assignments at once through six processes."""
    return asyncio.run(main_jobs.rounds(on, rounds, 8 if quick else 36, say))


def footprint(on: Ground, rounds: int, quick: bool) -> Outcome:
    """Start-up, memory and idle CPU."""
    seconds, plays = (5, 4) if quick else (30, 24)
    return asyncio.run(footprints.measured(on, rounds, seconds, plays, say))


def growth(on: Ground, rounds: int, quick: bool) -> Outcome:
    """Hand-offs and doors with a thousand, a hundred thousand and a million assignments."""
    return asyncio.run(sizes.grown(on, sizes.QUICK if quick else sizes.SIZES, rounds, say))


PARTS: dict[str, Callable[[Ground, int, bool], Outcome]] = {
    "hand-off": hand_off,
    "main-job": main_job,
    "footprint": footprint,
    "growth": growth,
}


def bench(part: str, rounds: int, *, quick: bool, markdown: bool) -> int:
    """Measure and print; gives the exit code, which is 1 when a count was wrong."""
    chosen: Sequence[str] = tuple(PARTS) if part == "all" else (part,)
    wrong: list[str] = []
    with ground() as on:
        machine = asyncio.run(described(on.servers))
        print(f"{machine}; {rounds} rounds, median (lowest–highest)\n", flush=True)
        for name in chosen:
            tables, faults = PARTS[name](on, rounds, quick)
            wrong += faults
            for table in tables:
                print(f"{table.markdown() if markdown else table.text()}\n", flush=True)
    for fault in wrong:
        print(f"WRONG  {fault}")
    return 1 if wrong else 0
