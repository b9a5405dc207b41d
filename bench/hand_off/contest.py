"""All who hand over, round after round in turn, and the tables that come of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from statistics import median

from bench.figures import DRAIN, LATENCY, SUSTAINED, Figure, figure, plain, ratio
from bench.ground import Ground
from bench.hand_off.course import Load
from bench.hand_off.measure import Contestant, Run, attempt
from bench.table import Table
from bench.told import Told

LOADS = (Load("sustained", 4_000), Load("steady", 2_000, rate=50), Load("backlog", 20_000, backlog=True))
QUICK = (Load("sustained", 1_000), Load("steady", 250, rate=50), Load("backlog", 2_000, backlog=True))
PARTS = {
    "producer": ("sender", "both"),
    "relay": ("relay",),
    "consumer": ("receiver",),
    "PostgreSQL": ("postgres",),
    "RabbitMQ": ("rabbitmq",),
}
"""What is shown -> the processes it stands for. A relay without a process of its own is in the producer's."""
LAST = ("all", "idle %", "others %")
"""All CPU a message; how idle the machine was, and what went to processes that have no part in it."""

STALLED_MS, PLAYS = 50.0, 4
"""A run at a steady rate, in which a bystander waited for the disk for so long, tells of the machine: it is played
again, at most so many times in all."""
DISTURBED = 10
"""Per cent of the machine that goes to others: above, what was measured tells of them too."""


async def contest(
    contestants: Sequence[Contestant], loads: Sequence[Load], rounds: int, ground: Ground, told: Told
) -> list[str]:
    """Each load, each round, each contestant in turn, so that what else the machine does falls on all alike.

    Gives the counts that were wrong: these alone make it fail.
    """
    wrong: list[str] = []
    for load in loads:
        playing = [one for one in contestants if is_there(one) and (one.relays or not load.backlog)]
        runs: list[Run] = []
        again: Counter[str] = Counter()
        for number in range(1, rounds + 1):
            for contestant in playing:
                for play in range(PLAYS):
                    run = await attempt(contestant, load, ground)
                    told.say(f"{load.name}, round {number} of {rounds}: {contestant.name}: {_said(load, run)}")
                    again[contestant.name] += bool(play)
                    if run.wrong or not load.rate or run.disk < STALLED_MS:
                        break
                runs.append(run)
        told.show(table(contestants, load, runs, again))
        wrong += [f"{run.contestant}, {load.name}: {run.wrong}" for run in runs if run.wrong]
    return wrong


def _said(load: Load, run: Run) -> str:
    if run.wrong or not load.rate:
        return run.wrong or f"{plain(run.per_second)} a second"
    return f"{plain(run.p50)} and {plain(run.p99)} ms, the disk {plain(run.disk)}"


def is_there(contestant: Contestant) -> bool:
    """True when what it is made of is installed."""
    return not contestant.needs or find_spec(contestant.needs) is not None


def table(
    contestants: Sequence[Contestant], load: Load, runs: Sequence[Run], again: Mapping[str, int] | None = None
) -> Table:
    """What came of one load. Runs whose count is wrong have no figures; who has none at all says why in its row.

    again: how often a run of each was played again because of the disk.
    """
    good = {one.name: [run for run in runs if run.contestant == one.name and not run.wrong] for one in contestants}
    mine = {name: those for name, those in good.items() if those}
    floors = [one.name for one in contestants if one.is_floor]
    made = _latencies(load, mine, floors) if load.rate else _speeds(load, mine, floors)
    blank = ("",) * (len(made.columns) - 2)
    played = {run.contestant for run in runs}
    absent = [(one.name, "failed", *blank) for one in contestants if one.name in played and one.name not in mine]
    absent += [(one.name, "not installed", *blank) for one in contestants if not is_there(one)]
    notes = [f"{one.name}: {one.lacks}" for one in contestants if one.lacks and one.name in mine]
    notes += [_share(one, load) for one in contestants if load.backlog and one.part_of > 1 and one.name in mine]
    notes += _disturbed(mine)
    if anew := ", ".join(f"{name} {count} ×" for name, count in (again or {}).items() if count):
        notes.append(f"a bystander waited {STALLED_MS:g} ms or more for the disk, and it was played again: {anew}")
    if kept := [name for name, those in mine.items() if load.rate and any(run.disk >= STALLED_MS for run in those)]:
        notes.append(f"so did one in a run that counts, since it did {PLAYS} times: {', '.join(kept)}")
    return replace(made, rows=(*made.rows, *absent), notes=(*made.notes, *notes))


def _share(contestant: Contestant, load: Load) -> str:
    part = contestant.part_of
    return (
        f"{contestant.name}: its backlog is {load.count // part:,}, one in {part} of the others': all would take long"
    )


def _disturbed(runs: dict[str, list[Run]]) -> list[str]:
    """A warning, when much of the machine went to what has no part in it."""
    names = [name for name, mine in runs.items() if median(run.others for run in mine) > DISTURBED]
    said = f"DISTURBED: more than {DISTURBED} % of the machine went to others during {', '.join(names)}"
    return [f"{said}; these figures don't count, run again when nothing else does"] if names else []


def _speeds(load: Load, runs: dict[str, list[Run]], floors: Sequence[str]) -> Table:
    target = DRAIN if load.backlog else SUSTAINED
    speeds = {name: figure([run.per_second for run in mine]) for name, mine in runs.items()}
    floor = max((speeds[name].median for name in floors if name in speeds), default=0.0)
    rows = []
    for name, speed in speeds.items():
        against = speed.median / floor if floor else 0.0
        verdict = target.verdict(against) if name.startswith("stafett") else ""
        rows.append((name, str(speed), ratio(against), verdict, *_cpu(runs[name])))
    what = f"draining a backlog of {load.count:,}" if load.backlog else f"as fast as it goes, {load.count:,} messages"
    columns = ("who", "a second", "× floor", f"wanted {target}", *PARTS, *LAST)
    return Table(f"Hand-off, {what} (CPU in µs a message)", columns, tuple(rows), _beaten(speeds, load))


def _beaten(speeds: dict[str, Figure], load: Load) -> tuple[str, ...]:
    """Whether Stafett is quicker than those that give no guarantee."""
    peers = [name for name in ("Celery", "taskiq") if name in speeds]
    if load.backlog or "stafett" not in speeds:
        return ()
    own = speeds["stafett"].median
    return tuple(
        f"stafett is {ratio(own / max(1e-9, speeds[name].median))} × as fast as {name} (wanted ≥ 1)" for name in peers
    )


def _latencies(load: Load, runs: dict[str, list[Run]], floors: Sequence[str]) -> Table:
    """From commit to commit, which is what is held against the targets; and with the sender's own work before it."""
    rows = []
    for name, mine in runs.items():
        cells = [name]
        for which in ("p50", "p99", "slowest", "due_p50", "due_p99"):
            latency = figure([getattr(run, which) for run in mine])
            floor = min((median(getattr(run, which) for run in runs[one]) for one in floors if one in runs), default=0)
            against = latency.median / floor if floor else 0.0
            cells += [str(latency)] if which == "slowest" else [str(latency), ratio(against)]
            if which in ("p50", "p99"):
                cells.append(LATENCY.verdict(against) if name.startswith("stafett") else "")
        rows.append((*cells, str(figure([run.disk for run in mine])), *_cpu(mine)))
    wanted = ("× floor", f"wanted {LATENCY}")
    columns = ("who", "p50 ms", *wanted, "p99 ms", *wanted, "slowest ms", *FROM_DUE, "disk ms", *PARTS, *LAST)
    title = f"Hand-off, {load.rate:g} a second, {load.count:,} messages (CPU in µs a message)"
    return Table(title, columns, tuple(rows))


FROM_DUE = ("from when it is due: p50 ms", "× floor", "p99 ms", "× floor")


def _cpu(runs: Sequence[Run]) -> tuple[str, ...]:
    """Medians of the rounds."""
    cells = []
    for processes in PARTS.values():
        rounds = [sum(run.cpu[name] for name in processes if name in run.cpu) for run in runs]
        cells.append(f"{median(rounds):,.0f}" if any(rounds) else "–")
    whole = median(sum(run.cpu.values()) for run in runs)
    rest = (median(run.idle for run in runs), median(run.others for run in runs))
    return (*cells, f"{whole:,.0f}", *(f"{share:.0f}" for share in rest))
