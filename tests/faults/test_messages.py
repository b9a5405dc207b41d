"""Messages that come twice, out of order or late, and messages that nobody can apply."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest

from chassis.parked import NotParked
from tests.faults.kit import modes, operating
from tests.faults.kit.alone import A_FEW, EVERY_TURN, holds, withstands
from tests.faults.kit.courses import BLANDAREN, Course, Turn
from tests.faults.kit.run import Run
from tests.faults.kit.server_faults import admin
from tests.support.stafett import eventually

TELL = ("authority", "execution")
SENT, RECEIVED = "authority.assignment-sent.v1", "execution.assignment-received.v1"


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
    for service in TELL:
        await asyncio.to_thread(run.town.to_amqp[service].black_hole)
    async with behaving(run, mode, value):
        playing = asyncio.create_task(run.play(EVERY_TURN))
        await asyncio.sleep(3)
        run.town.network.heal()
        await playing
        assert await run.calm()
    await holds(run)


async def test_a_body_that_is_no_event_is_parked_and_skipped(run: Run) -> None:
    id = await operating.publish(run.town, SENT, f"assignment/{uuid4()}", b"\x00 not an event")
    await parked_and_skipped(run, id, "the body is no")


@pytest.mark.parametrize("type", ["authority.assignment-forgotten.v1", "authority.assignment-sent.v9"])
async def test_an_unknown_type_or_a_version_from_the_future_is_parked_and_skipped(run: Run, type: str) -> None:
    id = await operating.publish(run.town, type, f"assignment/{uuid4()}", b"{}")
    await parked_and_skipped(run, id, "unknown type or version")


async def test_a_sealed_part_that_does_not_open_is_parked_replayed_in_vain_and_skipped(run: Run) -> None:
    """The sealed part of one event does not open in another."""
    await run.play([Course(Turn.SENT, BLANDAREN, insists=True)])
    about = uuid4()
    async with admin(run.town, "authority") as authority:
        body = await authority.fetchval("SELECT body FROM outbox WHERE type = $1 ORDER BY position DESC LIMIT 1", SENT)
    id = run.ledger.commands[-1].subject.partition("/")[2]
    moved = body.replace(id.encode(), str(about).encode())
    message = await operating.publish(run.town, SENT, f"assignment/{about}", moved)
    await eventually(lambda: is_parked(run, "execution", message), 20)
    await operating.replay(run.town, "execution", message)
    await eventually(lambda: has_tried(run, message, 2), 20)
    await parked_and_skipped(run, message, "")


async def has_tried(run: Run, id: UUID, times: int) -> bool:
    async with admin(run.town, "execution") as execution:
        return bool(await execution.fetchval("SELECT count(*) FROM inbox_attempt WHERE id = $1", id) >= times)


async def is_parked(run: Run, service: str, id: UUID) -> bool:
    return id in {message.id for message in await operating.parked_at(run.town, service)}


async def parked_and_skipped(run: Run, id: UUID, why: str) -> None:
    """Its neighbours are not hurt while it is parked, and an operator can leave it."""
    await eventually(lambda: is_parked(run, "execution", id), 20)
    (message,) = [one for one in await operating.parked_at(run.town, "execution") if one.id == id]
    assert why in message.last_error
    before = run.begun
    await run.play(A_FEW, patience=20)
    assert run.begun == before + len(A_FEW)
    assert not run.given_up
    for service in ("execution", "notify"):
        if await is_parked(run, service, id):
            await operating.skip(run, service, id)
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
    assert (waiting.type, waiting.last_error) == (RECEIVED, "this build can't")
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
