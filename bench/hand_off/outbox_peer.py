"""faststream-outbox, tuned: several workers, batched deletes, retries without end, nothing unroutable lost."""

from datetime import UTC, datetime
from typing import Any

import pydantic_core
from faststream.rabbit import Channel, RabbitBroker, RabbitExchange
from faststream_outbox import ExponentialRetry, OutboxBroker, make_outbox_table
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine

from bench.hand_off import floor
from bench.hand_off.course import SENDERS, Course, run, send, until_stopped

QUEUE = "handed"
SEND = text("INSERT INTO sent (subject, body) VALUES (:subject, CAST(:body AS jsonb))")

metadata = MetaData()
table = make_outbox_table(metadata, table_name="handed_over")


def made(course: Course) -> tuple[Any, Any]:
    engine = create_async_engine(
        course.sender.replace("postgresql://", "postgresql+asyncpg://", 1), pool_size=2 * SENDERS, max_overflow=4
    )
    return engine, OutboxBroker(engine, outbox_table=table, logger=None)


async def relay(course: Course) -> None:
    engine, outbox = made(course)
    rabbit = RabbitBroker(course.amqp, logger=None, default_channel=Channel(on_return_raises=True))
    publisher = rabbit.publisher(
        exchange=RabbitExchange(floor.EXCHANGE, declare=False), routing_key=floor.KEY, persist=True
    )

    async def hand_on(body: dict[str, Any]) -> dict[str, Any]:
        return body

    publisher(
        outbox.subscriber(
            QUEUE,
            max_workers=SENDERS,
            fetch_batch_size=100,
            terminal_flush_batch_size=100,
            min_fetch_interval=0.01,
            max_fetch_interval=1.0,
            retry_strategy=ExponentialRetry(initial_delay_seconds=0.5, max_attempts=None),
        )(hand_on)
    )
    await rabbit.connect()
    await outbox.start()
    await until_stopped()
    await outbox.stop()
    await rabbit.stop()
    await engine.dispose()


async def fill(course: Course) -> None:
    engine, outbox = made(course)
    for first in range(0, course.count, 500):
        async with engine.begin() as connection:
            for number in range(first, min(first + 500, course.count)):
                await _hand_over(outbox, connection, number, datetime.now(UTC))
    await engine.dispose()


async def _hand_over(outbox: Any, connection: Any, number: int, at: datetime) -> None:
    about, body, message_id = floor.written(number, at)
    await connection.execute(SEND, {"subject": about, "body": body})
    await outbox.publish(pydantic_core.from_json(body), queue=QUEUE, session=connection, correlation_id=message_id)


async def sender(course: Course) -> None:
    engine, outbox = made(course)

    async def one(number: int, at: datetime) -> None:
        async with engine.begin() as connection:
            await _hand_over(outbox, connection, number, at)

    await send(course, one)
    await engine.dispose()


if __name__ == "__main__":
    run({"fill": fill, "relay": relay, "sender": sender, "receiver": floor.receiver})
