"""What is tried again is no business of what arrives, and changes nothing of what somebody has decided meanwhile."""

import asyncio
from collections import Counter
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.database import Transaction
from chassis.parked import NotParked, skip
from contracts.authority import AssignmentSent
from tests.integration.chassis.conftest import EFFECTS, Probe
from tests.integration.chassis.test_inbox import _all, numbered
from tests.integration.chassis.test_parked import operating
from tests.support.stafett import Running, eventually

SKIPPED = "SELECT 1 FROM operator_act WHERE act = 'skip'"


async def status(running: Running, subject: UUID) -> str:
    (row,) = await running.sql("SELECT status FROM inbox WHERE subject = $1", f"assignment/{subject}")
    return str(row["status"])


async def stored(running: Running, subject: UUID) -> dict[int, str]:
    rows = await running.sql("SELECT sequence, status FROM inbox WHERE subject = $1", f"assignment/{subject}")
    return {row["sequence"]: row["status"] for row in rows}


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

    async def behind_it() -> bool:
        return await stored(running, subject) == {1: "failed", 2: "waiting"}

    async with probe(fail_then_hang) as running:
        await running.publish(numbered(subject, 1), sequence=1)
        await eventually(hangs)
        await running.publish(numbered(subject, 2), sequence=2)
        await running.publish(numbered(neighbour, 1), sequence=1)
        await eventually(lambda: _all(running, neighbour, 1), 5)
        await eventually(behind_it, 1)
        assert len(tries) == 3


async def test_what_is_due_to_be_tried_again_is_not_tried_with_what_arrives(probe: Probe) -> None:
    hanging, due, neighbour = uuid4(), uuid4(), uuid4()
    tries: Counter[UUID] = Counter()

    async def break_or_hang(event: AssignmentSent, _tx: Transaction) -> None:
        tries[event.assignment_id] += 1
        if event.assignment_id == hanging and tries[hanging] > 2:
            await asyncio.Event().wait()
        if event.assignment_id in (hanging, due):
            raise ValueError

    async def hangs() -> bool:
        return tries[hanging] == 3

    async with probe(break_or_hang) as running:
        await running.publish(numbered(hanging, 1), sequence=1)
        await eventually(hangs)
        await running.publish(numbered(due, 1), sequence=1)
        failed = "SELECT 1 FROM inbox WHERE status = 'failed' AND subject = $1"
        await eventually(lambda: running.sql(failed, f"assignment/{due}"))
        tried = tries[due]
        await running.sql("UPDATE inbox SET next_at = clock_timestamp() - interval '1 minute'")
        await running.publish(numbered(due, 2), sequence=2)
        await running.publish(numbered(neighbour, 1), sequence=1)
        await eventually(lambda: _all(running, neighbour, 1), 5)
        assert tries == {hanging: 3, due: tried, neighbour: 1}


async def test_to_wait_for_somebodys_lock_is_no_attempt_that_counts(probe: Probe) -> None:
    subject, row = uuid4(), text("SELECT 1 FROM inbox_catch_up FOR UPDATE")

    async def wait(_event: AssignmentSent, tx: Transaction) -> None:
        await tx.execute(text("SET LOCAL lock_timeout = '50ms'"))
        await tx.execute(row)

    async with probe(wait) as running:
        async with running.app.state.database.transaction() as somebody:
            await somebody.execute(row)
            await running.publish(numbered(subject, 1), sequence=1)
            await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE status = 'failed' AND attempts = 0"))
        await eventually(lambda: _all(running, subject, 1))
        assert not await running.sql("SELECT 1 FROM inbox_attempt")


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


async def test_what_an_operator_wants_to_skip_while_it_is_being_applied_is_applied_and_that_is_said(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.subscriptions.HANDLER_SECONDS", 1.0)
    subject, tries, go_on = uuid4(), [], asyncio.Event()

    async def break_then_wait(_event: AssignmentSent, tx: Transaction) -> None:
        tries.append(1)
        if len(tries) <= 2:  # together with others, and by itself
            await tx.execute(text("SELECT pg_sleep(30)"))
        await go_on.wait()

    async def tried(times: int) -> bool:
        return len(tries) == times

    waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with probe(break_then_wait) as running:
        await running.publish(numbered(subject, 1), sequence=1)
        await eventually(lambda: tried(2), 20)
        monkeypatch.setattr("chassis.subscriptions.HANDLER_SECONDS", 20.0)
        await eventually(lambda: tried(3), 20)
        (row,) = await running.sql("SELECT id FROM inbox")
        skipping = asyncio.create_task(_skip(running, row["id"]))
        await eventually(lambda: running.sql(waits))
        go_on.set()
        with pytest.raises(NotParked):
            await skipping
        assert (await status(running, subject), await running.sql(SKIPPED)) == ("applied", [])


async def test_what_is_skipped_where_no_position_is_there_yet_to_wait_for_is_not_applied(probe: Probe) -> None:
    subject, tries, go_on = uuid4(), [], asyncio.Event()

    async def fail_then_wait(_event: AssignmentSent, _tx: Transaction) -> None:
        tries.append(1)
        if len(tries) <= 2:  # together with others, and by itself
            raise ValueError
        await go_on.wait()

    async def is_at_it() -> bool:
        return len(tries) == 3

    async def is_passed() -> bool:
        return await status(running, subject) == "passed"

    async with probe(fail_then_wait) as running:
        await running.publish(numbered(subject, 1), sequence=1)
        await eventually(is_at_it)
        await running.sql("UPDATE inbox SET status = 'skipped' WHERE status = 'failed'")
        go_on.set()
        await eventually(is_passed)
        assert await running.sql(EFFECTS) == []


async def _skip(running: Running, id: UUID) -> None:
    async with operating(running) as connection:
        await skip(connection, id, "asa", "never mind")


async def passed(running: Running, subject: UUID) -> bool:
    """The skipped one has been gone past, and the next has been tried."""
    return await stored(running, subject) == {1: "passed", 2: "failed"}
