"""The floor: the same durable work done by hand, with no framework and nothing it could do without."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pydantic_core
from pamqp import commands

from bench.hand_off.amqp import connect
from bench.hand_off.course import Course, run, send, subject, until_stopped

EXCHANGE, QUEUE, KEY = "floor", "floor", "assignment.sent"
BATCH = 500
POLL_SECONDS = 0.25
CHANNEL = "floor"

SENDING = """
    CREATE TABLE sent (id bigserial PRIMARY KEY, subject uuid NOT NULL, body jsonb NOT NULL);
    CREATE TABLE outbox (id bigserial PRIMARY KEY, message_id uuid NOT NULL, body text NOT NULL);
    ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)"""
RECEIVING = """
    CREATE TABLE inbox (message_id uuid PRIMARY KEY, type text NOT NULL);
    CREATE TABLE received (id bigserial PRIMARY KEY, message_id uuid NOT NULL, subject uuid NOT NULL,
        sent_at timestamptz NOT NULL, body jsonb NOT NULL)"""
SEND = """
    WITH state AS (INSERT INTO sent (subject, body) VALUES ($1, $2))
    INSERT INTO outbox (message_id, body) VALUES ($3, $2::text)"""
FILL = """
    WITH told AS (SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS t(subject, body, message_id)),
        state AS (INSERT INTO sent (subject, body) SELECT subject, body::jsonb FROM told)
    INSERT INTO outbox (message_id, body) SELECT message_id, body FROM told"""
RELAY = """
    DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED)
    RETURNING id, message_id, body"""
TAKE = """
    WITH told AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[])
            AS t(message_id, subject, sent_at, body)),
        new AS (INSERT INTO inbox (message_id, type) SELECT message_id, 'assignment.sent' FROM told
            ON CONFLICT DO NOTHING RETURNING message_id)
    INSERT INTO received (message_id, subject, sent_at, body)
    SELECT message_id, subject, sent_at, body::jsonb FROM told JOIN new USING (message_id)"""
TRACE: dict[str, Any] = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


def written(number: int, at: datetime) -> tuple[str, str, str]:
    """Subject, body (some 300 bytes) and id of a message."""
    about, message_id = str(subject(number)), str(uuid4())
    body = {
        "id": message_id,
        "subject": about,
        "sent_at": at.isoformat(),
        "number": number,
        "from_unit": "unit-17",
        "to_unit": "unit-42",
        "note": "x" * 110,
    }
    return about, pydantic_core.to_json(body).decode(), message_id


async def fill(course: Course) -> None:
    """Commit all of it while nobody relays."""
    database = await asyncpg.connect(course.sender)
    for first in range(0, course.count, BATCH):
        rows = [
            written(number, datetime.now().astimezone()) for number in range(first, min(first + BATCH, course.count))
        ]
        await database.execute(FILL, *(list(column) for column in zip(*rows, strict=True)))
    await database.close()


async def relaying(course: Course, wake: asyncio.Event) -> None:
    database, broker = await asyncpg.connect(course.sender), await connect(course.amqp)
    await broker.ask(commands.Confirm.Select())
    due = await database.prepare(RELAY)
    while True:
        wake.clear()
        async with database.transaction():
            rows = sorted(await due.fetch())
            if rows:
                await broker.publish(EXCHANGE, KEY, [(properties(str(row[1])), row[2].encode()) for row in rows])
        if not rows:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await wake.wait()


def properties(message_id: str) -> Any:
    return commands.Basic.Properties(
        content_type="application/json", delivery_mode=2, message_id=message_id, message_type=KEY, headers=TRACE
    )


async def relay(course: Course) -> None:
    """In a process of its own, woken by NOTIFY."""
    wake = asyncio.Event()
    listening = await asyncpg.connect(course.sender)
    await listening.add_listener(CHANNEL, lambda *_: wake.set())
    async with beside(relaying(course, wake)):
        await until_stopped()


@contextlib.asynccontextmanager
async def beside(work: Any) -> Any:
    task = asyncio.create_task(work)
    try:
        yield
        if task.done():
            await task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def sender_beside_relay(course: Course) -> None:
    """Sender and relay in one process, woken in memory."""
    wake = asyncio.Event()
    async with beside(relaying(course, wake)):
        await sending(course, wake.set)


async def sender(course: Course) -> None:
    """A sender alone: it tells the relay with a NOTIFY outside the transaction, one for all that were written since."""
    wake = asyncio.Event()

    async def notify() -> None:
        database = await asyncpg.connect(course.sender)
        while True:
            await wake.wait()
            wake.clear()
            await database.execute(f"NOTIFY {CHANNEL}")

    async with beside(notify()):
        await sending(course, wake.set)


async def sending(course: Course, wake: Callable[[], None]) -> None:
    async with asyncpg.create_pool(course.sender, min_size=8, max_size=8) as pool:

        async def one(number: int, at: datetime) -> None:
            about, body, message_id = written(number, at)
            await pool.execute(SEND, about, body, message_id)
            wake()

        await send(course, one)


async def receiver(course: Course) -> None:
    """Up to 500 messages in one transaction, acked together."""
    arrived: list[tuple[int, bytes]] = []
    there = asyncio.Event()

    def take(tag: int, body: bytes) -> None:
        arrived.append((tag, body))
        there.set()

    database, broker = await asyncpg.connect(course.receiver), await connect(course.amqp)
    broker.take = take
    statement = await database.prepare(TAKE)

    async def applying() -> None:
        while True:
            await there.wait()
            there.clear()
            while arrived:
                batch = arrived[:BATCH]
                del arrived[: len(batch)]
                await statement.fetch(*columns([body for _, body in batch]))
                broker.ack(batch[-1][0])

    async with beside(applying()):
        await broker.ask(commands.Basic.Qos(prefetch_count=2 * BATCH))
        await broker.ask(commands.Basic.Consume(queue=QUEUE, consumer_tag="floor"))
        await until_stopped()


def columns(bodies: list[bytes]) -> tuple[list[Any], ...]:
    """Each message once, column by column."""
    told = {message["id"]: (message, body) for body in bodies for message in (pydantic_core.from_json(body),)}
    messages = [message for message, _ in told.values()]
    return (
        list(told),
        [message["subject"] for message in messages],
        [datetime.fromisoformat(message["sent_at"]) for message in messages],
        [body.decode() for _, body in told.values()],
    )


async def declare(amqp: str) -> None:
    """Exchange and quorum queue, empty."""
    broker = await connect(amqp)
    await broker.ask(commands.Exchange.Declare(exchange=EXCHANGE, exchange_type="topic", durable=True))
    await broker.ask(commands.Queue.Delete(queue=QUEUE))
    await broker.ask(commands.Queue.Declare(queue=QUEUE, durable=True, arguments={"x-queue-type": "quorum"}))
    await broker.ask(commands.Queue.Bind(queue=QUEUE, exchange=EXCHANGE, routing_key="assignment.#"))
    broker.close()


if __name__ == "__main__":
    run({"fill": fill, "relay": relay, "sender": sender, "both": sender_beside_relay, "receiver": receiver})
