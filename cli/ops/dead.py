"""`./stafett ops dead`: what the broker's last-resort queue holds, and how it comes into the inboxes."""

import argparse
import asyncio
import logging
import os
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage, AbstractQueue
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.arrival import Delivery
from chassis.broker import AWAY, DELIVERY_LIMIT
from chassis.dead import QUEUES, Death, death_of, take_in
from chassis.settings import own_login
from cli.broker_rights import with_login_of
from cli.installation import filled
from cli.ops.reach import asking, can_be_asked, database, each, operator, settings, tell_missing
from cli.ops.words import NO_TYPE, moment, number, real_reason
from cli.unreachable import Unreachable, amqp_place, management_address, of_broker
from contracts.topology import DEAD, SERVICES
from contracts.topology import queue as queue_of

LOOKS = 10
"""What has been delivered so often is not looked at again: a broker from 4.0 on throws it away after 20 deliveries."""
AT_ONCE = 10_000
"""So many are looked at: they are held until all have been seen."""


def add_command(acts: Any) -> None:
    dead = acts.add_parser(
        "dead",
        help="list or import what the broker's last-resort queue holds",
        description=f"Messages that a service could not even store in {DELIVERY_LIMIT} deliveries. `import` parks each "
        "in the inbox of the service whose queue it died in; `parked replay` then applies it.",
    )
    dead.add_argument("what", choices=["list", "import"], help="list shows nothing of a body but its size")
    dead.add_argument("--service", choices=SERVICES, help="only what died in this service's queue; default: all")
    dead.add_argument(
        "--into",
        choices=SERVICES,
        metavar="SERVICE",
        help="import too what died in nobody's queue, into this inbox: there `parked show` and `parked skip` reach it",
    )
    dead.add_argument("--why", type=real_reason, help="the reason, kept with your name; needed for import")
    dead.add_argument(
        "--broker-admin",
        metavar="URL",
        default=os.environ.get("STAFETT_BROKER_ADMIN"),
        help="URL of RabbitMQ's management with an administrator's login ({password}: from rabbitmq-admin); needed "
        "where each service has a login of its own, which may not read this queue. Default: $STAFETT_BROKER_ADMIN",
    )
    dead.set_defaults(run=_dead)


def _dead(chosen: argparse.Namespace) -> int:
    if chosen.what == "import" and not chosen.why:
        sys.exit("dead import needs --why: the reason is kept with your name")
    own = settings("organisation")
    if chosen.into and (chosen.what != "import" or chosen.service):
        sys.exit("--into is for import, of what died in nobody's queue: leave it out, or --service")
    amqp = own.amqp
    amqp_place(amqp, "STAFETT_AMQP_URL")
    if own_login(amqp, "organisation") and not chosen.broker_admin:
        sys.exit("each service has a login of its own, and none may read this queue: dead needs --broker-admin")
    if chosen.broker_admin:
        admin = filled(chosen.broker_admin, own.secrets, "rabbitmq-admin")
        amqp = with_login_of(amqp, management_address(admin))
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # what it would say is said below, in a sentence
    try:
        return asyncio.run(_list(amqp, chosen.service) if chosen.what == "list" else _import(amqp, chosen))
    except AWAY as error:
        said = of_broker(error, amqp)
        if said is None:
            raise
        raise Unreachable(said) from error


@asynccontextmanager
async def _queue(amqp: str) -> AsyncIterator[tuple[AbstractQueue, int]]:
    """The queue, and how many messages it holds. What is not acked in the block is given back in order."""
    connection = await aio_pika.connect(amqp, timeout=10)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(DEAD, passive=True)
        yield queue, queue.declaration_result.message_count or 0


async def _messages(
    queue: AbstractQueue, count: int, looks: int | None = None
) -> AsyncGenerator[tuple[AbstractIncomingMessage, Death]]:
    """One by one, until one has been delivered `looks` times; those that nobody has acked are given back at the end."""
    held: list[AbstractIncomingMessage] = []
    try:
        for _ in range(min(count, AT_ONCE)):
            message = await queue.get(no_ack=False, fail=False, timeout=10)
            if message is None:
                break
            held.append(message)
            death = death_of(message.headers)
            yield message, death
            if looks is not None and death.deliveries >= looks:
                break
    finally:
        for message in held:
            if not message.processed:
                await message.nack(requeue=True)  # a nack doesn't count as a delivery on RabbitMQ 4.3, a reject does


@dataclass
class Heap:
    """Messages that died in one queue, of one type, for one reason."""

    count: int = 0
    bytes: int = 0
    deaths: tuple[Death, ...] = ()

    def add(self, size: int, death: Death) -> None:
        self.count, self.bytes, self.deaths = self.count + 1, self.bytes + size, (*self.deaths[:1], death)


async def _list(amqp: str, service: str | None) -> int:
    heaps: dict[tuple[str, str, str], Heap] = defaultdict(Heap)
    looks = 0
    of_all = f" in all; from {queue_of(service)}:" if service else ""
    async with _queue(amqp) as (queue, count), aclosing(_messages(queue, count, LOOKS)) as messages:
        async for message, death in messages:
            looks = max(looks, death.deliveries)
            if service in (None, death.service):
                heaps[death.queue, message.type or NO_TYPE, death.reason].add(len(message.body), death)
    print(f"{DEAD}: {number(count)} messages{of_all}" + (" none" if service and not heaps else ""))
    print("\n".join(heap_lines(heaps.items())), end="\n" if heaps else "")
    if looks >= LOOKS:
        print(f"  some have been looked at {looks} times, and those behind were not: a broker may throw away what is "
              "delivered too often, so import them now")  # fmt: skip
    elif count > AT_ONCE:
        print(f"  the first {number(AT_ONCE)} were looked at")
    return 0


def heap_lines(heaps: Iterable[tuple[tuple[str, str, str], Heap]]) -> list[str]:
    """What is said of each heap, the largest first."""
    said = []
    for (queue, kind, reason), heap in sorted(heaps, key=lambda one: (-one[1].count, one[0])):
        times = [moment(death.at) for death in (heap.deaths[0], heap.deaths[-1]) if death.at]
        since = f", {times[0]} – {times[-1]}" if times else ""
        said.append(f"  {number(heap.count)} × {kind} from {queue}: {reason} ({number(heap.bytes)} bytes{since})")
    return said


@dataclass
class Left:
    """What is left in the queue: how many from which queue, and whether some have been looked at often enough."""

    queues: Counter[str] = field(default_factory=Counter)
    worn: bool = False

    def add(self, death: Death) -> None:
        self.queues[death.queue] += 1
        self.worn = self.worn or death.deliveries >= LOOKS


async def _import(amqp: str, chosen: argparse.Namespace) -> int:
    """Each is acked when its service has it for good: interrupted between, it is found there the next time.

    Whose database can't be asked is known before anything is taken: what is taken and given back counts as a look.
    """
    wanted = (chosen.service,) if chosen.service else SERVICES
    there, away = await each(wanted, can_be_asked)
    if not there:
        tell_missing(away)
        print("nothing was taken from the queue")
        return 1
    became: Counter[tuple[str, str]] = Counter()
    left, engines = Left(), dict[str, AsyncEngine]()
    async with _queue(amqp) as (queue, count), aclosing(_messages(queue, count)) as messages, AsyncExitStack() as stack:
        async for message, death in messages:
            service = death.service or chosen.into
            if service not in there:
                left.add(death)
                if left.worn:
                    break
                continue
            if service not in engines:
                engines[service] = await stack.enter_async_context(database(service))
            became[service, await _into(engines[service], service, message, death, chosen.why)] += 1
            await message.ack()
    kept_back = {name: whose for name in left.queues if (whose := QUEUES.get(name, chosen.into)) in away}
    print("\n".join(import_lines(became, count, left, kept_back)))
    tell_missing({service: said for service, said in away.items() if service in kept_back.values()})
    return 1 if kept_back or left.worn else 0


def import_lines(
    became: Mapping[tuple[str, str], int], count: int, left: Left, kept_back: Collection[str]
) -> Iterator[str]:
    """What became of each, why each that is left in the queue is, and what to do about it."""
    for (name, status), times in sorted(became.items()):
        yield f"{name}: {number(times)} {status}"
    imported = sum(became.values())
    yield f"{DEAD}: {number(imported)} imported, {number(max(0, count - imported))} left there"
    for name, times in sorted(left.queues.items()):
        if name in kept_back:
            yield f"  {number(times)} from {name}: the database it belongs in can't be asked"
        elif name in QUEUES:
            yield f"  {number(times)} from {name}: another service was asked for"
        else:
            yield (
                f"  {number(times)} from {name}, nobody's queue: import it with --into SERVICE, into an inbox where it "
                "can be looked at, and skipped or replayed"
            )
    rest = count - imported - left.queues.total()
    if left.worn:
        yield (
            f"  some that are left have been looked at {LOOKS} times, and {number(max(0, rest))} behind them were not: "
            "a broker may throw away what is delivered too often, so import those that are left first"
        )
    elif rest > 0:
        yield f"  {number(rest)} were not looked at, or came meanwhile: run it again"


async def _into(engine: AsyncEngine, service: str, message: AbstractIncomingMessage, death: Death, why: str) -> str:
    """Store it, and give what to say of it."""
    vouched = own_login(settings(service).amqp, service)
    headers, kind, login = dict(message.headers), message.type or "", message.user_id
    delivery = Delivery(headers, message.body, kind, message.channel, message.delivery_tag or 0, login, vouched)
    try:
        with asking(service):
            async with engine.begin() as connection:
                taken = await take_in(connection, delivery, death, operator(), why)
    except Unreachable as error:
        raise Unreachable(f"{service}: {error}. What was not imported is still in the queue") from error
    return taken.status if taken.new else f"there already ({taken.status})"
