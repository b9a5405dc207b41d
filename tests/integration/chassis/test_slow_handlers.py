"""What becomes of a message whose handler takes too long."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text

from chassis.database import Transaction
from contracts.authority import AssignmentSent
from tests.integration.chassis.conftest import Probe
from tests.integration.chassis.test_inbox import _all, numbered
from tests.support.stafett import eventually


async def test_what_takes_too_long_in_the_database_holds_up_no_other_subject(probe: Probe) -> None:
    subject, neighbour = uuid4(), uuid4()

    async def dawdle(event: AssignmentSent, tx: Transaction) -> None:
        if event.assignment_id == subject:
            await tx.execute(text("SET LOCAL statement_timeout = '50ms'"))
            await tx.execute(text("SELECT pg_sleep(5)"))

    async with probe(dawdle) as running:
        await running.publish(numbered(subject, 1), sequence=1)
        await running.publish(numbered(neighbour, 1), sequence=1)
        await eventually(lambda: _all(running, neighbour, 1))
        assert await running.sql("SELECT 1 FROM inbox WHERE status = 'failed'")


async def test_a_handler_that_is_given_up_in_a_statement_holds_up_no_other_subject(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.subscriptions.HANDLER_SECONDS", 0.2)
    subject, neighbour, slow = uuid4(), uuid4(), [True]

    async def dawdle(event: AssignmentSent, tx: Transaction) -> None:
        if event.assignment_id == subject and slow:
            await tx.execute(text("SELECT pg_sleep(30)"))

    async with probe(dawdle) as running:
        await running.publish(numbered(subject, 1), sequence=1)
        await running.publish(numbered(neighbour, 1), sequence=1)
        await eventually(lambda: _all(running, neighbour, 1))
        (failed,) = await running.sql("SELECT last_error FROM inbox WHERE status = 'failed'")
        assert failed["last_error"] == "its handler did not end within 0.2 s"
        slow.clear()
        await eventually(lambda: _all(running, subject, 1))


async def test_who_waits_for_a_row_that_somebody_else_has_locked_holds_up_no_other_subject(probe: Probe) -> None:
    subject, neighbour = uuid4(), uuid4()
    of_unit = text("SELECT 1 FROM inbox_catch_up FOR UPDATE")

    async def wait(event: AssignmentSent, tx: Transaction) -> None:
        if event.assignment_id == subject:
            await tx.execute(text("SET LOCAL lock_timeout = '50ms'"))
            await tx.execute(of_unit)

    async with probe(wait) as running:
        async with running.app.state.database.transaction() as somebody:
            await somebody.execute(of_unit)
            await running.publish(numbered(subject, 1), sequence=1)
            await running.publish(numbered(neighbour, 1), sequence=1)
            await eventually(lambda: _all(running, neighbour, 1))
            assert await running.sql("SELECT 1 FROM inbox WHERE status = 'failed' AND last_error LIKE '%55P03%'")
        await eventually(lambda: _all(running, subject, 1))


@pytest.mark.parametrize("failure", [TimeoutError, ConnectionError, asyncpg.InterfaceError("busy")])
async def test_a_failure_of_the_handlers_own_is_not_taken_for_the_databases(
    failure: type[Exception] | Exception, probe: Probe
) -> None:
    subject, neighbour = uuid4(), uuid4()

    async def fail(event: AssignmentSent, _tx: Transaction) -> None:
        if event.assignment_id == subject:
            raise failure

    async with probe(fail) as running:
        await running.publish(numbered(subject, 1), sequence=1)
        await running.publish(numbered(neighbour, 1), sequence=1)
        await eventually(lambda: _all(running, neighbour, 1))
        assert await running.sql("SELECT 1 FROM inbox WHERE status = 'failed'")


async def test_a_handler_that_never_ends_holds_up_no_other_subject_and_is_tried_again(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.subscriptions.HANDLER_SECONDS", 0.2)
    subject, neighbour, hangs = uuid4(), uuid4(), [True]

    async def hang(event: AssignmentSent, _tx: Transaction) -> None:
        if event.assignment_id == subject and hangs:
            await asyncio.Event().wait()

    async with probe(hang) as running:
        await running.publish(numbered(subject, 1), sequence=1)
        await running.publish(numbered(neighbour, 1), sequence=1)
        await eventually(lambda: _all(running, neighbour, 1))
        (failed,) = await running.sql("SELECT last_error FROM inbox WHERE status = 'failed'")
        assert failed["last_error"] == "its handler did not end within 0.2 s"
        hangs.clear()
        await eventually(lambda: _all(running, subject, 1))
