"""Subject by subject: what an owner has told against how far a receiver has come, and sending again what is missing."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import aio_pika
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import reconciliation as facts
from chassis.broker import AWAY
from chassis.reconciliation import Ahead, Behind
from cli.ops.reach import operator, settings
from cli.unreachable import amqp_place
from contracts.topology import queue

PAGE = 1_000
LOOK_SECONDS = 0.5
DRAIN_SECONDS = 5.0
IN_FULL = 50
"""So many that differ are kept to be listed; the others are counted."""


Queue = Literal["empty", "full", "unknown"]
"""What was seen of a receiver's queue, when that mattered."""


@dataclass(frozen=True)
class Pair:
    """An owner and one who hears it."""

    owner: str
    receiver: str


@dataclass(frozen=True)
class Order:
    """How long to be patient, and why what is missing is to be sent again; None when it isn't."""

    patience: timedelta
    within: timedelta
    why: str | None = None


@dataclass
class Standing:
    """How a pair stands; filled page by page."""

    pair: Pair
    settled: int = 0
    on_the_way: int = 0
    drift: int = 0
    sent_again: int = 0
    arrived: int = 0
    queue: Queue = "empty"
    listed: list[Behind | Ahead] = field(default_factory=list)

    def add(self, found: Behind | Ahead) -> None:
        """One subject that is not as it was told."""
        if isinstance(found, Behind) and not found.drift:
            self.on_the_way += 1
            return
        self.drift += 1
        if len(self.listed) < IN_FULL:
            self.listed.append(found)


@dataclass(frozen=True)
class Between:
    """The databases of a pair."""

    pair: Pair
    owner: AsyncEngine
    receiver: AsyncEngine

    async def behind(self, told: dict[str, int], patience: timedelta | None) -> list[Behind]:
        """The subjects of which the receiver has not applied all; patience None: messages still lie in its queue."""
        snapshot = self.receiver.execution_options(isolation_level="REPEATABLE READ")
        async with snapshot.connect() as receiver:
            heard = await facts.heard_of(receiver, self.pair.owner, list(told))
            lag = {subject: heard.get(subject, 0) for subject, upto in told.items() if upto > heard.get(subject, 0)}
            held = await facts.held_of(receiver, self.pair.owner, list(lag))
        if not lag:
            return []
        async with self.owner.connect() as owner:
            kept, now = await facts.kept_beyond(owner, self.pair.receiver, lag)
        before = None if patience is None else now - patience
        return [
            facts.behind(subject, told[subject], last, kept.get(subject, {}), held.get(subject, {}), before)
            for subject, last in lag.items()
        ]


async def compare_subjects(between: Between, order: Order) -> Standing:
    """All subjects of the pair, a page at a time."""
    standing = Standing(between.pair)
    after = facts.FIRST
    while told := await _told(between, after):
        found = await between.behind(told, order.patience)
        if any(one.missing for one in found):
            standing.queue = standing.queue if standing.queue == "full" else await _look_at_queue(between.pair.receiver)
            found = await between.behind(told, order.patience if standing.queue == "empty" else None)
        if order.why is not None and (missing := [one for one in found if one.missing]):
            found = [one for one in found if not one.missing] + await _mend(between, missing, order, standing)
        standing.settled += len(told) - len(found)
        for one in found:
            standing.add(one)
        after = list(told)[-1]
    await _find_ahead(between, standing)
    return standing


async def _told(between: Between, after: str) -> dict[str, int]:
    async with between.owner.connect() as owner:
        return await facts.told_page(owner, after, PAGE)


async def _find_ahead(between: Between, standing: Standing) -> None:
    """What a receiver has heard is read first: what its owner tells meanwhile can then put nobody ahead."""
    after = facts.FIRST
    while True:
        async with between.receiver.connect() as receiver:
            heard = await facts.heard_page(receiver, between.pair.owner, after, PAGE)
        if not heard:
            return
        async with between.owner.connect() as owner:
            told = await facts.told_of(owner, list(heard))
        for subject, last in heard.items():
            if last > told.get(subject, 0):
                standing.settled -= subject in told
                standing.add(Ahead(subject, told.get(subject, 0), last))
        after = list(heard)[-1]


async def _look_at_queue(receiver: str) -> Queue:
    """Whether what seems missing may only lie in the receiver's queue: not when that has been empty for a moment."""
    end = time.monotonic() + DRAIN_SECONDS
    amqp = settings(receiver).amqp
    amqp_place(amqp, "STAFETT_AMQP_URL")
    try:
        connection = await aio_pika.connect(amqp, timeout=5)
        async with connection:
            channel = await connection.channel()
            while True:
                there = await channel.declare_queue(queue(receiver), passive=True, timeout=5)
                if not there.declaration_result.message_count:
                    return "empty"
                if time.monotonic() > end:
                    return "full"
                await asyncio.sleep(LOOK_SECONDS)
    except AWAY:
        return "unknown"


async def _mend(between: Between, missing: Sequence[Behind], order: Order, standing: Standing) -> list[Behind]:
    """Send again what is missing, wait until it has arrived or the time is up; gives what is still behind."""
    async with between.owner.begin() as owner:
        sent = await facts.send_missing(owner, between.pair.receiver, missing, operator(), order.why or "")
    told = {one.subject: one.told for one in missing}
    wanted = {(one.subject, sequence) for one in missing for sequence in one.missing}
    end = time.monotonic() + order.within.total_seconds()
    while True:
        found = await between.behind(told, timedelta(0))
        absent = {(one.subject, sequence) for one in found for sequence in one.missing}
        waiting = {(one.subject, sequence) for one in found for sequence in one.on_the_way}
        if not wanted & (absent | waiting) or time.monotonic() > end:
            break
        await asyncio.sleep(LOOK_SECONDS)
    standing.sent_again += sent
    standing.arrived += sent - len(wanted & absent)
    return found
