"""What there was no time for in a batch, and what has failed: gone on with, and neither waits for the other."""

import asyncio
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import pytest

from chassis.database import LOCK_SECONDS, Transaction
from chassis.inbox_queries import DUE
from contracts.authority import AssignmentSent
from tests.integration.chassis.conftest import Probe
from tests.integration.chassis.test_inbox import _all
from tests.integration.chassis.test_parts_that_fail import says
from tests.integration.chassis.test_retrying import stored
from tests.integration.chassis.test_stored import SELDOM, in_hand, receive
from tests.support.stafett import Running, eventually

FAILING = uuid4()
FIRST = """
    INSERT INTO inbox (id, owner, subject, sequence, type, headers, body, status, last_error, attempts, next_at)
    VALUES ($1, 'authority', $2, 1, 't', '{}', '', $3, $4, $5, clock_timestamp() - interval '1 hour' / $6)"""
"""As it is stored, due for an hour or a part of it. Nobody knows its type: it is parked when it is tried."""


async def leave_over(running: Running, monkeypatch: pytest.MonkeyPatch, *subjects: UUID) -> None:
    """The first of each of these subjects, in a batch that has no time for them."""
    with monkeypatch.context() as patched:
        patched.setattr("chassis.inbox.ALONE_SECONDS", -1.0)
        await receive(running, (FAILING, 1), *((subject, 1) for subject in subjects))


async def test_what_a_slow_batch_leaves_over_is_only_stored_and_gone_on_with(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = [uuid4() for _ in range(5)]
    left: list[tuple[str, str]] = []

    async def fail(event: AssignmentSent, _tx: Transaction) -> None:
        if event.assignment_id == FAILING:
            raise ValueError

    async with probe(fail, poll_seconds=SELDOM) as running:
        of_stored = running.app.state.service.inbox.stored
        with monkeypatch.context() as patched:
            patched.setattr(of_stored, "put_by", left.extend)
            await leave_over(running, monkeypatch, *good)
            assert [await stored(running, subject) for subject in good] == [{1: "waiting"}] * len(good)
        of_stored.put_by(left)
        for subject in good:
            await eventually(lambda: _all(running, subject, 1))  # noqa: B023 – awaited here


async def test_what_was_never_tried_is_done_while_many_others_hang_each_time_they_are_tried(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.subscriptions.HANDLER_SECONDS", 0.6)
    monkeypatch.setattr("chassis.stored.GO_ON_SECONDS", 0.6)
    hanging, good = [uuid4() for _ in range(12)], [uuid4() for _ in range(24)]
    hung: list[UUID] = []

    async def hang(event: AssignmentSent, _tx: Transaction) -> None:
        if event.assignment_id == FAILING or (event.assignment_id in hanging and not may_hang):
            raise ValueError
        if event.assignment_id in hanging:
            hung.append(event.assignment_id)
            await asyncio.Event().wait()
        await asyncio.sleep(0.05)  # so that some ten can be done in a turn

    async def hangs() -> bool:
        return bool(hung)

    may_hang: list[bool] = []
    async with probe(hang) as running:
        await receive(running, *((subject, 1) for subject in hanging))
        may_hang.append(True)
        await eventually(hangs)
        await leave_over(running, monkeypatch, *good)
        before = len(hung)
        for subject in good:
            await eventually(lambda: _all(running, subject, 1), 30)  # noqa: B023 – awaited here
        assert len(hung) - before < 20, "one for each turn, not for each message"


async def test_what_we_are_at_ourselves_holds_up_nothing_that_arrives(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject, neighbour, begun, go_on = uuid4(), uuid4(), asyncio.Event(), asyncio.Event()

    async def wait(event: AssignmentSent, _tx: Transaction) -> None:
        if event.assignment_id == FAILING:
            raise ValueError
        if event.assignment_id == subject:
            begun.set()
            await go_on.wait()

    async with probe(wait) as running:
        await leave_over(running, monkeypatch, subject)
        await begun.wait()
        async with asyncio.timeout(LOCK_SECONDS / 2):
            await receive(running, (subject, 2), (neighbour, 1))
        assert await stored(running, neighbour) == {1: "applied"}
        go_on.set()
        await eventually(lambda: _all(running, subject, 2))


async def test_never_tried_and_tried_are_due_by_turns_the_oldest_first_and_last_what_somebody_was_at(
    probe: Probe,
) -> None:
    rows = [("new", n, "waiting", None, 0) for n in range(3)] + [("failed", n, "failed", "Bug", 1) for n in range(2)]
    rows.append(("in the way", 0, "failed", "LockNotAvailable", 0))
    async with probe(None, poll_seconds=SELDOM) as running:
        await eventually(lambda: says(running, "inbox", "applying"))
        for name, n, status, error, attempts in rows:
            await running.sql(FIRST, uuid4(), f"{name}/{n}", status, error, attempts, n + 1)
        async with running.app.state.database.transaction() as tx:
            taken = {"owners": ["authority"], "subjects": ["new/0"]}
            due = [(row.subject, row.tried) for row in await tx.execute(DUE, {"most": 9, **taken})]
            first = [("new/1", 0), ("in the way/0", 1), ("failed/0", 2)]
            assert due == [*first, ("new/2", 0), ("failed/1", 2), ("new/0", 0)]
            assert len((await tx.execute(DUE, {"most": 2, **taken})).all()) == 2


async def test_what_others_have_begun_and_not_committed_hides_nothing_behind_it_however_much_it_is(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.stored.GO_ON_SECONDS", 0.2)
    monkeypatch.setattr("chassis.stored.LOCK_SECONDS", 0.1)  # two in a turn
    async with probe(None, poll_seconds=0.2) as running, AsyncExitStack() as others:
        begun = [uuid4() for _ in range(6)]
        for subject in begun:
            await others.enter_async_context(in_hand(running, subject, "begun"))
        for subject in begun:
            await running.sql(FIRST, uuid4(), f"assignment/{subject}", "waiting", None, 0, 1)
        await running.sql(FIRST, uuid4(), "late/1", "waiting", None, 0, 2)
        await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE subject = 'late/1' AND status = 'parked'"))
        assert len(await running.sql("SELECT 1 FROM inbox WHERE status = 'waiting'")) == len(begun)
