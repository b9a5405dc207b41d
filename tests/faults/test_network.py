"""The network between a service and its servers is slow, swallows everything, or breaks at the worst frame."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.faults.kit.alone import A_FEW, withstands
from tests.faults.kit.fault import Fault
from tests.faults.kit.frames import ACK, CONFIRM, DELIVER, PUBLISH, Method
from tests.faults.kit.injected import strike
from tests.faults.kit.proxy import Direction, Strike, Way
from tests.faults.kit.run import Run
from tests.faults.kit.town import Town

TO_AMQP, TO_POSTGRES = "RabbitMQ", "PostgreSQL"
BOTH = ("authority", "execution")


def ways(town: Town, server: str, services: tuple[str, ...]) -> list[Way]:
    where = town.to_amqp if server == TO_AMQP else town.to_postgres
    return [where[service] for service in services]


async def slow(way: Way) -> None:
    way.delay = 0.1
    await asyncio.sleep(8)
    way.delay = 0


async def black_hole(way: Way) -> None:
    await asyncio.to_thread(way.black_hole)
    await asyncio.sleep(10)
    await asyncio.to_thread(way.lift)


async def cut_again_and_again(way: Way) -> None:
    for _ in range(10):
        await asyncio.to_thread(way.cut)
        await asyncio.sleep(0.5)


async def half_open(way: Way) -> None:
    """The service's end is gone; for ten seconds the server believes that it is there."""
    await asyncio.to_thread(way.cut_half_open)
    await asyncio.sleep(10)
    await asyncio.to_thread(way.bury)


@pytest.mark.parametrize("server", [TO_AMQP, TO_POSTGRES])
@pytest.mark.parametrize("happens", [slow, black_hole, cut_again_and_again, half_open])
async def test_the_way_to_a_server(run: Run, server: str, happens: Callable[[Way], Awaitable[None]]) -> None:
    there = ways(run.town, server, BOTH)
    before = [way.made for way in there]

    async def all_ways() -> None:
        await asyncio.gather(*(happens(way) for way in there))

    await withstands(run, all_ways(), run.play(A_FEW))
    broken = happens in (cut_again_and_again, half_open)
    assert not broken or all(way.made > made for way, made in zip(there, before, strict=True))


STRIKES = (
    (Direction.DOWN, CONFIRM, Strike.CUT, "authority"),
    (Direction.DOWN, CONFIRM, Strike.SWALLOW, "execution"),
    (Direction.UP, PUBLISH, Strike.CUT, "authority"),
    (Direction.UP, PUBLISH, Strike.CUT_MIDDLE, "execution"),
    (Direction.UP, ACK, Strike.CUT, "execution"),
    (Direction.UP, ACK, Strike.SWALLOW, "authority"),
    (Direction.DOWN, DELIVER, Strike.CUT, "notify"),
    (Direction.DOWN, DELIVER, Strike.CUT_MIDDLE, "execution"),
)


@pytest.mark.parametrize(("direction", "method", "how", "service"), STRIKES)
async def test_exactly_one_frame_is_lost(
    run: Run, direction: Direction, method: Method, how: Strike, service: str
) -> None:
    """The confirm of a message that is stored, the ack of one that is applied, half a message or half a delivery."""
    await withstands(run, strike(run.town, Fault("", service, 0), direction, method, how), run.play(A_FEW))
