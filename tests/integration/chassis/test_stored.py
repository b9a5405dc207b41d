"""What is only stored, since somebody else is at its subject or time was up, holds up nothing and is gone on with."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from chassis.arrival import Delivery
from chassis.database import LOCK_SECONDS, Transaction
from chassis.decision import SYSTEM
from chassis.envelope import Cause, headers
from chassis.inbox_queries import DUE, GAPS, POSITIONS
from chassis.keys import load_keys
from contracts.authority import AssignmentSent
from tests.integration.chassis.conftest import Probe
from tests.integration.chassis.test_inbox import _all, numbered
from tests.integration.chassis.test_parts_that_fail import health
from tests.integration.chassis.test_retrying import stored
from tests.support.ops import beside, ops
from tests.support.queries import plan_for_any_values, statements
from tests.support.stafett import Running, eventually

IN_HAND = {
    "locked": "SELECT FROM inbox_position WHERE subject = $1 FOR UPDATE",
    "moved on": "UPDATE inbox_position SET last = last WHERE subject = $1",
    "applies the next": "UPDATE inbox_position SET last = last + 1 WHERE subject = $1",
    "begun": "INSERT INTO inbox_position (owner, subject) VALUES ('authority', $1)",
}
"""What another process has done that is at a subject, before it commits."""
SELDOM = 30.0
"""Seconds: who looks no oftener has been woken."""


@asynccontextmanager
async def in_hand(running: Running, subject: UUID, how: str) -> AsyncIterator[None]:
    connection = await asyncpg.connect(running.database)
    try:
        async with connection.transaction():
            await connection.execute(IN_HAND[how], f"assignment/{subject}")
            yield
    finally:
        await connection.close()


def delivery(running: Running, subject: UUID, sequence: int) -> Delivery:
    event = numbered(subject, sequence)
    head = headers(uuid7(), event.type, event.subject, datetime.now(UTC), SYSTEM, Cause())
    body = event.body(load_keys(running.keys, "authority").seal)
    return Delivery({**head, "ce-sequence": str(sequence)}, body, event.type, None, 0)


async def receive(running: Running, *messages: tuple[UUID, int]) -> None:
    """As one batch: messages with these numbers about these subjects."""
    batch = [delivery(running, subject, sequence) for subject, sequence in messages]
    assert await running.app.state.service.inbox.receive(batch) == []


@pytest.mark.parametrize("how", ["locked", "moved on", "begun"])
async def test_what_arrives_about_a_subject_that_somebody_is_at_is_stored_and_holds_up_nothing(
    how: str, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "begun":  # its position can't be skipped: it is waited for, together and alone, in each batch
        monkeypatch.setattr("chassis.inbox.LOCK_SECONDS", 0.5)
    subject, failing, neighbour, broken = uuid4(), uuid4(), uuid4(), [True]
    first = 1 if how == "begun" else 2

    async def fail(event: AssignmentSent, _tx: Transaction) -> None:
        if event.assignment_id == failing and broken:
            raise ValueError

    async with probe(fail) as running:
        if first > 1:
            await receive(running, (subject, 1))
        async with in_hand(running, subject, how):
            within = 3.0 if how == "begun" else LOCK_SECONDS / 2
            async with asyncio.timeout(within):
                await receive(running, (failing, 1), (subject, first), (neighbour, 1))
            await eventually(lambda: _all(running, neighbour, 1))
            async with asyncio.timeout(within):
                await receive(running, (subject, first + 1), (neighbour, 2))
            await eventually(lambda: _all(running, neighbour, 2))
            assert (await stored(running, subject))[first] == "waiting"
            broken.clear()
            await eventually(lambda: _all(running, failing, 1))
            code, said = await ops(beside(running), "outbox", "--service", "execution", "--ids")
            assert code == 0
            assert re.search(rf"assignment/{subject} #{first}  \S+  not tried yet", said), said
            assert (await health(running))[0] == 200
        await eventually(lambda: _all(running, subject, first + 1))


async def test_what_was_stored_is_applied_as_soon_as_whoever_is_at_its_subject_is_done(probe: Probe) -> None:
    subject = uuid4()
    async with probe(None, poll_seconds=SELDOM) as running:
        await receive(running, (subject, 1))
        async with in_hand(running, subject, "locked"):
            await receive(running, (subject, 2))
            assert await stored(running, subject) == {1: "applied", 2: "waiting"}
        await eventually(lambda: _all(running, subject, 2))


async def test_what_was_stored_behind_what_somebody_applies_is_applied_when_they_are_done(probe: Probe) -> None:
    subject = uuid4()
    async with probe(None, poll_seconds=SELDOM) as running:
        await receive(running, (subject, 1))
        with statements(running) as seen:
            async with in_hand(running, subject, "applies the next"):
                await receive(running, (subject, 3))
                await eventually(lambda: _often(seen, 4))
                assert await stored(running, subject) == {1: "applied", 3: "waiting"}
        await eventually(lambda: _is(running, subject, {1: "applied", 3: "applied"}))


async def _often(seen: list[tuple[str, Any]], times: int) -> bool:
    """It has been looked so often for what is due."""
    return sum("AS taken" in statement for statement, _ in seen) >= times


async def _is(running: Running, subject: UUID, wanted: dict[int, str]) -> bool:
    return await stored(running, subject) == wanted


async def test_what_is_due_is_applied_when_something_comes_behind_it(probe: Probe) -> None:
    subject, broken = uuid4(), [True]

    async def fail(_event: AssignmentSent, _tx: Transaction) -> None:
        if broken:
            raise ValueError

    async with probe(fail, poll_seconds=SELDOM) as running:
        await receive(running, (subject, 1))
        assert await stored(running, subject) == {1: "failed"}
        broken.clear()
        await running.sql("UPDATE inbox SET next_at = clock_timestamp()")
        await receive(running, (subject, 2))
        await eventually(lambda: _all(running, subject, 2))


async def test_what_a_batch_has_no_time_for_is_gone_on_with_in_its_order(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.applying.TOGETHER_SECONDS", 0.3)
    one, other = uuid4(), uuid4()

    async def take_long(_event: AssignmentSent, _tx: Transaction) -> None:
        await asyncio.sleep(0.2)

    async with probe(take_long, poll_seconds=SELDOM) as running:
        await receive(running, *((subject, sequence) for sequence in (1, 2, 3) for subject in (one, other)))
        statuses = [*(await stored(running, one)).values(), *(await stored(running, other)).values()]
        assert len(statuses) == 6
        assert 2 <= statuses.count("applied") < 6
        await eventually(lambda: _all(running, one, 3))
        await eventually(lambda: _all(running, other, 3))


async def test_what_somebody_is_at_hides_nothing_behind_it_however_much_it_is(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.stored.MOST_DUE", 3)
    taken, late, broken = [uuid4() for _ in range(6)], uuid4(), [True]

    async def fail(event: AssignmentSent, _tx: Transaction) -> None:
        if event.assignment_id == late and broken:
            raise ValueError

    async with probe(fail, poll_seconds=0.2) as running:
        await receive(running, *((subject, 1) for subject in taken))
        async with AsyncExitStack() as others:
            for subject in taken:
                await others.enter_async_context(in_hand(running, subject, "locked"))
            await receive(running, *((subject, 2) for subject in taken))
            await receive(running, (late, 1))
            broken.clear()
            await running.sql("UPDATE inbox SET last_error = NULL, next_at = clock_timestamp() WHERE status = 'failed'")
            await eventually(lambda: _all(running, late, 1))
        for subject in taken:
            await eventually(lambda: _all(running, subject, 2))  # noqa: B023 – awaited here


async def test_what_has_no_place_in_any_order_is_parked_and_gets_none(probe: Probe) -> None:
    subject, broken = uuid4(), [True]

    async def fail(_event: AssignmentSent, _tx: Transaction) -> None:
        if broken:
            raise ValueError

    async with probe(fail) as running:
        before = await running.sql("SELECT owner, subject FROM inbox_position")
        batch = [delivery(running, subject, 1), Delivery({"ce-subject": "a/1"}, b"?", "nothing", None, 0)]
        assert await running.app.state.service.inbox.receive(batch) == []
        assert len(await running.sql("SELECT 1 FROM inbox WHERE status = 'parked'")) == 1
        broken.clear()
        await eventually(lambda: _all(running, subject, 1))
        after = await running.sql("SELECT owner, subject FROM inbox_position")
        assert [row["subject"] for row in after if row not in before] == [f"assignment/{subject}"]


async def test_to_look_for_what_is_stored_or_missing_costs_no_more_the_longer_the_history_is(
    probe: Probe,
) -> None:
    async with probe(None) as running:
        await running.sql(
            "INSERT INTO inbox (id, owner, subject, sequence, type, headers, body, status) SELECT gen_random_uuid(), "
            "'authority', 'a/' || n / 10, n % 10, 't', '{}', '', 'applied' FROM generate_series(1, 20000) n"
        )
        await running.sql("INSERT INTO inbox_position SELECT 'authority', 'a/' || n, 9 FROM generate_series(0, 2000) n")
        await running.sql("ANALYZE")
        for query in (GAPS, DUE):
            asked = str(query).replace(":patience", "5").replace(":most", "100")
            plan = await running.sql("EXPLAIN " + re.sub(":(owners|subjects)", "'{}'", asked))
            assert not [row for row in plan if "Seq Scan on inbox" in row["QUERY PLAN"]]
        assert "Seq Scan on inbox" not in await plan_for_any_values(running.database, POSITIONS, 2)
