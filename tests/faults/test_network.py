"""The network between a service and its servers is slow, swallows everything, breaks, or is gone without a word."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.faults.kit.alone import A_FEW, holds, withstands
from tests.faults.kit.fault import until
from tests.faults.kit.proxy import Way
from tests.faults.kit.run import Run
from tests.faults.kit.town import Town

TO_AMQP, TO_POSTGRES = "RabbitMQ", "PostgreSQL"
BOTH = ("authority", "execution")


def ways(town: Town, server: str, services: tuple[str, ...]) -> list[Way]:
    where = town.to_amqp if server == TO_AMQP else town.to_postgres
    return [where[service] for service in services]


GIVEN_UP_SECONDS = 30.0
"""More than a service waits for an answer of PostgreSQL (20 s) or for a confirm (15 s)."""


async def slow(way: Way) -> None:
    way.delay = 0.1
    await asyncio.sleep(8)
    way.delay = 0


async def black_hole(way: Way) -> None:
    await asyncio.to_thread(way.black_hole)
    await asyncio.sleep(10)
    await asyncio.to_thread(way.lift)


async def black_hole_until_it_is_given_up(way: Way) -> None:
    """Longer than anybody waits for an answer, and what was held is lost."""
    await asyncio.to_thread(way.black_hole)
    await asyncio.sleep(GIVEN_UP_SECONDS)
    await asyncio.to_thread(way.lift_and_cut)


async def cut_again_and_again(way: Way) -> None:
    for _ in range(10):
        await asyncio.to_thread(way.cut)
        await asyncio.sleep(0.5)


async def half_open(way: Way) -> None:
    """The service's end is gone; for ten seconds the server believes that it is there."""
    await asyncio.to_thread(way.cut_half_open)
    await asyncio.sleep(10)
    await asyncio.to_thread(way.bury)


HAPPENS = (slow, black_hole, black_hole_until_it_is_given_up, cut_again_and_again, half_open)


@pytest.mark.parametrize("server", [TO_AMQP, TO_POSTGRES])
@pytest.mark.parametrize("happens", HAPPENS)
async def test_the_way_to_a_server(run: Run, server: str, happens: Callable[[Way], Awaitable[None]]) -> None:
    there = ways(run.town, server, BOTH)
    made, troubled = [way.made for way in there], [way.troubled for way in there]

    async def all_ways() -> None:
        await asyncio.gather(*(happens(way) for way in there))

    await withstands(run, all_ways(), run.play(A_FEW, patience=120))
    assert all(way.troubled > before for way, before in zip(there, troubled, strict=True))
    if happens not in (slow, black_hole):
        assert all(way.made > before for way, before in zip(there, made, strict=True))


@pytest.mark.parametrize("server", [TO_AMQP, TO_POSTGRES])
async def test_a_server_that_is_gone_without_a_word_is_noticed_before_anybody_says_so(run: Run, server: str) -> None:
    """The server's ends are gone, and nobody is told; the services make connections of their own accord."""
    there = ways(run.town, server, BOTH)
    before = len(run.given_up)
    made = [way.made for way in there]
    for way in there:
        await asyncio.to_thread(way.cut_far)
    playing = asyncio.create_task(run.play(A_FEW, patience=120))
    for way, earlier in zip(there, made, strict=True):
        await until(lambda: way.made > earlier, "a new connection", GIVEN_UP_SECONDS)  # noqa: B023 – awaited here
    await playing
    await holds(run)
    assert run.given_up[before:] == []
