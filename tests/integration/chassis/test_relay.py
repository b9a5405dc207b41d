"""What the relay promises: nothing leaves the outbox unconfirmed, and a subject's events leave in order."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import aio_pika
import pytest
from sqlalchemy import text

from chassis.database import Database
from chassis.publishing import Outgoing
from chassis.relay import BATCH, Relay
from chassis.telemetry import Meters
from contracts.execution import AssignmentReceived
from contracts.topology import SERVICES, exchange, queue
from tests.integration.chassis.conftest import Probe
from tests.support.municipality import member, unit
from tests.support.stafett import Ground, Running, eventually


def received(assignment_id: UUID) -> AssignmentReceived:
    return AssignmentReceived(
        assignment_id=assignment_id,
        unit_id=unit("blandaren"),
        case_worker_id=member("karin.berg"),
        received_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    )


async def tell(running: Running, *subjects: UUID) -> None:
    """Write events to the outbox as a decision would, each in a transaction of its own."""
    database: Database = running.app.state.database
    for subject in subjects:
        async with database.transaction() as tx:
            await tx.tell(received(subject))


async def unpublished(running: Running) -> list[dict[str, object]]:
    return await running.sql(
        "SELECT subject, sequence, attempts, last_error FROM outbox "
        "WHERE published_at IS NULL AND receiver IS NULL ORDER BY position"
    )


async def bind(ground: Ground, *, bound: bool) -> None:
    connection = await aio_pika.connect(ground.amqp)
    async with connection:
        channel = await connection.channel()
        for service in SERVICES:
            target = await channel.get_queue(queue(service), ensure=False)
            if bound:
                await target.bind(exchange("execution"), "execution.#")
            else:
                await target.unbind(exchange("execution"), "execution.#")


async def arrived(ground: Ground, service: str) -> list[tuple[str, int]]:
    """(subject, sequence) of what lies in a service's queue now, taken out of it."""
    connection = await aio_pika.connect(ground.amqp)
    found = []
    async with connection:
        channel = await connection.channel()
        lying = await channel.get_queue(queue(service), ensure=False)
        while message := await lying.get(fail=False, no_ack=True):
            if message.routing_key and message.routing_key.startswith("execution."):
                found.append((str(message.headers["ce-subject"]), int(str(message.headers["ce-sequence"]))))
    return found


async def test_an_unroutable_message_stays_and_later_ones_of_its_subject_wait_for_it(
    probe: Probe, clean: Ground
) -> None:
    subject = uuid4()
    async with probe(None) as running:
        await bind(clean, bound=False)
        await tell(running, subject, subject)
        left = await eventually(lambda: _tried(running))
        assert "NO_ROUTE" in str(left[0]["last_error"])
        await bind(clean, bound=True)
        await eventually(lambda: _none_left(running))
        assert await arrived(clean, "authority") == [(f"assignment/{subject}", 1), (f"assignment/{subject}", 2)]
    await clean.empty_broker()


async def _tried(running: Running) -> list[dict[str, object]]:
    return [row for row in await unpublished(running) if row["attempts"]]


async def _none_left(running: Running) -> bool:
    return not await unpublished(running)


async def test_what_is_published_stays_in_the_event_log_with_its_envelope(probe: Probe, clean: Ground) -> None:
    async with probe(None) as running:
        await tell(running, uuid4())
        await eventually(lambda: _none_left(running))
        (row,) = await running.sql("SELECT headers, published_at FROM outbox WHERE receiver IS NULL")
        assert row["published_at"] is not None
        for name in ("ce-id", "ce-type", "ce-source", "ce-subject", "ce-time", "ce-correlationid", "traceparent"):
            assert f'"{name}"' in row["headers"]


async def test_a_subjects_numbers_follow_the_order_of_commit_under_concurrency(probe: Probe) -> None:
    subject = uuid4()
    async with probe(None) as running:
        await asyncio.gather(*(tell(running, subject) for _ in range(20)))
        rows = await running.sql(
            "SELECT sequence FROM outbox WHERE subject = $1 ORDER BY position", f"assignment/{subject}"
        )
        assert [row["sequence"] for row in rows] == list(range(1, 21))


async def test_a_receiver_with_an_empty_database_gets_the_whole_history(clean: Ground) -> None:
    subject = uuid4()
    async with clean.service("execution") as sender:
        await tell(sender, subject, subject, subject)
        await eventually(lambda: _none_left(sender))
        await clean.empty_queue("notify")
        async with clean.service("notify") as late:
            query = "SELECT last FROM inbox_position WHERE subject = $1"
            rows = await eventually(lambda: late.sql(query + " AND last = 3", f"assignment/{subject}"))
            assert rows == [{"last": 3}]


async def test_a_receiver_whose_queue_takes_nothing_holds_up_no_resend_to_another(probe: Probe) -> None:
    async with probe(None) as running:
        await tell(running, *(uuid4() for _ in range(BATCH + 1)))
        await eventually(lambda: _none_left(running))
        resend = "INSERT INTO outbox_resend (position, receiver) SELECT position, $1 FROM outbox WHERE receiver IS NULL"
        await running.sql(f"{resend} ORDER BY position LIMIT $2", "nobody", BATCH)
        await running.sql(f"{resend} ORDER BY position DESC LIMIT 1", "journal")
        await eventually(lambda: _only_to_nobody(running))


async def _only_to_nobody(running: Running) -> bool:
    return not await running.sql("SELECT 1 FROM outbox_resend WHERE receiver <> 'nobody'")


async def silent_about_one(_channel: object, messages: Sequence[Outgoing]) -> list[asyncio.Future[object]]:
    """All are confirmed but what is told to silence."""
    answers = []
    for message in messages:
        answers.append(asyncio.get_running_loop().create_future())
        if message.routing_key != "silence":
            answers[-1].set_result(None)
    return answers


async def test_what_is_confirmed_is_known_though_another_in_its_batch_gets_no_answer(
    clean: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.relay.CONFIRM_SECONDS", 0.1)
    relay = Relay(None, clean.amqp, "execution", Meters("execution"), 1)  # type: ignore[arg-type]
    monkeypatch.setattr("chassis.relay.framed", lambda _channel, message: message)
    monkeypatch.setattr("chassis.relay.publish", silent_about_one)
    relay._channel = None  # type: ignore[assignment]
    common = {"headers": "{}", "sequence": 1, "body": b"{}", "receiver": None, "written_at": None}
    rows = [{**common, "id": uuid4(), "type": kind} for kind in ("told", "silence", "told")]
    confirmed, refused, late = await relay._send(rows)
    assert (confirmed, [row for row, _ in refused], late) == ([rows[0], rows[2]], [rows[1]], True)


async def test_what_can_not_be_sent_keeps_nothing_else_from_going_out(probe: Probe) -> None:
    async with probe(None) as running:
        odd = "INSERT INTO outbox (id, subject, sequence, type, headers, body) VALUES ($1, 'odd/1', 1, $2, '{}', '')"
        await running.sql(odd, uuid4(), "x" * 300)
        await tell(running, uuid4())
        await eventually(lambda: _only_the_odd_one_is_left(running))


async def _only_the_odd_one_is_left(running: Running) -> bool:
    rows = await running.sql("SELECT subject, attempts, last_error FROM outbox WHERE published_at IS NULL")
    return [row["subject"] for row in rows] == ["odd/1"] and "can't be sent" in (rows[0]["last_error"] or "")


async def test_the_relays_own_connection_is_set_as_those_of_the_pool(probe: Probe, clean: Ground) -> None:
    names = ("jit", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "tcp_keepalives_idle")
    async with probe(None) as running:
        database: Database = running.app.state.database
        own = await Relay(database, clean.amqp, "execution", Meters("execution"), 1)._connect()
        try:
            of_the_relay = [await own.fetchval(f"SHOW {name}") for name in names]
        finally:
            await own.close()
        async with database.engine.connect() as connection:
            assert of_the_relay == [await connection.scalar(text(f"SHOW {name}")) for name in names]
        assert of_the_relay[0] == "off"
