"""What the kit does as an operator, with the functions of `ops parked`, and the bad messages it sends as an owner."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import aio_pika
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from uuid_utils.compat import uuid7

from chassis import parked
from chassis.decision import SYSTEM
from chassis.envelope import Cause, headers
from contracts.topology import exchange
from tests.faults.kit.run import Run
from tests.faults.kit.town import Town

T = TypeVar("T")
OPERATOR, WHY = "kit", "a fault test"


async def within(town: Town, service: str, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """Do something in a service's database with the service's own rights, in one transaction."""
    url = town.prepared.settings(service).database.replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            return await work(connection)
    finally:
        await engine.dispose()


async def parked_at(town: Town, service: str) -> list[parked.Parked]:
    return await within(town, service, parked.parked)


async def replay(town: Town, service: str, id: UUID) -> None:
    await within(town, service, lambda connection: parked.replay(connection, id, OPERATOR, WHY))


async def skip(run: Run, service: str, id: UUID) -> None:
    await within(run.town, service, lambda connection: parked.skip(connection, id, OPERATOR, WHY))
    run.skipped.add(id)


async def publish(town: Town, type: str, subject: str, body: bytes) -> UUID:
    """Send a message as its owner would."""
    id = uuid7()
    head: dict[str, Any] = {**headers(id, type, subject, datetime.now(UTC), SYSTEM, Cause()), "ce-sequence": "1"}
    connection = await aio_pika.connect(town.prepared.servers.amqp)
    async with connection:
        channel = await connection.channel(on_return_raises=True)
        target = await channel.get_exchange(exchange(type.partition(".")[0]), ensure=False)
        message = aio_pika.Message(body, headers=head, message_id=str(id), type=type, delivery_mode=2)
        await target.publish(message, type)
    return UUID(str(id))
