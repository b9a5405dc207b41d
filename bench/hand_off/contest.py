"""All who hand over, round after round in turn, and the tables that come of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from itertools import chain
from statistics import median

from bench.figures import DRAIN, LATENCY, SUSTAINED, Figure, Target, figure, plain, ratio
from bench.ground import Ground
from bench.hand_off.course import Load
from bench.hand_off.measure import STALLED_MS, Contestant, Run, attempt
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

PLAYS = 4
"""A run at a steady rate in which the disk stood still is played again, at most so many times in all."""
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
        again: list[Run] = []
        for number in range(1, rounds + 1):
            for contestant in playing:
                say = partial(_say, told, load, f"round {number} of {rounds}")
                *spoilt, counts = await plays(load, partial(_one, contestant, load, ground, say))
                runs += counts
                again += chain(*spoilt)
        told.show(table(contestants, load, runs, again))
        wrong += [f"{run.contestant}, {load.name}: {run.wrong}" for run in runs if run.wrong]
    return wrong


async def plays(load: Load, play: Callable[[], Awaitable[Sequence[Run]]]) -> list[Sequence[Run]]:
    """Runs that belong together, until the disk stood still in none of them: the last ones count."""
    played: list[Sequence[Run]] = []
    while len(played) < PLAYS:
        played.append(await play())
        if not load.rate or any(run.wrong for run in played[-1]) or not any(run.stalled for run in played[-1]):
            break
    return played


async def _one(contestant: Contestant, load: Load, ground: Ground, say: Callable[[Run], None]) -> Sequence[Run]:
    run = await attempt(contestant, load, ground)
    say(run)
    return (run,)


def _say(told: Told, load: Load, which: str, run: Run) -> None:
    figures = f"{_halves(run)} ms, the disk {plain(run.disk)}" if load.rate else f"{plain(run.per_second)} a second"
    told.say(f"{load.name}, {which}: {run.contestant}: {run.wrong or figures}")


def _halves(run: Run) -> str:
    return f"{plain(run.p50)} and {plain(run.p99)}"


def is_there(contestant: Contestant) -> bool:
    """True when what it is made of is installed."""
    return not contestant.needs or find_spec(contestant.needs) is not None


def table(contestants: Sequence[Contestant], load: Load, runs: Sequence[Run], again: Sequence[Run] = ()) -> Table:
    """What came of one load. Runs whose count is wrong have no figures; who has none at all says why in its row.

    again: runs that do not count, since they were played again.
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
    notes += _spoilt(again)
    if kept := [name for name, those in mine.items() if load.rate and any(run.stalled for run in those)]:
        notes.append(f"so it did in one that counts, since it did {PLAYS} times: {', '.join(kept)}")
    return replace(made, rows=(*made.rows, *absent), notes=(*made.notes, *notes))


def _spoilt(again: Sequence[Run]) -> list[str]:
    """What runs gave that do not count: nobody need believe that it was the disk."""
    said: dict[str, list[str]] = {}
    for run in again:
        said.setdefault(run.contestant, []).append(f"{_halves(run)} ({plain(run.disk)})")
    if not said:
        return []
    head = f"played again, since a bystander waited {STALLED_MS:g} ms or more for the disk (p50 and p99 ms, the disk's)"
    return [f"{head}: {'; '.join(f'{name} ' + ', '.join(those) for name, those in said.items())}"]


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
        against = speed.median / floor if floor else None
        rows.append((name, str(speed), *_against(name, against, target), *_cpu(runs[name])))
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
            cells.append(str(latency))
            if which == "slowest":
                continue
            floor = min((median(getattr(run, which) for run in runs[one]) for one in floors if one in runs), default=0)
            held, verdict = _against(name, latency.median / floor if floor else None, LATENCY)
            cells += [held, verdict] if which in ("p50", "p99") else [held]
        rows.append((*cells, str(figure([run.disk for run in mine])), *_cpu(mine)))
    wanted = ("× floor", f"wanted {LATENCY}")
    columns = ("who", "p50 ms", *wanted, "p99 ms", *wanted, "slowest ms", *FROM_DUE, "disk ms", *PARTS, *LAST)
    title = f"Hand-off, {load.rate:g} a second, {load.count:,} messages (CPU in µs a message)"
    return Table(title, columns, tuple(rows))


def _against(name: str, against: float | None, target: Target) -> tuple[str, str]:
    """The ratio and, for our own, the verdict; neither where there is no floor."""
    if against is None:
        return "–", ""
    return ratio(against), target.verdict(against) if name.startswith("stafett") else ""


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
