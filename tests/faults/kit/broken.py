"""Builds that are broken on purpose, each in one way that people really choose; the verdict must catch every one."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from chassis.arrival import ack as really_ack
from chassis.arrival import read
from chassis.database import Database
from chassis.envelope import Cause
from tests.faults.kit import points, seams
from tests.faults.kit.seams import Async

PAUSE = 0.3
"""Seconds before a message is put back."""
LOG = structlog.get_logger()

OUTBOX_APART = "outbox-outside-the-transaction"
NO_INBOX = "no-inbox"
ACK_FIRST = "ack-before-commit"
NO_CONFIRMS = "no-confirms"
REQUEUE = "retry-by-requeue"


def _outbox_apart() -> None:
    """What happened is told in a transaction of its own, before the one that does it commits."""
    databases: list[Database] = []
    seams.on_database(databases.append)

    def write(original: Async) -> Async:
        async def apart(tx: Any, *given: Any, **named: Any) -> None:
            async with databases[0].transaction(tx.cause) as own:
                await original(own, *given, **named)
            points.tells()

        return apart

    seams.around_write(write)


def _ack_first() -> None:
    """A delivery is acked as soon as it is there."""

    def receive(original: Async) -> Async:
        async def received(inbox: Any, batch: Any) -> Any:
            await really_ack(batch, [])
            await original(inbox, batch)
            return []

        return received

    def ack(_original: Async) -> Async:
        async def acked_before(_batch: Any, _refused: Any) -> None:
            return None

        return acked_before

    seams.around_receive(receive)
    seams.around_ack(ack)


def _no_confirms() -> None:
    """A message counts as published when it has been handed to the connection."""

    def send(original: Async) -> Async:
        async def sent(relay: Any, rows: Any) -> Any:
            going = asyncio.ensure_future(original(relay, rows))
            going.add_done_callback(lambda task: task.cancelled() or task.exception())
            await asyncio.sleep(0.05)
            return list(rows), [], False

        return sent

    seams.around_send(send)


async def _apply(inbox: Any, delivery: Any) -> None:
    """Apply on arrival: nothing is remembered, nothing waits for its turn."""
    arrival, (database, handlers) = read(delivery), seams.parts(inbox)
    if arrival.head is None or arrival.type not in handlers:
        return
    event_class, handler = handlers[arrival.type]
    async with database.transaction() as tx:
        tx.because(Cause(arrival.head.correlation_id, arrival.head.id, arrival.head.traceparent))
        await handler(event_class.model_validate_json(arrival.body), tx)


def _on_arrival(*, requeue: bool) -> None:
    def receive(_original: Async) -> Async:
        async def received(inbox: Any, batch: Any) -> list[Any]:
            failed = []
            for delivery in batch:
                try:
                    await _apply(inbox, delivery)
                except Exception:
                    LOG.exception("not applied")
                    if requeue:
                        failed.append(delivery)
                        await asyncio.sleep(PAUSE)
            return failed

        return received

    seams.around_receive(receive)


BUILDS: Mapping[str, Callable[[], None]] = {
    OUTBOX_APART: _outbox_apart,
    NO_INBOX: lambda: _on_arrival(requeue=False),
    ACK_FIRST: _ack_first,
    NO_CONFIRMS: _no_confirms,
    REQUEUE: lambda: _on_arrival(requeue=True),
}
