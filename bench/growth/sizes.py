"""The same hand-offs and doors with more and more assignments behind them, and what has grown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import md5

import asyncpg
from sqlalchemy import Connection, text

from bench.doors import Clock
from bench.figures import GROWTH, figure, plain
from bench.ground import Ground
from bench.growth import fill, plans
from bench.growth.doors import DOORS, asked
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


@dataclass
class Grown:
    """Each figure by size: what is measured -> size -> rounds. All are times, or per-message times."""

    figures: dict[str, dict[int, list[float]]] = field(default_factory=dict)
    plans: dict[str, list[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, size: int, value: float) -> None:
        self.figures.setdefault(name, {}).setdefault(size, []).append(value)


async def grown(on: Ground, sizes: Sequence[int], loads: Sequence[Load], rounds: int, told: Told) -> list[str]:
    found = Grown()
    with demo_issuer() as issuer:
        six = await prepare(on, issuer)
        try:
            ids = await _originals(six, issuer, told)
            for before, size in zip((0, *sizes), sizes, strict=False):
                await _fill(on, before, size, told)
                await _start(six, ASKED)
                for door in DOORS:
                    for value in await asked(six, door, ids, rounds):
                        found.add(door.name, size, value)
                told.say(f"growth: doors asked with {size:,} assignments")
                if size == sizes[-1]:
                    await _explain(six, found, ids, sizes)
                await six.stop()
                await _hand_offs(on, found, size, loads, rounds)
                told.say(f"growth: handed over with {size:,} assignments")
        finally:
            await six.stop()
    told.show(tabled(found, sizes))
    return found.wrong


async def _start(six: Installation, services: Sequence[str]) -> None:
    for service in services:
        await six.start(service)


async def _originals(six: Installation, issuer: DemoIssuer, told: Told) -> dict[str, str]:
    """Play three assignments through all services: one to its end, one to the queue, one until it is carried out."""
    await _start(six, SERVICES)
    acts = {"closed": (play,), "open": (order,), "in_execution": (order, distribute, acknowledge)}
    ids: dict[str, str] = {}
    async with Clock().client() as client:
        for number, (name, played) in enumerate(acts.items()):
            stage = Play(issuer, six.urls, client, lambda _: None, 120, {"identity_number": PLAYED[name]})
            for act in played:
                await act(stage)
            await disagreements(six.on)
            await fill.keep_originals(six.on, name, but=tuple(acts)[:number])
            ids[name] = str(stage.known["assignment"])
    await six.stop()
    told.say("growth: three assignments played, from which the others are copied")
    return {**ids, "person": "".join(chr(ord(c) - 48 + 103) if c.isdigit() else c for c in _digest(1))}


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


async def _hand_offs(on: Ground, found: Grown, size: int, loads: Sequence[Load], rounds: int) -> None:
    for load in loads:
        for _ in range(rounds):
            run = await attempt(_contestant(size), load, on)
            if run.wrong:
                found.wrong.append(f"growth, {size:,} assignments, {load.name}: {run.wrong}")
            elif load.rate:
                found.add("hand-off at 50 a second, p50 ms", size, run.p50)
                found.add("hand-off at 50 a second, p99 ms", size, run.p99)
            else:
                found.add(f"hand-off, {load.name}, ms each", size, 1000 / run.per_second)
    await _settle(on)


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


async def _explain(six: Installation, found: Grown, ids: dict[str, str], sizes: Sequence[int]) -> None:
    """The plan of the door that has grown most, if any has grown too much."""
    worst = max(DOORS, key=lambda door: growth(found.figures[door.name], sizes))
    if growth(found.figures[worst.name], sizes) <= GROWTH.wanted or not six.on.postgres_log.exists():
        return
    log, admin = six.on.postgres_log, six.on.servers.postgres
    offset = log.stat().st_size
    await plans.told_all(admin, on=True)
    await asked(six, worst, ids, 1)
    await plans.told_all(admin, on=False)
    found.plans[worst.name] = await plans.plan(six.on.admin(worst.service), log, offset)


def growth(by_size: dict[int, list[float]], sizes: Sequence[int]) -> float:
    """Per cent, from the smallest to the largest."""
    first, last = (figure(by_size[size]).median for size in (sizes[0], sizes[-1]))
    return (last / first - 1) * 100


def tabled(found: Grown, sizes: Sequence[int]) -> Table:
    rows = []
    for name, by_size in found.figures.items():
        cells = [plain(figure(by_size[size]).median) if size in by_size else "–" for size in sizes]
        change = growth(by_size, sizes) if {sizes[0], sizes[-1]} <= by_size.keys() else None
        rows.append(
            (
                name,
                *cells,
                "–" if change is None else f"{change:+.0f}",
                "" if change is None else GROWTH.verdict(change),
            )
        )
    notes = [line for name, lines in found.plans.items() for line in (f"the slowest statement of {name}", *lines)]
    columns = ("", *(f"{size:,}" for size in sizes), "growth %", f"wanted {GROWTH}")
    return Table("With so many assignments ever handled", columns, tuple(rows), tuple(notes))
