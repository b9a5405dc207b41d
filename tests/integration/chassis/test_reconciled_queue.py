"""What an owner has told and a receiver has not applied may lie in the receiver's queue: then nothing is amiss."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from cli.accounts import at_database
from cli.ops.subjects import Between, Order, Pair, Standing, compare_subjects
from tests.integration.chassis.test_relay import tell
from tests.support.stafett import Ground, Running, eventually

AT_ONCE = Order(patience=timedelta(0), within=timedelta(seconds=1))


@asynccontextmanager
async def between(ground: Ground, owner: Running) -> AsyncIterator[Between]:
    """The databases of execution, which runs, and of the journal service, which does not."""
    urls = (owner.database, at_database(ground.admin, await ground.template("journal")))
    one, other = (create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1)) for url in urls)
    try:
        yield Between(Pair("execution", "journal"), one, other)
    finally:
        await one.dispose()
        await other.dispose()


async def stands(both: Between) -> Standing:
    return await compare_subjects(both, AT_ONCE)


async def published(running: Running, count: int) -> bool:
    return len(await running.sql("SELECT 1 FROM outbox WHERE published_at IS NOT NULL AND receiver IS NULL")) == count


async def test_what_lies_in_the_queue_is_on_its_way_and_what_was_lost_from_it_never_came(
    clean: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAFETT_AMQP_URL", clean.amqp)
    monkeypatch.setenv("STAFETT_DATABASE_URL", "unused")
    async with clean.service("execution") as owner, between(clean, owner) as both:
        await tell(owner, uuid4(), uuid4())
        await eventually(lambda: published(owner, 2))
        standing = await stands(both)
        assert (standing.queue, standing.on_the_way, standing.drift) == ("full", 2, 0)
        await clean.empty_queue("journal")
        standing = await stands(both)
        assert (standing.queue, standing.on_the_way, standing.drift) == ("empty", 0, 2)
        monkeypatch.setenv("STAFETT_AMQP_URL", "amqp://guest:guest@127.0.0.1:1/")
        standing = await stands(both)
        assert (standing.queue, standing.on_the_way, standing.drift) == ("unknown", 2, 0)
