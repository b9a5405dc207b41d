"""A whole group of parked messages replayed or skipped: slowly, each by itself, and what became of them."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import parked
from chassis.stuck import reasons
from cli.ops.reach import asking, database, each, operator, tell_missing
from cli.ops.skipping import skip
from cli.ops.words import NO_TYPE, number

LOOK_SECONDS = 0.5
TELL_SECONDS = 5.0

Act = Callable[[AsyncConnection, UUID, str, str], Awaitable[object]]
ACTS: Mapping[str, Act] = {"replay": parked.replay, "skip": skip}
DONE = {"replay": "tried again", "skip": "skipped"}
DUPLICATE = "another message was applied in its place"


@dataclass(frozen=True)
class Order:
    """What is to be done to a group."""

    act: str
    which: parked.Which
    why: str
    per_second: float
    within: float
    dry_run: bool


@dataclass(frozen=True)
class Taken:
    """Whom it was done to, and how many somebody else had taken care of meanwhile."""

    ids: tuple[UUID, ...]
    gone: int


async def act_on_group(services: tuple[str, ...], order: Order) -> int:
    """Do it in each service, one after the other; the exit code says whether all is well."""
    codes, missing = await each(services, lambda service: _in_one(service, order), together=False)
    tell_missing(missing)
    return 1 if missing or any(codes.values()) else 0


async def _in_one(service: str, order: Order) -> int:
    """Find them, and do it or say what would be done."""
    async with database(service) as engine:
        with asking(service):
            async with engine.connect() as connection:
                found = await parked.in_turn(connection, order.which)
                groups = await parked.groups(connection, order.which) if order.dry_run else []
            able = [one for one in found if one.placed or order.act == "skip"]
            if unplaced := len(found) - len(able):
                print(f"{service}: {number(unplaced)} have no place in any sequence and can only be skipped")
            if order.dry_run:
                print(f"{service}: {number(len(able))} would be {DONE[order.act]}, {pace(able, order.per_second)}")
                for group in groups:
                    print(f"  {number(group.count)} × {group.type or NO_TYPE}: {group.error}")
                return 0
            if not able:
                print(f"{service}: nothing to {order.act}")
                return 1 if found else 0
            return await _all(service, engine, able, order)


async def _all(service: str, engine: AsyncEngine, turns: Sequence[parked.Turn], order: Order) -> int:
    print(f"{service}: {number(len(turns))} are to be {DONE[order.act]}, {pace(turns, order.per_second)}", flush=True)
    taken = await _take(service, engine, turns, order)
    gone = f"; {number(taken.gone)} were no longer parked" if taken.gone else ""
    print(f"{service}: {number(len(taken.ids))} {DONE[order.act]}{gone}", flush=True)
    return await _wait(service, engine, taken.ids, order.within) if order.act == "replay" else 0


def pace(turns: Sequence[parked.Turn], per_second: float) -> str:
    """How it will go: the order, and how long it takes."""
    return f"{per_second:g} a second, the earliest of each subject first: about {len(turns) / per_second:.0f} s"


async def _take(service: str, engine: AsyncEngine, turns: Sequence[parked.Turn], order: Order) -> Taken:
    """Each in a transaction of its own, so that what was done stays done if it is interrupted; and that is said."""
    began = told = time.monotonic()
    done: list[UUID] = []
    try:
        for count, one in enumerate(turns):
            await asyncio.sleep(max(0.0, began + count / order.per_second - time.monotonic()))
            with contextlib.suppress(parked.NotParked):
                async with engine.begin() as connection:
                    await ACTS[order.act](connection, one.id, operator(), order.why)
                done.append(one.id)
            if time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                print(f"{service}: {number(count + 1)} of {number(len(turns))}", flush=True)
    except BaseException:  # Ctrl-C too
        print(f"{service}: {number(len(done))} of {number(len(turns))} {DONE[order.act]} before it stopped", flush=True)
        raise
    return Taken(tuple(done), len(turns) - len(done))


async def what_became_of_one(service: str, id: UUID, within: float) -> int:
    """Wait for what becomes of one that was replayed, and say it; the exit code says whether it went well."""
    async with database(service) as engine:
        with asking(service):
            now = await _settled(engine, [id], within)
            async with engine.connect() as connection:
                why = ", ".join(await reasons(connection, [id]))
    if now.pending:
        print(f"it is not settled within {within:g} s" + (f", and failed: {why}" if why else ""))
    elif now.parked:
        print(f"it is parked again: {why}")
    elif now.skipped:
        print("it was skipped meanwhile: it has no effect")
    else:
        print(f"it had no effect: {DUPLICATE}" if now.duplicate else "it went well")
    return 0 if now.all_well else 1


async def _wait(service: str, engine: AsyncEngine, ids: Sequence[UUID], within: float) -> int:
    """Say what has become of a group, when it is known of all or the time is up."""
    now = await _settled(engine, ids, within)
    print(f"{service}: {outcome_words(now, within)}")
    return 0 if now.all_well else 1


def outcome_words(now: parked.Outcome, within: float) -> str:
    """What has become of a group."""
    others = {
        "were skipped meanwhile": now.skipped,
        f"had no effect ({DUPLICATE})": now.duplicate,
        f"not settled within {within:g} s": now.pending,
    }
    said = [f"{number(now.well)} went well", f"{number(now.parked)} are parked again"]
    return ", ".join(said + [f"{number(count)} {what}" for what, count in others.items() if count])


async def _settled(engine: AsyncEngine, ids: Sequence[UUID], within: float) -> parked.Outcome:
    end = time.monotonic() + within
    while True:
        async with engine.connect() as connection:
            now = await parked.came_of(connection, ids)
        if not now.pending or time.monotonic() > end:
            return now
        await asyncio.sleep(LOOK_SECONDS)
