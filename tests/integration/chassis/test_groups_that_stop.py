"""What is done to a group and stops in the middle, or is overtaken by somebody else, is said as it is."""

import asyncio
from functools import partial
from uuid import UUID, uuid4

import pytest

from chassis import parked
from chassis.database import Transaction
from cli.ops.parked_groups import Order, act_on_group
from contracts.authority import AssignmentSent
from tests.integration.chassis.conftest import Probe
from tests.integration.chassis.test_parked import operating
from tests.integration.chassis.test_parked_groups import FROM_THE_FUTURE, parked_count
from tests.support.ops import beside, ops
from tests.support.orders import sent
from tests.support.stafett import Ground, Running, eventually

SKIP = ("parked", "skip", "--service", "execution", "--all", "--why", "sent by mistake", "--per-second", "0.5")
REPLAY = ("parked", "replay", "--service", "execution", "--why", "mended")


async def park(running: Running, count: int) -> None:
    for _ in range(count):
        await running.publish(sent(uuid4()), sequence=1, type=FROM_THE_FUTURE)
    await eventually(lambda: parked_count(running, count))


async def test_an_owner_that_goes_away_while_a_group_is_skipped_is_named_and_what_was_skipped_is_said(
    clean: Ground, probe: Probe
) -> None:
    await clean.template("authority")  # its role exists from then on
    async with probe(None) as running:
        await park(running, 3)
        await running.sql("GRANT SELECT ON outbox, outbox_subject TO authority")
        own = beside(running)
        where = {**own, "STAFETT_DATABASE_URL": own["STAFETT_DATABASE_URL"].replace("//execution", "//{service}")}
        skipping = asyncio.create_task(ops(where, *SKIP))
        try:
            await eventually(lambda: parked_count(running, 2), 20)
            await running.sql("ALTER ROLE authority CONNECTION LIMIT 0")
            code, said = await skipping
        finally:
            await running.sql("ALTER ROLE authority CONNECTION LIMIT -1")
        assert await parked_count(running, 2)
    _, stopped, why = said.splitlines()
    assert (code, stopped) == (1, "execution: 1 of 3 skipped before it stopped"), said
    must = (
        "execution: authority must be asked what it told before anything is skipped, and can't be: too many connections"
    )
    assert why.startswith(must)


async def test_who_interrupts_a_group_hears_how_many_were_skipped(
    probe: Probe, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with probe(None) as running:
        await park(running, 3)
        for name, value in beside(running).items():
            monkeypatch.setenv(name, value)
        order = Order("skip", parked.Which(), "sent by mistake", per_second=0.5, within=1, dry_run=False)
        skipping = asyncio.create_task(act_on_group(("execution",), order))
        await eventually(lambda: parked_count(running, 2), 20)
        skipping.cancel()  # as Ctrl-C does
        with pytest.raises(asyncio.CancelledError):
            await skipping
        assert await parked_count(running, 2)
    assert "execution: 1 of 3 skipped before it stopped" in capsys.readouterr().out


async def fail(_event: AssignmentSent, _tx: Transaction) -> None:
    raise KeyError


async def failing(running: Running, count: int) -> bool:
    return len(await running.sql("SELECT 1 FROM inbox WHERE status = 'failed'")) == count


async def retried(running: Running, count: int) -> list[UUID]:
    """Parked, for a replay that will fail and be tried again."""
    ids = [await running.publish(sent(uuid4()), sequence=1) for _ in range(count)]
    await eventually(partial(failing, running, count))
    await running.sql("UPDATE inbox SET status = 'parked'")
    return ids


async def test_what_is_skipped_while_a_replay_is_waited_for_did_not_go_well(probe: Probe) -> None:
    async with probe(fail) as running:
        (id,) = await retried(running, 1)
        replaying = asyncio.create_task(ops(beside(running), *REPLAY, str(id)))
        await eventually(partial(failing, running, 1))
        async with operating(running) as connection:
            await parked.skip(connection, id, "bo", "it must not take effect")
        code, said = await replaying
    last = "it was skipped meanwhile: it has no effect"
    assert (code, said.splitlines()) == (1, [f"{id} is tried again", last]), said


async def test_of_a_group_that_is_replayed_it_is_said_what_has_no_effect(probe: Probe) -> None:
    async with probe(fail) as running:
        skipped, twice, never_told = await retried(running, 3)
        replaying = asyncio.create_task(ops(beside(running), *REPLAY, "--all"))
        await eventually(partial(failing, running, 3))
        async with operating(running) as connection:
            await parked.skip(connection, skipped, "bo", "it must not take effect")
            await parked.skip(connection, never_told, "bo", "invented", told=False)
        await running.sql("UPDATE inbox SET status = 'duplicate' WHERE id = $1", twice)
        code, said = await replaying
    assert code == 1, said
    assert said.splitlines()[-1] == (
        "execution: 0 went well, 0 are parked again, 2 were skipped meanwhile, "
        "1 had no effect (another message was applied in its place)"
    )
