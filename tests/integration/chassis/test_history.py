"""History that is asked for goes out in steps, whatever there is of it: in order, once, and beside what is new."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import aio_pika
import asyncpg
import pytest

from chassis import figures, history, reconciliation
from chassis.database import Database
from chassis.relay import BATCH
from chassis.resend import send_again
from contracts.topology import ResendRequested, queue
from tests.integration.chassis.conftest import Probe
from tests.integration.chassis.test_relay import received, unpublished
from tests.support.ops import beside, ops
from tests.support.stafett import Ground, Running, eventually

TOLD = """
    INSERT INTO outbox (id, subject, sequence, type, headers, body, published_at)
    SELECT gen_random_uuid(), 'old/' || n % 50, n / 50 + 1, 'execution.assignment-received.v1',
        jsonb_build_object('ce-subject', 'old/' || n % 50), '{}', clock_timestamp()
    FROM generate_series(0, $1 - 1) AS n"""
REQUESTS = "SELECT receiver, subject, after FROM outbox_resend_request ORDER BY id"
WAITING = "SELECT count(*) AS count, count(DISTINCT (position, receiver)) AS different FROM outbox_resend"


async def tell_history(running: Running, count: int) -> list[tuple[str, int]]:
    """So many events that were published long ago, in 50 subjects; gives (subject, sequence) in their order."""
    await running.sql(TOLD, count)
    await running.sql("ANALYZE outbox")
    return [(f"old/{n % 50}", n // 50 + 1) for n in range(count)]


async def ask(running: Running, receiver: str, subject: str | None = None) -> None:
    """As the inbox does when a receiver's request comes."""
    database: Database = running.app.state.database
    async with database.transaction() as tx:
        await send_again(tx, ResendRequested(receiver=receiver, subject=subject).model_dump_json().encode())


async def came(ground: Ground, service: str) -> list[tuple[str, int]]:
    """(subject, sequence) of all that lies in a service's queue, but what services ask each other."""
    connection = await aio_pika.connect(ground.amqp)
    found: list[tuple[str, int]] = []
    async with connection:
        lying = await (await connection.channel()).get_queue(queue(service), ensure=False)
        with suppress(TimeoutError):
            async for message in lying.iterator(no_ack=True, timeout=1):
                found += [(str(message.headers["ce-subject"]), int(str(message.headers["ce-sequence"])))]
    return [one for one in found if not one[0].startswith("resend/")]


async def nothing_left(running: Running) -> bool:
    database: Database = running.app.state.database
    async with database.engine.connect() as connection:
        return (await figures.figures(connection)).resends == 0 and not await unpublished(running)


@asynccontextmanager
async def by_hand(running: Running) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the relay has one, to take the steps that it does not."""
    connection = await asyncpg.connect(running.database)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay hands nothing over."""

    async def nothing(_connection: asyncpg.Connection, _enough: int) -> bool:
        return False

    monkeypatch.setattr("chassis.relay.hand_over", nothing)


async def test_all_that_was_ever_told_goes_out_in_steps_in_order_and_once_though_the_relay_breaks_in_the_middle(
    probe: Probe, clean: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    step = history.step

    async def breaking(connection: asyncpg.Connection, enough: int) -> bool:
        async with connection.transaction():
            more = await step(connection, enough)
            taken.extend(["step"] * more)
            if len(taken) == 4 and "broken" not in taken:
                taken[3] = "broken"
                await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return more

    monkeypatch.setattr("chassis.history.step", breaking)
    new = uuid4()
    async with probe(None) as running:
        await eventually(lambda: nothing_left(running))
        told = await tell_history(running, 5_000)
        database: Database = running.app.state.database
        async with database.transaction() as tx:
            for receiver in ("journal", "notify"):
                await send_again(tx, ResendRequested(receiver=receiver).model_dump_json().encode())
            await tx.tell(received(new))
        await eventually(lambda: nothing_left(running), within=60)
    assert taken == ["step"] * 3 + ["broken"] + ["step"] * 3
    for receiver in ("journal", "notify"):
        assert await came(clean, receiver) == [(f"assignment/{new}", 1), *told]


@pytest.mark.usefixtures("still")
async def test_a_request_is_one_row_and_counts_as_left_until_it_has_been_gone_through(probe: Probe) -> None:
    async with probe(None) as running, by_hand(running) as connection:
        await tell_history(running, 5_000)
        for _ in range(3):
            await ask(running, "journal")
        assert await running.sql(REQUESTS) == [{"receiver": "journal", "subject": None, "after": 0}]
        assert await running.sql(WAITING) == [{"count": 0, "different": 0}]
        code, said = await ops(beside(running), "outbox", "--service", "execution")
        last = (await running.sql("SELECT max(position) AS last FROM outbox"))[0]["last"]
        assert (code, f"  again  {last:,} to journal" in said) == (0, True), said
        assert await history.step(connection, BATCH)
        assert not await history.step(connection, BATCH), "journal has enough to be sent"
        database: Database = running.app.state.database
        async with database.engine.connect() as engine:
            counted = (await figures.figures(engine)).resends
            kept, _ = await reconciliation.kept_beyond(engine, "journal", {"old/1": 0, "old/49": 0})
            assert (await figures.obstacles(engine)).resends == {"journal": counted}
        assert 5_000 <= counted <= last
        assert all(one.again for places in kept.values() for one in places.values()), "it is on its way"


@pytest.mark.usefixtures("still")
async def test_what_is_asked_for_again_in_the_middle_is_begun_anew(probe: Probe) -> None:
    async with probe(None) as running, by_hand(running) as connection:
        await tell_history(running, 3_000)
        await ask(running, "journal")
        assert await history.step(connection, BATCH)
        await running.sql("DELETE FROM outbox_resend")  # it has been sent, and lost with the receiver's database
        await ask(running, "journal")
        while await history.step(connection, 10_000):
            pass
        assert await running.sql(WAITING) == [{"count": 3_000, "different": 3_000}]
        assert await running.sql(REQUESTS) == []


@pytest.mark.usefixtures("still")
async def test_a_subject_is_not_kept_waiting_by_all_that_was_ever_told_nor_one_receiver_by_another(
    probe: Probe,
) -> None:
    async with probe(None) as running, by_hand(running) as connection:
        await tell_history(running, 5_000)
        await ask(running, "journal")
        await ask(running, "journal", "old/7")
        await ask(running, "notify", "old/7")
        await ask(running, "deviation", "old/unknown")
        while await history.hand_over(connection, 2_001):
            """A step of everything, then one of each of the others."""
        rows = await running.sql(
            "SELECT r.receiver, o.sequence FROM outbox_resend r JOIN outbox o USING (position) "
            "WHERE o.subject = 'old/7' ORDER BY r.id"
        )
        for receiver in ("journal", "notify"):
            assert [row["sequence"] for row in rows if row["receiver"] == receiver] == list(range(1, 101))
        (left,) = await running.sql(REQUESTS)
        assert (left["receiver"], left["subject"], left["after"] > 0) == ("journal", None, True)


async def test_a_receiver_whose_queue_takes_nothing_keeps_no_history_from_another(probe: Probe) -> None:
    asked = "INSERT INTO outbox_resend_request (receiver, first, upto) SELECT $1, 1, max(position) FROM outbox"

    async def only_to_nobody(running: Running) -> bool:
        left = "SELECT receiver FROM outbox_resend UNION SELECT receiver FROM outbox_resend_request"
        return [row["receiver"] for row in await running.sql(left)] == ["nobody"]

    async with probe(None) as running:
        await tell_history(running, 3_000)
        await running.sql(asked, "nobody")
        await running.sql(asked, "journal")
        await eventually(lambda: only_to_nobody(running), within=60)


@pytest.mark.usefixtures("still")
async def test_a_step_reads_its_places_from_an_index(probe: Probe) -> None:
    values = ["journal", 1, 2_000, 100_000, history.STEP]
    async with probe(None) as running, by_hand(running) as connection:
        await tell_history(running, 20_000)
        for query, more, index in (
            (history.OF_EVERYTHING, [], "pk_outbox"),
            (history.OF_A_SUBJECT, ["old/7"], "uq_outbox_subject"),
        ):
            for mode in ("force_custom_plan", "force_generic_plan"):
                await connection.execute(f"SET plan_cache_mode = {mode}")
                plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {query}", *values, *more))
                assert re.search(rf"Index Scan (using|on) {index}\b", plan), plan
                assert not re.search(r"Seq Scan on outbox\b", plan), plan


async def test_what_the_release_before_has_put_in_line_is_sent(probe: Probe, clean: Ground) -> None:
    async with probe(None) as running:
        told = await tell_history(running, 3)
        line = "INSERT INTO outbox_resend (position, receiver) SELECT position, 'journal' FROM outbox"
        await running.sql(f"{line} WHERE subject LIKE 'old/%' ORDER BY position")
        await eventually(lambda: nothing_left(running))
    assert await came(clean, "journal") == told
