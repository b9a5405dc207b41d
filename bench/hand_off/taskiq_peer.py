"""Taskiq with taskiq-aio-pika: commit, then `kiq()`; acked when executed, from a quorum queue."""

import asyncio
import contextlib
from datetime import datetime
from typing import Any

import asyncpg
import pydantic_core
from taskiq.api import run_receiver_task
from taskiq_aio_pika import AioPikaBroker, QueueType
from taskiq_aio_pika import Queue as DeclaredQueue

from bench.hand_off.course import SENDERS, Course, run, send, until_stopped
from bench.hand_off.floor import written

QUEUE, PREFETCH = "taskiq-bench", 10
SEND = "INSERT INTO sent (subject, body) VALUES ($1, $2)"
TAKE = """
    WITH new AS (INSERT INTO inbox (message_id, type) VALUES ($1, 'assignment.sent')
        ON CONFLICT DO NOTHING RETURNING message_id)
    INSERT INTO received (message_id, subject, sent_at, body)
    SELECT message_id, $2::uuid, $3::timestamptz, $4::jsonb FROM new"""


def made(course: Course, pool: Any) -> tuple[Any, Any]:
    """The broker and its task."""
    queue = DeclaredQueue(name=QUEUE, type=QueueType.QUORUM, durable=True)
    broker = AioPikaBroker(course.amqp, qos=PREFETCH).with_queue(queue)

    async def receive(message_id: str, body: str) -> None:
        told = pydantic_core.from_json(body)
        await pool.execute(TAKE, message_id, told["subject"], datetime.fromisoformat(told["sent_at"]), body)

    return broker, broker.task(task_name="receive")(receive)


async def receiver(course: Course) -> None:
    async with asyncpg.create_pool(course.receiver, min_size=PREFETCH, max_size=PREFETCH) as pool:
        broker, _ = made(course, pool)
        broker.is_worker_process = True
        await broker.startup()
        task = asyncio.create_task(run_receiver_task(broker))
        await until_stopped()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await broker.shutdown()


async def sender(course: Course) -> None:
    async with asyncpg.create_pool(course.sender, min_size=SENDERS, max_size=SENDERS) as pool:
        broker, task = made(course, pool)
        await broker.startup()

        async def one(number: int, at: datetime) -> None:
            about, body, message_id = written(number, at)
            await pool.execute(SEND, about, body)
            await task.kiq(message_id, body)

        await send(course, one)
        await broker.shutdown()


if __name__ == "__main__":
    run({"receiver": receiver, "sender": sender})
