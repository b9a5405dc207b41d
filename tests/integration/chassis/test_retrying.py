"""What is tried again is no business of what arrives, and changes nothing of what somebody has decided meanwhile."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.database import Transaction
from chassis.parked import skip
from contracts.authority import AssignmentSent
from tests.integration.chassis.conftest import Probe
from tests.integration.chassis.test_inbox import _all, numbered
from tests.integration.chassis.test_parked import operating
from tests.support.stafett import Running, eventually


async def status(running: Running, subject: UUID) -> str:
    (row,) = await running.sql("SELECT status FROM inbox WHERE subject = $1", f"assignment/{subject}")
    return str(row["status"])


async def test_what_arrives_is_applied_while_something_is_tried_again_and_hangs(probe: Probe) -> None:
    subject, neighbour, tries = uuid4(), uuid4(), []

    async def fail_then_hang(event: AssignmentSent, _tx: Transaction) -> None:
        if event.assignment_id == subject:
            tries.append(1)
            if len(tries) <= 2:  # together with others, and by itself
                raise ValueError
            await asyncio.Event().wait()

    async def hangs() -> bool:
        return len(tries) == 3

    async with probe(fail_then_hang) as running:
        await running.publish(numbered(subject, 1), sequence=1)
        await eventually(hangs)
        await running.publish(numbered(neighbour, 1), sequence=1)
        await eventually(lambda: _all(running, neighbour, 1), 5)
        assert len(tries) == 3


async def test_what_a_slow_batch_leaves_over_is_stored_and_applied_like_what_is_tried_again(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.inbox.ALONE_SECONDS", -1.0)
    bad, good = uuid4(), [uuid4() for _ in range(5)]

    async def fail(event: AssignmentSent, _tx: Transaction) -> None:
        if event.assignment_id == bad:
            raise ValueError

    async with probe(fail) as running:
        for subject in (bad, *good):
            await running.publish(numbered(subject, 1), sequence=1)
            await running.publish(numbered(subject, 2), sequence=2)
        for subject in good:
            await eventually(lambda: _all(running, subject, 2))  # noqa: B023 – awaited here
        assert await running.sql("SELECT 1 FROM inbox WHERE status = 'failed'")


async def test_what_an_operator_skips_while_its_handler_is_given_up_stays_skipped(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.subscriptions.HANDLER_SECONDS", 1.0)
    subject = uuid4()

    async def dawdle(_event: AssignmentSent, tx: Transaction) -> None:
        await tx.execute(text("SELECT pg_sleep(30)"))

    async def tried(times: int) -> bool:
        return len(await running.sql("SELECT 1 FROM inbox_attempt")) >= times

    async def sleeps() -> bool:
        return bool(await running.sql("SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)'"))

    async with probe(dawdle) as running:
        await running.publish(numbered(subject, 1), sequence=1)
        await eventually(lambda: tried(1), 20)
        await eventually(sleeps)
        (row,) = await running.sql("SELECT id FROM inbox")
        async with operating(running) as connection:
            await skip(connection, row["id"], "asa", "never mind")
        assert await status(running, subject) == "skipped"
        await running.publish(numbered(subject, 2), sequence=2)
        await eventually(lambda: passed(running, subject), 20)


async def passed(running: Running, subject: UUID) -> bool:
    """The skipped one has been gone past, and the next has been tried."""
    rows = await running.sql("SELECT sequence, status FROM inbox WHERE subject = $1", f"assignment/{subject}")
    return {row["sequence"]: row["status"] for row in rows} == {1: "passed", 2: "failed"}
