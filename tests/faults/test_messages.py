"""Messages that come twice, out of order or late, and messages that nobody can apply."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from chassis.parked import NotParked
from tests.faults.kit import bad_messages, modes, operating
from tests.faults.kit.alone import A_FEW, EVERY_TURN, holds, withstands
from tests.faults.kit.bad_messages import is_parked, skipped
from tests.faults.kit.courses import BLANDAREN, Course, Turn
from tests.faults.kit.run import Run
from tests.faults.kit.server_faults import admin, more
from tests.support.stafett import eventually

TELL = ("authority", "execution")
RECEIVED = "execution.assignment-received.v1"


@asynccontextmanager
async def behaving(run: Run, mode: str, value: object) -> AsyncIterator[None]:
    """Who tells most behaves badly, and has done so at least once when it ends."""
    before = [run.town.control(service).marks(mode) for service in TELL]
    for service in TELL:
        run.town.control(service).set(mode, value)
    try:
        yield
    finally:
        for service in TELL:
            run.town.control(service).unset(mode)
    after = [run.town.control(service).marks(mode) for service in TELL]
    assert sum(after) > sum(before)


@pytest.mark.parametrize(("mode", "value"), [(modes.TWICE, True), (modes.SHUFFLED, True), (modes.DELAYED, 2.0)])
async def test_every_message_twice_or_in_the_wrong_order(run: Run, mode: str, value: object) -> None:
    """An outage first, so that several messages of a subject leave the outbox together."""
    before = len(run.given_up)
    async with admin(run.town, "execution") as execution, behaving(run, mode, value):
        received = await execution.fetchval(ORDERS)
        playing = asyncio.create_task(run.play(EVERY_TURN, actors=len(EVERY_TURN)))
        await in_line(run, "authority")
        await eventually(lambda: more(execution, ORDERS, received + len(EVERY_TURN) // 2), 60)
        await in_line(run, "execution")
        await playing
        assert await run.calm()
    await holds(run)
    assert run.given_up[before:] == []


ORDERS = "SELECT count(*) FROM assignments"
IN_LINE = "SELECT count(*) FROM (SELECT FROM outbox WHERE published_at IS NULL GROUP BY subject HAVING count(*) > 1) s"


async def in_line(run: Run, service: str) -> None:
    """Cut off until several messages of one subject wait to be published."""
    await asyncio.to_thread(run.town.to_amqp[service].black_hole)
    async with admin(run.town, service) as database:
        await eventually(lambda: more(database, IN_LINE, 0), 60)
    await asyncio.to_thread(run.town.to_amqp[service].lift)


BAD = (
    (bad_messages.no_event, "the body is no"),
    (bad_messages.of_an_unknown_type, "unknown type or version"),
    (bad_messages.of_a_version_from_the_future, "unknown type or version"),
)


@pytest.mark.parametrize(("bad", "why"), BAD)
async def test_what_can_never_be_applied_is_parked_and_skipped(run: Run, bad: bad_messages.Bad, why: str) -> None:
    await parked_and_skipped(run, await bad(run), why)


async def test_a_sealed_part_that_does_not_open_is_parked_replayed_in_vain_and_skipped(run: Run) -> None:
    await run.play([Course(Turn.SENT, BLANDAREN, insists=True)])
    message = await bad_messages.with_a_seal_of_another(run)
    await eventually(lambda: is_parked(run, "execution", message), 20)
    await operating.replay(run.town, "execution", message)
    await eventually(lambda: has_tried(run, message, 2), 20)
    await parked_and_skipped(run, message, "")


async def has_tried(run: Run, id: UUID, times: int) -> bool:
    async with admin(run.town, "execution") as execution:
        return bool(await execution.fetchval("SELECT count(*) FROM inbox_attempt WHERE id = $1", id) >= times)


async def parked_and_skipped(run: Run, id: UUID, why: str) -> None:
    """Its neighbours are not hurt while it is parked, and an operator can leave it."""
    await eventually(lambda: is_parked(run, "execution", id), 20)
    (message,) = [one for one in await operating.parked_at(run.town, "execution") if one.id == id]
    assert why in message.last_error
    before = len(run.given_up)
    await run.play(A_FEW, patience=20)
    assert run.given_up[before:] == []
    await skipped(run, id)
    with pytest.raises(NotParked):
        await operating.skip(run, "execution", id)
    await holds(run)


async def test_what_an_old_build_cannot_do_waits_and_is_replayed_when_it_can(run: Run) -> None:
    control = run.town.control("authority")
    control.set(modes.REFUSES, RECEIVED)
    try:
        await run.play([Course(Turn.ACKNOWLEDGED, BLANDAREN, insists=True)])
        await eventually(lambda: operating.parked_at(run.town, "authority"), 20)
    finally:
        control.unset(modes.REFUSES)
    (waiting,) = await operating.parked_at(run.town, "authority")
    assert (waiting.type, waiting.last_error) == (RECEIVED, modes.REFUSAL)
    await operating.replay(run.town, "authority", waiting.id)
    await holds(run)


async def test_a_handler_with_a_bug_is_tried_again_until_it_works(run: Run) -> None:
    control = run.town.control("notify")
    before = control.marks(modes.FAILS)

    async def for_a_while() -> None:
        control.set(modes.FAILS, RECEIVED)
        try:
            await eventually(lambda: tried(), 30)
        finally:
            control.unset(modes.FAILS)

    async def tried() -> bool:
        return control.marks(modes.FAILS) >= before + 3

    await withstands(run, for_a_while(), run.play(A_FEW))
