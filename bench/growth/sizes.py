"""The same hand-offs and doors with more and more assignments behind them, and what has grown."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import md5

from bench.doors import Clock
from bench.figures import GROWTH
from bench.ground import Ground
from bench.growth import fill, plans
from bench.growth.doors import DOORS, Side, asked
from bench.growth.found import Grown, growth, tabled
from bench.growth.hand_offs import hand_offs
from bench.hand_off.course import Load
from bench.installation import Installation, prepare
from bench.main_job import disagreements
from bench.parts import PartFailed
from bench.told import Told
from cli.issuer import DemoIssuer, demo_issuer
from cli.play import acknowledge, distribute, order, play, report
from cli.stage import Play
from contracts.topology import SERVICES

SIZES = (1_000, 100_000, 1_000_000)
LOADS = (Load("sustained", 2_000), Load("steady", 1_000, rate=50), Load("backlog", 4_000, backlog=True))
QUICK_SIZES = (1_000, 20_000)
QUICK_LOADS = (Load("sustained", 500), Load("steady", 250, rate=50), Load("backlog", 500, backlog=True))
OPEN, IN_EXECUTION = 200, 300
"""What waits and what is being carried out stays the same: only what is closed grows with the years."""
STEP = 50_000
PLAYED = {"closed": "19380303-9142", "open": "19900831-2382", "in_execution": "19970530-2389"}


async def grown(
    beside: Ground, on: Ground, sizes: Sequence[int], loads: Sequence[Load], rounds: int, told: Told
) -> list[str]:
    """Each size is held against the smallest, which is measured in turn with it: no machine is the same for an hour."""
    found = Grown()
    with demo_issuer() as issuer:
        async with _side(beside, issuer) as small, _side(on, issuer) as large:
            told.say("growth: three assignments played, from which the others are copied")
            await _fill(beside, 0, sizes[0], told)
            for before, size in zip((0, *sizes), sizes, strict=False):
                await _fill(on, before, size, told)
                await _doors(small, large, found, size, rounds)
                told.say(f"growth: doors asked with {size:,} assignments")
                if size == sizes[-1]:
                    await _explain(large, found, size)
                await small.six.stop()
                await large.six.stop()
                await hand_offs(beside, on, found, size, loads, rounds)
                told.say(f"growth: handed over with {size:,} assignments")
    told.show(tabled(found, sizes))
    return found.wrong


@asynccontextmanager
async def _side(on: Ground, issuer: DemoIssuer) -> AsyncIterator[Side]:
    """With three assignments that went through all services: to the end, to the queue, and until it is carried out."""
    six = await prepare(on, issuer)
    acts = {"closed": (play,), "open": (order,), "in_execution": (order, distribute, acknowledge, report)}
    ids = {"name": "".join(chr(ord(c) - 48 + 103) if c.isdigit() else c for c in _digest(1))}
    try:
        await _start(six, SERVICES)
        async with Clock().client() as client:
            for number, (name, played) in enumerate(acts.items()):
                stage = Play(issuer, six.urls, client, lambda _: None, 120, {"identity_number": PLAYED[name]})
                for act in played:
                    await act(stage)
                if found := await disagreements(on):
                    raise PartFailed(f"what was played has not arrived: {found[0]}")
                await fill.keep_originals(on, name, but=tuple(acts)[:number])
                ids[name] = str(stage.known["assignment"])
                if name == "closed":
                    ids |= {known: str(stage.known[known]) for known in ("person", "journal")}
        await six.stop()
        yield Side(six, ids)
    finally:
        await six.stop()


async def _start(six: Installation, services: Sequence[str]) -> None:
    for service in services:
        await six.start(service)


async def _doors(small: Side, large: Side, found: Grown, size: int, rounds: int) -> None:
    for side in (small, large):
        await _start(side.six, SERVICES)
    for door in DOORS:
        for _ in range(rounds):
            first, second = await asked((small, large), door)
            found.add(door.name, size, (first, second))


def _digest(number: int) -> str:
    return md5(str(number).encode()).hexdigest()  # noqa: S324, the database makes the same


async def _fill(on: Ground, before: int, size: int, told: Told) -> None:
    if not before:
        await fill.copy(on, "open", 1, OPEN, moved=False)
        await fill.copy(on, "in_execution", 1, IN_EXECUTION, moved=False)
    async with fill.in_bulk(on):
        for first in range(before + 1, size + 1, STEP):
            await fill.copy(on, "closed", first, min(first + STEP - 1, size), moved=True)
            told.say(f"growth: {min(first + STEP - 1, size):,} of {size:,} assignments are there")
    told.say(f"growth: {await fill.analyse(on) / 1e9:.1f} GB in the databases")


async def _explain(large: Side, found: Grown, size: int) -> None:
    """The slowest statement, and its plan, of each door that has grown too much."""
    log, admin = large.six.on.postgres_log, large.six.on.servers.postgres
    for door in DOORS:
        if growth(found.figures[door.name][size]) > GROWTH.wanted and log.exists():
            offset = log.stat().st_size
            await plans.told_all(admin, on=True)
            await asked((large,), door)
            await plans.told_all(admin, on=False)
            found.plans[door.name] = await plans.plan(large.six.on.admin(door.service), log, offset)
