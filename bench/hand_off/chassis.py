"""Stafett's own hand-off: two services made of the chassis alone, with one table each beside the chassis's."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import FastAPI
from sqlalchemy import BigInteger, Column, DateTime, Identity, MetaData, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from uuid_utils.compat import uuid7

from bench.hand_off.course import Course, run, send, subject, until_stopped
from chassis.database import Rows, Transaction, is_transient
from chassis.decision import Decision
from chassis.service import Blueprint, create_app
from chassis.settings import Settings
from chassis.subscriptions import Subscriptions
from chassis.tables import chassis_tables
from chassis.telemetry import set_up_logs
from contracts.deviation import DeviationKind, DeviationRegistered
from contracts.event import Event

SENDER, RECEIVER = "deviation", "notify"
"""The two services that play: one alone hears the other, so that each message lies in one queue."""

START_SECONDS = 60

sending: MetaData = chassis_tables()
receiving: MetaData = chassis_tables()
subscriptions = Subscriptions()


@dataclass(frozen=True)
class Sent:
    """What the sender keeps of what it did."""

    id: UUID
    body: dict[str, Any]


@dataclass(frozen=True)
class Received:
    """What the receiver made of a message."""

    id: UUID
    message_id: UUID | None
    subject: UUID
    sent_at: datetime
    body: dict[str, Any]


sent = Rows(
    Sent,
    Table(
        "sent",
        sending,
        Column("number", BigInteger, Identity(always=True)),
        Column("id", Uuid, primary_key=True),
        Column("body", JSONB, nullable=False),
    ),
)
received = Rows(
    Received,
    Table(
        "received",
        receiving,
        Column("number", BigInteger, Identity(always=True)),
        Column("id", Uuid, primary_key=True),
        Column("message_id", Uuid, nullable=False),
        Column("subject", Uuid, nullable=False),
        Column("sent_at", DateTime(timezone=True), nullable=False),
        Column("body", JSONB, nullable=False),
    ),
)


@subscriptions.on(DeviationRegistered)
async def receive(event: DeviationRegistered, tx: Transaction) -> None:
    """One row for each message; if it were applied twice there would be two with the same message."""
    body = event.model_dump(mode="json")
    row = Received(uuid7(), tx.cause.causation_id, event.deviation_id, event.registered_at, body)
    await tx.save(received, Decision(row))


def registered(number: int, at: datetime) -> DeviationRegistered:
    """An event without a sealed part, about one of a fixed set of subjects."""
    unit = uuid5(NAMESPACE_URL, "unit")
    return DeviationRegistered(
        deviation_id=subject(number),
        unit_id=unit,
        kind=DeviationKind.DEVIATION,
        business_area="ao",
        category="fall",
        occurred_on=at.date(),
        about_person=True,
        reported_by=unit,
        manager_id=unit,
        registered_at=at,
    )


def sends(owner: str) -> Blueprint:
    return Blueprint(owner, "Sends.", sending, ())


def receives() -> Blueprint:
    return Blueprint(RECEIVER, "Receives.", receiving, (), (subscriptions,))


def made(plan: Blueprint, course: Course, database: str) -> FastAPI:
    set_up_logs("WARNING")
    settings = Settings(
        service=plan.name,
        database_url=database,
        amqp_url=course.amqp,
        issuer="http://127.0.0.1/nobody-logs-in",
        keys=Path(course.keys),
    )
    return create_app(plan, settings)


@asynccontextmanager
async def well(app: FastAPI) -> AsyncIterator[None]:
    """The service at work: relay, consumer, inbox and jobs, as in production. TimeoutError when it does not start."""
    async with app.router.lifespan_context(app):
        end = time.monotonic() + START_SECONDS
        while not (health := await app.state.service.health())["ok"]:
            if time.monotonic() > end:
                raise TimeoutError(f"not well: {health}")
            await asyncio.sleep(0.05)
        yield


Make = Callable[[int, datetime], Event]


async def fill(course: Course, owner: str = SENDER, make: Make = registered) -> None:
    """Commit all of it while nobody relays."""
    app = made(sends(owner), course, course.sender)
    for first in range(0, course.count, 100):
        async with app.state.database.transaction() as tx:
            for number in range(first, min(first + 100, course.count)):
                now = datetime.now(UTC)
                await hand_over(tx, make(number, now), now)
    await app.state.database.engine.dispose()


async def hand_over(tx: Transaction, event: Event, at: datetime) -> None:
    await tx.save(sent, Decision(Sent(uuid7(), {"subject": event.subject, "sent_at": at.isoformat()}), (event,)))


async def sender(course: Course, owner: str = SENDER, make: Make = registered) -> None:
    """A service whose requests hand over, one transaction each."""
    app = made(sends(owner), course, course.sender)
    async with well(app):

        async def one(number: int, at: datetime) -> None:
            """Again, when no connection was free in time: a door answers 503 then, and is asked again."""
            while True:
                try:
                    async with app.state.database.transaction() as tx:
                        return await hand_over(tx, make(number, at), at)
                except Exception as error:
                    if not is_transient(error):
                        raise

        await send(course, one)


async def relay(course: Course, owner: str = SENDER) -> None:
    """The same service in another process, which holds the relay's lock because it was there first."""
    async with well(made(sends(owner), course, course.sender)):
        await until_stopped()


async def receiver(course: Course) -> None:
    async with well(made(receives(), course, course.receiver)):
        await until_stopped()


if __name__ == "__main__":
    run({"fill": fill, "relay": relay, "sender": sender, "receiver": receiver})
