"""Celery: commit, then `delay()`; two worker processes, late acks, publisher confirms, a quorum queue."""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
from celery import Celery
from celery.signals import worker_ready
from kombu import Queue

from bench.hand_off.course import SENDERS, Course, say
from bench.hand_off.floor import written

QUEUE, TASK = "celery-bench", "receive"
SEND = "INSERT INTO sent (subject, body) VALUES (%s, %s)"
TAKE = """
    WITH new AS (INSERT INTO inbox (message_id, type) VALUES (%s, 'assignment.sent')
        ON CONFLICT DO NOTHING RETURNING message_id)
    INSERT INTO received (message_id, subject, sent_at, body)
    SELECT message_id, %s::uuid, %s::timestamptz, %s::jsonb FROM new"""


def made(course: Course) -> Any:
    """The app and its task, set for safety as its manual says."""
    app = Celery("bench", broker=course.amqp.replace("amqp://", "pyamqp://", 1))
    app.conf.update(
        task_default_queue=QUEUE,
        task_queues=[Queue(QUEUE, queue_arguments={"x-queue-type": "quorum"}, durable=True)],
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_default_delivery_mode=2,
        worker_prefetch_multiplier=10,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,  # what it says is for us
        broker_transport_options={"confirm_publish": True},
        broker_connection_retry_on_startup=True,
        broker_pool_limit=2 * SENDERS,
    )
    mine: dict[str, Any] = {}

    def receive(message_id: str, body: str) -> None:
        if "database" not in mine:
            mine["database"] = psycopg.connect(course.receiver, autocommit=True)
        told = json.loads(body)
        mine["database"].execute(TAKE, (message_id, told["subject"], told["sent_at"], body))

    return app, app.task(name=TASK)(receive)


def receiver(course: Course) -> None:
    app, _ = made(course)

    def stop_when_told() -> None:
        sys.stdin.readline()
        os.kill(os.getpid(), signal.SIGTERM)

    def ready(**_told: Any) -> None:
        say("ready")
        threading.Thread(target=stop_when_told, daemon=True).start()

    worker_ready.connect(ready, weak=False)
    app.worker_main(
        ["--quiet", "worker", "-c", "2", "-l", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    )


def sender(course: Course) -> None:
    _, task = made(course)
    own = threading.local()

    def one(number: int, at: datetime) -> None:
        if not hasattr(own, "database"):
            own.database = psycopg.connect(course.sender)
        about, body, message_id = written(number, at)
        with own.database.transaction():
            own.database.execute(SEND, (about, body))
        task.delay(message_id, body)

    say("ready")
    if sys.stdin.readline().strip():
        drive(one, course.count, course.rate)
        say("sent")
        sys.stdin.readline()


def drive(one: Callable[[int, datetime], None], count: int, rate: float) -> None:
    """As for the others, with a thread for each sender; with a rate, each message has a time of its own."""
    numbers, guard, began = iter(range(count)), threading.Lock(), time.time()

    def work() -> None:
        while True:
            with guard:
                number = next(numbers, None)
                due = began + (number or 0) / rate if rate else time.time()
            if number is None:
                return
            time.sleep(max(0.0, due - time.time()))
            one(number, datetime.fromtimestamp(due, UTC))

    threads = [threading.Thread(target=work) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    {"receiver": receiver, "sender": sender}[sys.argv[1]](Course(**json.loads(sys.argv[2])))
