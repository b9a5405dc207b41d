"""What fails, waits or is missing is found with its place and its error, and a gap with what ends it."""

import re
import shlex
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from chassis import stuck
from chassis.database import Transaction
from contracts.authority import AssignmentSent
from tests.integration.chassis.conftest import EFFECTS, Probe
from tests.integration.chassis.test_parked import operating
from tests.integration.chassis.test_relay import bind, tell
from tests.support.ops import beside, ops
from tests.support.orders import sent
from tests.support.stafett import Ground, Running, eventually

HERE = ("--service", "execution")


async def stored(running: Running, count: int) -> bool:
    return len(await running.sql("SELECT 1 FROM inbox")) == count


async def test_what_fails_is_listed_with_its_place_its_error_and_its_next_attempt(probe: Probe) -> None:
    async def fail(_event: AssignmentSent, _tx: Transaction) -> None:
        raise KeyError

    async with probe(fail) as running:
        subject = uuid4()
        id = await running.publish(sent(subject))
        await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE status = 'failed' AND attempts > 0"))
        await running.sql("UPDATE inbox SET next_at = clock_timestamp() + interval '1 hour'")
        code, said = await ops(beside(running), "outbox", *HERE, "--ids")
    assert code == 0, said
    place = (
        rf"  in   {id}  authority:assignment/{subject} #1  {sent().type}  tried \d+ times, next {datetime.now(UTC):%Y}"
    )
    assert re.search(place + r"-\S+ \S+: KeyError at ", said), said


async def test_what_the_broker_does_not_take_is_listed_with_its_place_and_why(clean: Ground) -> None:
    async with clean.service("execution") as running:
        await bind(clean, bound=False)
        try:
            subject = uuid4()
            await tell(running, subject)
            await eventually(lambda: running.sql("SELECT 1 FROM outbox WHERE attempts > 0"))
            code, said = await ops(beside(running), "outbox", *HERE, "--ids")
        finally:
            await bind(clean, bound=True)
    assert code == 0, said
    assert re.search(
        rf"  out  \S+  assignment/{subject} #1  execution\.\S+  tried \d+ times, next .*: .*NO_ROUTE", said
    ), said


async def test_a_gap_that_its_owner_lost_is_named_as_skip_gap_wants_it_and_what_is_still_missing_is_said(
    probe: Probe,
) -> None:
    subject = uuid4()
    place = f"authority:assignment/{subject}"
    async with probe(None) as running:
        await running.sql("INSERT INTO outbox_subject (subject, sequence) VALUES ($1, 6)", f"assignment/{subject}")
        await running.publish(sent(subject), sequence=3)
        await running.publish(sent(subject), sequence=6)
        await eventually(lambda: stored(running, 2))
        code, said = await ops(beside(running), "outbox", *HERE, "--ids")
        assert (code, f"  in   {place} waits for #1–#2 before #3" in said) == (0, True), said
        command = f'`parked skip-gap {place} --service execution --why "…"`'
        assert command in said
        pasted = shlex.split(command.strip("`"))
        code, said = await ops(beside(running), *pasted)
        assert (code, "the reason is kept with your name, for whoever asks later" in said) == (2, True), said
        skip = ("parked", *command.strip("`").split()[1:-2], "--why", "its owner lost it")
        code, said = await ops(beside(running), *skip)
        assert code == 0, said
        assert said.splitlines() == [
            f"assignment/{subject} #1 of authority is no longer waited for",
            "#3 still waits for #2: what its owner has lost of it is skipped the same way, one by one",
            "#6 still waits for #4–#5: what its owner has lost of it is skipped the same way, one by one",
        ]
        await eventually(lambda: running.sql("SELECT 1 FROM inbox_position WHERE last = 1"))
        code, said = await ops(beside(running), *skip)
        assert (code, "#2 of authority is no longer waited for" in said, "#3" in said) == (0, True, False), said
        await eventually(lambda: running.sql(EFFECTS))


async def test_one_message_that_is_replayed_is_waited_for_and_what_became_of_it_is_said(probe: Probe) -> None:
    async with probe(None) as running:
        id = await running.publish(sent(uuid4()), type="authority.assignment-sent.v9")
        await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE status = 'parked'"))
        code, said = await ops(beside(running), "parked", "replay", *HERE, "--why", "try", str(id))
        assert code == 1, said
        assert said.splitlines() == [
            f"{id} is tried again",
            "it is parked again: unknown type or version: authority.assignment-sent.v9",
        ]
        await running.sql(
            "UPDATE inbox SET type = $1, headers = headers || jsonb_build_object('ce-type', $1::text)", sent().type
        )
        code, said = await ops(beside(running), "parked", "replay", str(id), *HERE, "--why", "mended")
        assert (code, said.splitlines()) == (0, [f"{id} is tried again", "it went well"]), said


@pytest.mark.parametrize("query", [stuck.UNSENT, stuck.FAILED, stuck.UNTRIED, stuck.GAPS, stuck.HELD])
async def test_no_list_reads_all_the_messages_ever_handled(probe: Probe, query: object) -> None:
    keys = {"limit": 9} if "limit" in str(query) else {"owner": "authority", "subject": "assignment/1"}
    async with probe(None) as running, operating(running) as connection:
        await connection.execute(text("SET enable_seqscan = off"))
        plan = "\n".join((await connection.scalars(text(f"EXPLAIN {query}"), keys)).all())
    assert "Index" in plan
    assert "Seq Scan" not in plan, plan
