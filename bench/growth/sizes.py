"""The same hand-offs and doors with more and more assignments behind them, and what has grown."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import md5

import asyncpg
from sqlalchemy import Connection, text

from bench.doors import Clock
from bench.figures import GROWTH, figure, plain
from bench.ground import Ground
from bench.growth import fill, plans
from bench.growth.doors import DOORS, Side, asked
from bench.hand_off import chassis, sealed
from bench.hand_off.contestants import SEALED
from bench.hand_off.course import Load
from bench.hand_off.measure import Contestant, Databases, attempt
from bench.installation import Installation, prepare
from bench.main_job import disagreements
from bench.table import Table
from bench.told import Told
from chassis.migrate import as_owner
from cli.accounts import Account, as_role
from cli.issuer import DemoIssuer, demo_issuer
from cli.play import acknowledge, distribute, order, play
from cli.stage import Play
from contracts.topology import SERVICES

SIZES = (1_000, 100_000, 1_000_000)
LOADS = (Load("sustained", 2_000), Load("steady", 500, rate=50), Load("backlog", 4_000, backlog=True))
QUICK_SIZES = (1_000, 20_000)
QUICK_LOADS = (Load("sustained", 500), Load("steady", 250, rate=50), Load("backlog", 500, backlog=True))
OPEN, IN_EXECUTION = 200, 300
"""What waits and what is being carried out stays the same: only what is closed grows with the years."""
STEP = 50_000
ASKED = ("organisation", "authority", "execution", "notify")
PLAYED = {"closed": "19380303-9142", "open": "19900831-2382", "in_execution": "19970530-2389"}
SETTLED = "UPDATE outbox SET published_at = clock_timestamp() WHERE published_at IS NULL"
FORGET = "DELETE FROM assignments WHERE person_id = $1"


Pair = tuple[float, float]
"""The same figure of the small installation and of the grown one, measured in turn."""


@dataclass
class Grown:
    """Each figure by size: what is measured -> size -> rounds. All are times, or per-message times."""

    figures: dict[str, dict[int, list[Pair]]] = field(default_factory=dict)
    plans: dict[str, list[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, size: int, pair: Pair) -> None:
        self.figures.setdefault(name, {}).setdefault(size, []).append(pair)


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
                await _hand_offs(beside, on, found, size, loads, rounds)
                told.say(f"growth: handed over with {size:,} assignments")
    told.show(tabled(found, sizes))
    return found.wrong


@asynccontextmanager
async def _side(on: Ground, issuer: DemoIssuer) -> AsyncIterator[Side]:
    """With three assignments that went through all services: to the end, to the queue, and until it is carried out."""
    six = await prepare(on, issuer)
    acts = {"closed": (play,), "open": (order,), "in_execution": (order, distribute, acknowledge)}
    ids: dict[str, str] = {}
    try:
        await _start(six, SERVICES)
        async with Clock().client() as client:
            for number, (name, played) in enumerate(acts.items()):
                stage = Play(issuer, six.urls, client, lambda _: None, 120, {"identity_number": PLAYED[name]})
                for act in played:
                    await act(stage)
                await disagreements(on)
                await fill.keep_originals(on, name, but=tuple(acts)[:number])
                ids[name] = str(stage.known["assignment"])
        await six.stop()
        yield Side(six, {**ids, "person": "".join(chr(ord(c) - 48 + 103) if c.isdigit() else c for c in _digest(1))})
    finally:
        await six.stop()


async def _start(six: Installation, services: Sequence[str]) -> None:
    for service in services:
        await six.start(service)


async def _doors(small: Side, large: Side, found: Grown, size: int, rounds: int) -> None:
    for side in (small, large):
        await _start(side.six, ASKED)
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
    for first in range(before + 1, size + 1, STEP):
        await fill.copy(on, "closed", first, min(first + STEP - 1, size), moved=True)
        told.say(f"growth: {min(first + STEP - 1, size):,} of {size:,} assignments are there")
    told.say(f"growth: {await fill.analyse(on) / 1e9:.1f} GB in the databases")


async def _hand_offs(beside: Ground, on: Ground, found: Grown, size: int, loads: Sequence[Load], rounds: int) -> None:
    for load in loads:
        for _ in range(rounds):
            small, large = await attempt(_contestant(size), load, beside), await attempt(_contestant(size), load, on)
            if small.wrong or large.wrong:
                wrong = "; ".join(filter(None, (small.wrong, large.wrong)))
                found.wrong.append(f"growth, {size:,} assignments, {load.name}: {wrong}")
            elif load.rate:
                found.add("hand-off at 50 a second, p50 ms", size, (small.p50, large.p50))
                found.add("hand-off at 50 a second, p99 ms", size, (small.p99, large.p99))
            else:
                each = (1000 / small.per_second, 1000 / large.per_second)
                found.add(f"hand-off, {load.name}, ms each", size, each)
    for side in (beside, on):
        await _settle(side)


def _contestant(size: int) -> Contestant:
    received = f"SELECT id AS message_id, sent_at, xmin FROM assignments WHERE person_id = '{sealed.SOMEBODY}'"  # noqa: S608
    roles = ("receiver", "sender")
    return Contestant(f"{size:,}", SEALED, roles, _databases, ("receiver", "relay"), received)


async def _databases(on: Ground) -> Databases:
    """The grown ones; the sender's own table stands beside authority's."""
    await _settle(on)
    await as_owner(on.admin(sealed.SENDER), f"{sealed.SENDER}_owner", _make_sent)
    sender, receiver = (as_role(on.servers.postgres, Account(role)) for role in (sealed.SENDER, sealed.RECEIVER))
    return Databases(sender, receiver, on.admin(sealed.RECEIVER))


def _make_sent(connection: Connection) -> None:
    chassis.sent.table.create(connection, checkfirst=True)
    connection.execute(text(f"GRANT ALL ON sent TO {sealed.SENDER}"))


async def _settle(on: Ground) -> None:
    """Forget what earlier runs have handed over, and what of it was still on its way when they were stopped."""
    for service in (sealed.SENDER, sealed.RECEIVER):
        connection = await asyncpg.connect(on.admin(service))
        try:
            await connection.execute(SETTLED)
            if service == sealed.RECEIVER:
                await connection.execute(FORGET, sealed.SOMEBODY)
        finally:
            await connection.close()


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


def growth(rounds: Sequence[Pair]) -> float:
    """Per cent, from the small one's median to the grown one's."""
    small, large = (figure(values).median for values in zip(*rounds, strict=True))
    return (large / small - 1) * 100


def tabled(found: Grown, sizes: Sequence[int]) -> Table:
    """Of each size what it took, what the smallest took in turn with it, and the growth; the last is judged."""
    rows = []
    for name, by_size in found.figures.items():
        cells = [cell for size in sizes for cell in _cells(by_size.get(size, ()))]
        rows.append((name, *cells, GROWTH.verdict(growth(by_size[sizes[-1]])) if by_size.get(sizes[-1]) else ""))
    notes = [line for name, lines in found.plans.items() for line in (f"the slowest statement of {name}", *lines)]
    columns = [head for size in sizes for head in (f"{size:,}", f"beside {sizes[0]:,}", "growth %")]
    return Table("With so many assignments ever handled", ("", *columns, f"wanted {GROWTH}"), tuple(rows), tuple(notes))


def _cells(rounds: Sequence[Pair]) -> tuple[str, str, str]:
    if not rounds:
        return "–", "–", "–"
    small, large = (plain(figure(values).median) for values in zip(*rounds, strict=True))
    return large, small, f"{growth(rounds):+.0f}"
