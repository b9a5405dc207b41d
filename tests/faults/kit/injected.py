"""The faults there are, and how each is brought about and taken away again."""

import asyncio
from collections.abc import Callable, Mapping

from tests.faults.kit import modes, points
from tests.faults.kit.fault import Fault, Inject, until
from tests.faults.kit.frames import ACK, CONFIRM, DELIVER, PUBLISH, Method
from tests.faults.kit.proxy import Direction, Rule, Strike, Way
from tests.faults.kit.server_faults import (
    backends_ended,
    broker_killed,
    broker_restarted,
    connections_exhausted,
    disk_full,
    postgres_killed,
)
from tests.faults.kit.town import Town

CONFIRM_LATE = "between-publish-and-confirm"


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
    town.kill_if_running(fault.service)


async def all_killed(town: Town, _fault: Fault) -> None:
    town.kill_if_running(*town.running)


def struck(direction: Direction, method: Method, how: Strike) -> Inject:
    """At one frame of the service's way to RabbitMQ."""

    async def inject(town: Town, fault: Fault) -> None:
        await strike(town, fault, direction, method, how)

    return inject


async def strike(
    town: Town, fault: Fault, direction: Direction, method: Method, how: Strike, then: Callable[[], None] = lambda: None
) -> None:
    way = town.to_amqp[fault.service]
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
        await asyncio.to_thread(begin, way)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(end, way)

    return inject


def slower(seconds: float) -> Callable[[Way], None]:
    def begin(way: Way) -> None:
        way.delay = seconds

    return begin


def behaving(mode: str, value: object, seconds: float) -> Inject:
    """The service's process behaves badly for some seconds."""

    async def inject(town: Town, fault: Fault) -> None:
        control = town.control(fault.service)
        before = control.marks(mode)
        control.set(mode, value)
        try:
            await asyncio.sleep(seconds)
            await until(lambda: control.marks(mode) > before, f"{fault.service}: {mode}")
        finally:
            control.unset(mode)

    return inject


def _amqp(town: Town) -> Mapping[str, Way]:
    return town.to_amqp


def _postgres(town: Town) -> Mapping[str, Way]:
    return town.to_postgres


FAULTS: Mapping[str, Inject] = {
    **{f"killed {point}": killed_at(point) for point in points.IN_PROCESS},
    f"killed {CONFIRM_LATE}": killed_before_confirm,
    "killed at random": killed_at_random,
    "all killed": all_killed,
    "a confirm is lost with its connection": struck(Direction.DOWN, CONFIRM, Strike.CUT),
    "a confirm is lost": struck(Direction.DOWN, CONFIRM, Strike.SWALLOW),
    "an ack is lost with its connection": struck(Direction.UP, ACK, Strike.CUT),
    "a message is cut in the middle": struck(Direction.UP, PUBLISH, Strike.CUT_MIDDLE),
    "a delivery is cut in the middle": struck(Direction.DOWN, DELIVER, Strike.CUT_MIDDLE),
    "connections to RabbitMQ cut": on_way(_amqp, Way.cut, Way.heal, 0),
    "connections to RabbitMQ half open": on_way(_amqp, Way.cut_half_open, Way.bury, 5),
    "RabbitMQ in a black hole": on_way(_amqp, Way.black_hole, Way.lift, 4),
    "RabbitMQ slow": on_way(_amqp, slower(0.05), slower(0), 4),
    "connections to PostgreSQL cut": on_way(_postgres, Way.cut, Way.heal, 0),
    "PostgreSQL in a black hole": on_way(_postgres, Way.black_hole, Way.lift, 4),
    "PostgreSQL slow": on_way(_postgres, slower(0.02), slower(0), 4),
    "backends ended": backends_ended,
    "connections exhausted": connections_exhausted,
    "disk full": disk_full,
    "every message twice": behaving(modes.TWICE, True, 5),
    "messages shuffled": behaving(modes.SHUFFLED, True, 5),
    "a message delayed past its successors": behaving(modes.DELAYED, 1.5, 3),
}
"""What any town can be given."""

NODE_FAULTS: Mapping[str, Inject] = {
    "RabbitMQ restarted": broker_restarted,
    "RabbitMQ killed": broker_killed,
    "PostgreSQL killed": postgres_killed,
}
"""What takes a server of our own."""

AT_POSTGRES = frozenset({"backends ended", "connections exhausted", "disk full", "PostgreSQL killed"})
"""What is done by a connection of the kit's own, which must outlive it to undo it, and what ends that."""
