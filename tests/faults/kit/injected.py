"""The faults there are, and how each is brought about and taken away again."""

import asyncio
import signal
from collections.abc import Callable, Mapping

from tests.faults.kit import modes, points
from tests.faults.kit.fault import Fault, Inject, NotStruck, until
from tests.faults.kit.frames import ACK, ANSWER, CONFIRM, CONTENT, Method
from tests.faults.kit.proxy import Direction, Rule, Strike, Way
from tests.faults.kit.server_faults import (
    all_closed,
    backends_ended,
    broker_away,
    broker_killed,
    broker_restarted,
    connections_exhausted,
    disk_full,
    memory_alarm,
    postgres_away,
    postgres_killed,
)
from tests.faults.kit.town import Town

CONFIRM_LATE = "between-publish-and-confirm"
FIVE_MINUTES = 300.0
OUTAGE_SECONDS = 3.0


def killed_at(point: str) -> Inject:
    """kill -9 when the process reaches the point."""

    async def inject(town: Town, fault: Fault) -> None:
        control, process = town.control(fault.service), town.running[fault.service]
        control.arm(point, fault.nth)
        try:
            await until(lambda: control.was_reached(point), f"{fault.service} at {point}")
        finally:
            control.disarm()
        await until(lambda: process.poll() is not None, f"the end of {fault.service}")

    return inject


async def killed_before_confirm(town: Town, fault: Fault) -> None:
    """kill -9 when the broker has taken a message and its confirm is on the way."""
    process = town.running[fault.service]
    await strike(town, fault, Direction.DOWN, CONFIRM, Strike.CUT, then=process.kill)
    await until(lambda: process.poll() is not None, f"the end of {fault.service}")


async def killed_at_random(town: Town, fault: Fault) -> None:
    if not town.kill_if_running(fault.service):
        raise NotStruck(f"{fault.service} did not run")


async def all_killed(town: Town, _fault: Fault) -> None:
    if not town.kill_if_running(*town.running):
        raise NotStruck("nothing ran")


async def frozen(town: Town, fault: Fault, seconds: float = 8) -> None:
    """The process stands still with all that it holds: deliveries, locks, and the relay's place."""
    process = town.running[fault.service]
    if process.poll() is not None:
        raise NotStruck(f"{fault.service} did not run")
    process.send_signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        process.send_signal(signal.SIGCONT)


async def absent(town: Town, fault: Fault, seconds: float = 10) -> None:
    town.absent.add(fault.service)
    town.kill_if_running(fault.service)
    await asyncio.sleep(seconds)
    town.absent.discard(fault.service)


async def clock_off(town: Town, fault: Fault, seconds: float = 8) -> None:
    """Ahead, or behind."""
    town.clocks[fault.service] = FIVE_MINUTES if fault.nth == 1 else -FIVE_MINUTES
    town.kill_if_running(fault.service)
    await asyncio.sleep(seconds)
    town.clocks.pop(fault.service, None)  # the same may have come twice
    town.kill_if_running(fault.service)


def struck(direction: Direction, method: Method, how: Strike) -> Inject:
    """At one frame of the service's way to RabbitMQ, or at an answer of its own."""

    async def inject(town: Town, fault: Fault) -> None:
        await strike(town, fault, direction, method, how)

    return inject


async def strike(
    town: Town, fault: Fault, direction: Direction, method: Method, how: Strike, then: Callable[[], None] = lambda: None
) -> None:
    way = (town.to_doors if method == ANSWER else town.to_amqp)[fault.service]
    way.rule = rule = Rule(direction, method, how, fault.nth, then)
    try:
        await until(rule.struck.is_set, f"{fault.service}: {how}")
    finally:
        if way.rule is rule:
            way.rule = None


def on_way(
    to: Callable[[Town], Mapping[str, Way]], begin: Callable[[Way], None], end: Callable[[Way], None], seconds: float
) -> Inject:
    """Something is wrong with the way for some seconds."""

    async def inject(town: Town, fault: Fault) -> None:
        way = to(town)[fault.service]
        before = way.troubled
        await asyncio.to_thread(begin, way)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(end, way)
        if way.troubled == before:
            raise NotStruck(f"nothing went by {fault.service}'s way")

    return inject


def slower(seconds: float) -> Callable[[Way], None]:
    def begin(way: Way) -> None:
        way.delay = seconds

    return begin


def behaving(mode: str, value: object, *, after_an_outage: bool = False) -> Inject:
    """The service's process behaves badly until it shows; an outage first lets several messages leave together."""

    async def inject(town: Town, fault: Fault) -> None:
        control, way = town.control(fault.service), town.to_amqp[fault.service]
        before = control.marks(mode)
        control.set(mode, value)
        try:
            if after_an_outage:
                await asyncio.to_thread(way.black_hole)
                await asyncio.sleep(OUTAGE_SECONDS)
                await asyncio.to_thread(way.lift)
            await until(lambda: control.marks(mode) > before, f"{fault.service}: {mode}")
        finally:
            control.unset(mode)

    return inject


def mishandling(mode: str) -> Inject:
    """The service's handler of what it hears most misbehaves, once."""

    async def inject(town: Town, fault: Fault) -> None:
        await behaving(mode, modes.HEARD[fault.service])(town, fault)

    return inject


def nothing(_way: Way) -> None:
    """What was cut is connected again by the service itself."""


def _amqp(town: Town) -> Mapping[str, Way]:
    return town.to_amqp


def _postgres(town: Town) -> Mapping[str, Way]:
    return town.to_postgres


FAULTS: Mapping[str, Inject] = {
    **{f"killed {point}": killed_at(point) for point in points.IN_PROCESS},
    f"killed {CONFIRM_LATE}": killed_before_confirm,
    "killed at random": killed_at_random,
    "all killed": all_killed,
    "frozen": frozen,
    "absent": absent,
    "its clock is off": clock_off,
    "an answer is lost": struck(Direction.DOWN, ANSWER, Strike.CUT),
    "a confirm is lost with its connection": struck(Direction.DOWN, CONFIRM, Strike.CUT),
    "a confirm is lost": struck(Direction.DOWN, CONFIRM, Strike.SWALLOW),
    "an ack is lost with its connection": struck(Direction.UP, ACK, Strike.CUT),
    "a message is cut in the middle": struck(Direction.UP, CONTENT, Strike.CUT_MIDDLE),
    "a delivery is cut in the middle": struck(Direction.DOWN, CONTENT, Strike.CUT_MIDDLE),
    "connections to RabbitMQ cut": on_way(_amqp, Way.cut, nothing, 0),
    "connections to RabbitMQ half open": on_way(_amqp, Way.cut_half_open, Way.bury, 5),
    "RabbitMQ gone without a word": on_way(_amqp, Way.cut_far, Way.bury, 25),
    "RabbitMQ in a black hole": on_way(_amqp, Way.black_hole, Way.lift, 4),
    "RabbitMQ slow": on_way(_amqp, slower(0.05), slower(0), 4),
    "connections to PostgreSQL cut": on_way(_postgres, Way.cut, nothing, 0),
    "PostgreSQL gone without a word": on_way(_postgres, Way.cut_far, Way.bury, 25),
    "PostgreSQL in a black hole": on_way(_postgres, Way.black_hole, Way.lift, 4),
    "PostgreSQL slow": on_way(_postgres, slower(0.02), slower(0), 4),
    "backends ended": backends_ended,
    "connections exhausted": connections_exhausted,
    "disk full": disk_full,
    "every message twice": behaving(modes.TWICE, True),
    "messages shuffled": behaving(modes.SHUFFLED, True, after_an_outage=True),
    "a message delayed past its successors": behaving(modes.DELAYED, 1.5, after_an_outage=True),
    "a handler hangs": mishandling(modes.HANGS),
    "a handler has a bug": mishandling(modes.FAILS),
}
"""What any town can be given."""

NODE_FAULTS: Mapping[str, Inject] = {
    "RabbitMQ restarted": broker_restarted,
    "RabbitMQ killed": broker_killed,
    "RabbitMQ away": broker_away,
    "RabbitMQ closes every connection": all_closed,
    "RabbitMQ's memory alarm": memory_alarm,
    "PostgreSQL killed": postgres_killed,
    "PostgreSQL away": postgres_away,
}
"""What takes a server of our own."""

AT_POSTGRES = frozenset(
    {"backends ended", "connections exhausted", "disk full", "PostgreSQL killed", "PostgreSQL away"}
)
"""What is done by a connection of the kit's own, which must outlive it to undo it, and what ends that."""
