"""Services that start in any order, come back to a long queue, have a clock of their own, or hang."""

import asyncio
import time
from random import Random

import pytest

from contracts.topology import SERVICES, queue
from tests.faults.kit import modes
from tests.faults.kit.alone import A_FEW, holds, withstands
from tests.faults.kit.courses import BLANDAREN, CASE_WORKER, RAKENSTICKAN, Course, Turn
from tests.faults.kit.fault import Fault
from tests.faults.kit.injected import FIVE_MINUTES, frozen
from tests.faults.kit.reading import queued
from tests.faults.kit.run import Run
from tests.faults.kit.server_faults import admin
from tests.support.stafett import eventually

ORDERS = 3
"""So many of the 720 orders are tried; chance says which."""
ASSIGNMENTS, MESSAGES = 150, 450
"""An hour of a large municipality: each assignment is sent, received and distributed."""
FROZEN_SECONDS = 25.0
LOGINS = (
    CASE_WORKER,
    *(who for one in (BLANDAREN, RAKENSTICKAN) for who in (one.distributor, *dict(one.units).values())),
)


@pytest.mark.parametrize("number", range(ORDERS))
async def test_they_start_in_any_order_while_work_goes_on(run: Run, number: int, chosen_seed: int) -> None:
    """Each only when the one before it answers."""
    order = Random(f"{chosen_seed} {number}").sample(SERVICES, len(SERVICES))
    run.town.kill(*SERVICES)
    playing = asyncio.create_task(run.play(A_FEW))
    for service in order:
        run.town.start(service)
        await eventually(lambda: asyncio.to_thread(run.town.health, service), 60)  # noqa: B023 – awaited here
    await playing
    await holds(run)


@pytest.mark.parametrize("service", ["authority", "execution"])
async def test_one_stands_still_with_all_that_it_holds(run: Run, service: str) -> None:
    """Longer than anybody waits for it: deliveries it has not acked, rows it has locked, the relay's place."""
    await withstands(run, frozen(run.town, Fault("", service, 0), FROZEN_SECONDS), run.play(A_FEW, patience=120))


async def test_away_for_an_hour_of_traffic(run: Run) -> None:
    run.town.kill("notify")
    await run.play([Course(Turn.DISTRIBUTED, RAKENSTICKAN, insists=True)] * ASSIGNMENTS)
    amqp = run.town.prepared.servers.amqp
    await eventually(lambda: has(amqp, "notify", MESSAGES), 60)
    await holds(run)


async def has(amqp: str, service: str, messages: int) -> bool:
    return (await queued(amqp))[queue(service)] >= messages


@pytest.mark.parametrize("off", [FIVE_MINUTES, -FIVE_MINUTES])
async def test_the_clock_of_one_service_is_five_minutes_off(run: Run, off: float) -> None:
    """Order comes from numbers, never from clocks. People have logged in before: a token from the future is refused."""
    earlier = int(time.time() - 2 * FIVE_MINUTES)
    run.tokens = {login: run.town.prepared.issuer.token(login, iat=earlier) for login in LOGINS}
    run.town.kill("execution")
    run.town.clocks["execution"] = off
    run.town.start("execution")
    run.town.wait_until_well()
    try:
        await run.play(A_FEW)
        await holds(run)
    finally:
        del run.town.clocks["execution"]
        run.tokens.clear()
        run.town.kill("execution")
        run.town.start("execution")


async def test_a_handler_that_never_returns_holds_up_its_own_subject_alone(run: Run) -> None:
    control = run.town.control("notify")
    control.set(modes.HANGS, "execution.assignment-declined.v1")
    try:
        await run.play([Course(Turn.DECLINED, RAKENSTICKAN, insists=True)])
        await eventually(lambda: hangs(run), 20)
        await run.play([Course(Turn.SENT, RAKENSTICKAN, insists=True)])
        await eventually(lambda: waits_alone(run), 120)
    finally:
        control.unset(modes.HANGS)
    await holds(run, 180)


LAST = "SELECT count(*) FROM kit_effect WHERE subject = $1"


async def hangs(run: Run) -> bool:
    return run.town.control("notify").marks(modes.HANGS) > 0


async def waits_alone(run: Run) -> bool:
    """The assignment that came later has been heard of."""
    async with admin(run.town, "notify") as notify:
        return bool(await notify.fetchval(LAST, run.ledger.commands[-1].subject))
