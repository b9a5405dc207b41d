"""Hand-offs into the grown databases, and into the small ones in turn."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import asyncpg
from sqlalchemy import Connection, text

from bench.figures import plain
from bench.ground import Ground
from bench.growth import fill
from bench.growth.found import Grown
from bench.hand_off import chassis, sealed
from bench.hand_off.contest import plays
from bench.hand_off.contestants import SEALED
from bench.hand_off.course import Load
from bench.hand_off.measure import Contestant, Databases, Run, attempt
from chassis.migrate import as_owner
from cli.accounts import Account, as_role

FORGOTTEN = (
    "DELETE FROM outbox WHERE written_at >= $1",
    "DELETE FROM inbox WHERE received_at >= $1",
    "DELETE FROM outbox_subject s WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.subject = s.subject)",
    "DELETE FROM inbox_position p WHERE NOT EXISTS "
    "(SELECT FROM inbox i WHERE i.owner = p.owner AND i.subject = p.subject)",
)
"""What hand-offs leave behind since a moment: else the small installation would grow with each of them."""
SETTLED = "UPDATE outbox SET published_at = clock_timestamp() WHERE published_at IS NULL"
FORGET = "DELETE FROM assignments WHERE person_id = $1"


async def hand_offs(beside: Ground, on: Ground, found: Grown, size: int, loads: Sequence[Load], rounds: int) -> None:
    """With this size on one side; what they leave behind is taken away again."""
    began = datetime.now(UTC)
    for load in loads:
        for number in range(rounds):
            turns = (beside, on) if number % 2 else (on, beside)
            *spoilt, runs = await plays(load, partial(_each, turns, size, load))
            small, large = runs if number % 2 else reversed(runs)
            found.notes += [_spoilt(size, pair if number % 2 else pair[::-1]) for pair in spoilt]
            if load.rate and (small.stalled or large.stalled):
                found.notes.append(f"{size:,}: the pair that counts in round {number + 1} had the disk stand still too")
            _add(found, size, load, small, large)
    for side in (beside, on):
        await _settle(side)
        await _forget(side, began)
        await fill.analyse(side)


def _spoilt(size: int, pair: Sequence[Run]) -> str:
    small, large = (f"{plain(run.p50)} and {plain(run.p99)} ms, the disk {plain(run.disk)}" for run in pair)
    return f"{size:,}, played again because of the disk: {large}; beside it {small}"


async def _each(turns: Sequence[Ground], size: int, load: Load) -> Sequence[Run]:
    return [await attempt(_contestant(size), load, side) for side in turns]


def _add(found: Grown, size: int, load: Load, small: Run, large: Run) -> None:
    if small.wrong or large.wrong:
        wrong = "; ".join(filter(None, (small.wrong, large.wrong)))
        found.wrong.append(f"growth, {size:,} assignments, {load.name}: {wrong}")
    elif load.rate:
        found.add("hand-off at 50 a second, p50 ms", size, (small.p50, large.p50))
        found.add("hand-off at 50 a second, p99 ms", size, (small.p99, large.p99))
    else:
        found.add(f"hand-off, {load.name}, ms each", size, (1000 / small.per_second, 1000 / large.per_second))


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


async def _forget(on: Ground, since: datetime) -> None:
    for service in (sealed.SENDER, sealed.RECEIVER):
        connection = await asyncpg.connect(on.admin(service))
        try:
            for statement in FORGOTTEN:
                await connection.execute(statement, *([since] if "$1" in statement else ()))
        finally:
            await connection.close()
