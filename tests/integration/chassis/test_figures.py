"""What lies in outbox and inbox is told to operators and at /metrics, as the database says now."""

import re
from uuid import uuid4

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from chassis import figures
from chassis.database import Database
from chassis.inbox_queries import SEND_AGAIN
from tests.integration.chassis.conftest import Probe
from tests.integration.chassis.test_parked import operating
from tests.integration.chassis.test_relay import bind, tell, unpublished
from tests.support.ops import beside, ops
from tests.support.orders import sent
from tests.support.stafett import Ground, Running, eventually


async def metrics(running: Running) -> dict[str, float]:
    """`name` or `name label` -> value."""
    async with running.client() as client:
        said = (await client.get("/execution/metrics")).text
    samples = [sample for family in text_string_to_metric_families(said) for sample in family.samples]
    return {
        " ".join((sample.name, *(value for label, value in sample.labels.items() if label != "service"))): sample.value
        for sample in samples
        if sample.name.startswith("stafett")
    }


async def test_what_is_parked_and_what_waits_behind_it_is_counted_with_its_age(probe: Probe) -> None:
    subject = uuid4()
    async with probe(None) as running:
        before = await metrics(running)
        assert before["stafett_inbox_depth parked"] == 0
        await running.publish(sent(subject), sequence=1, type="authority.assignment-sent.v9")
        await running.publish(sent(subject), sequence=2)
        await eventually(lambda: running.sql("SELECT 1 FROM inbox HAVING count(*) = 2"))
        await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE status = 'parked'"))
        await running.sql("UPDATE inbox SET received_at = received_at - interval '1 hour' WHERE status = 'parked'")
        await running.sql("INSERT INTO operator_act (operator, act, what, why) VALUES ('asa', 'skip', '-', '-')")
        now = await metrics(running)
        assert now["stafett_inbox_depth parked"] == 1
        assert now["stafett_inbox_depth waiting"] == 1
        assert 3600 < now["stafett_inbox_oldest_seconds parked"] < 3700
        assert now["stafett_operator_acts skip"] == 1
        code, said = await ops(beside(running), "outbox", "--service", "execution")
        assert code == 0, said
        assert "  in   1 parked from authority, the oldest 60m old" in said
        assert "  in   1 waiting from authority" in said
        await running.sql("ALTER TABLE outbox RENAME TO away")
        try:
            assert not any(name.startswith("stafett_outbox") for name in await metrics(running))
        finally:
            await running.sql("ALTER TABLE away RENAME TO outbox")


async def test_what_the_broker_does_not_take_is_told_with_why_and_what_it_holds_back(clean: Ground) -> None:
    subject, other = uuid4(), uuid4()
    async with clean.service("execution") as running:
        await bind(clean, bound=False)
        try:
            await tell(running, subject)
            await eventually(lambda: has_failed(running))
            await running.sql("UPDATE outbox SET next_at = next_at + interval '1 hour'")
            await tell(running, subject, other)
            await eventually(lambda: has_failed(running, 2))
            code, said = await ops(beside(running), "outbox", "--service", "execution")
            depth = (await metrics(running))["stafett_outbox_depth"]
        finally:
            await bind(clean, bound=True)
            await running.sql("UPDATE outbox SET next_at = clock_timestamp()")
        assert code == 0, said
        assert "execution: 3 to send, the oldest" in said
        assert re.search(r"  out  2 × \w+: .*NO_ROUTE.* \(tried up to \d+ times", said), said
        assert "  out  1 subjects are held back by an earlier message of theirs" in said
        assert depth == 3
        await eventually(lambda: is_sent(running))


async def has_failed(running: Running, count: int = 1) -> bool:
    return len([row for row in await unpublished(running) if row["last_error"]]) >= count


async def is_sent(running: Running) -> bool:
    return not await unpublished(running) and (await metrics(running))["stafett_outbox_depth"] == 0


async def test_what_is_to_be_sent_again_is_counted_by_receiver(clean: Ground) -> None:
    in_line = text("INSERT INTO outbox_resend (position, receiver) SELECT max(position), 'journal' FROM outbox")
    async with clean.service("execution") as running:
        await tell(running, uuid4())
        await eventually(lambda: is_sent(running))
        database: Database = running.app.state.database
        async with database.engine.connect() as connection:
            await connection.execute(in_line)
            for receiver in ("journal", "notify"):
                await connection.execute(SEND_AGAIN, {"receiver": receiver, "subject": "assignment/1", "first": 1})
            counted = await figures.figures(connection)
            by_receiver = (await figures.obstacles(connection)).resends
            await connection.rollback()
        assert (counted.resends, by_receiver) == (3, {"journal": 2, "notify": 1})


async def test_a_scrape_reads_indexes_of_what_is_open_and_not_all_that_was_ever_handled(probe: Probe) -> None:
    async with probe(None) as running, operating(running) as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        for query, tables in (
            (figures.OUTGOING, "outbox"),
            (figures.INCOMING, "inbox"),
            (figures.ACTS, "operator_act"),
        ):
            plan = "\n".join((await connection.scalars(text(f"EXPLAIN {query}"))).all())
            assert not re.search(rf"Seq Scan on {tables}\b", plan), plan
            assert "Index" in plan
