"""Services running in the test's own process, on real PostgreSQL and RabbitMQ."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import aio_pika
import asyncpg
import httpx
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import ChannelNotFoundEntity
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from chassis import replica
from chassis.broker import declare_topology
from chassis.database import Database
from chassis.decision import SYSTEM, Who
from chassis.envelope import Cause, headers
from chassis.keys import load_keys
from chassis.service import Blueprint, create_app
from chassis.settings import Settings
from cli.accounts import Account, as_role, at_database
from cli.blueprints import blueprint
from cli.issuer import AUDIENCE, DemoIssuer
from cli.prepare import make_database, make_tables
from contracts.event import Event
from contracts.topology import DEAD, EVENTS, SERVICES, exchange, queue
from tests.support import municipality

T = TypeVar("T")


async def eventually(question: Callable[[], Awaitable[T]], within: float = 10.0) -> T:
    """The first answer that is true; AssertionError with the last one when none comes in time (seconds)."""
    end = time.monotonic() + within
    while True:
        answer = await question()
        if answer:
            return answer
        assert time.monotonic() < end, f"still {answer!r} after {within} s"
        await asyncio.sleep(0.02)


@dataclass
class Running:
    """A service under test, its doors and its database."""

    name: str
    app: FastAPI
    database: str
    """Superuser URL of its database."""
    issuer: DemoIssuer
    amqp: str
    keys: Path
    sequences: dict[tuple[str, str], int] = field(default_factory=dict)

    def client(self, login: str | None = None, **claims: Any) -> httpx.AsyncClient:
        """A client with the token of a member (or none). Paths start with the service's prefix."""
        bearer = {"authorization": f"Bearer {self.issuer.token(login, **claims)}"} if login else {}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://stafett.test", headers=bearer, timeout=30
        )

    def browser(self, login: str) -> httpx.AsyncClient:
        """A client that asks for pages and carries the token in the cookie, as a browser does."""
        client = self.client()
        client.headers["accept"] = "text/html"
        client.cookies.set("stafett", self.issuer.token(login))
        return client

    async def deliver(self, *events: Event, by: Who = SYSTEM) -> None:
        """Send events as their owner would, and wait until this service has applied them."""
        last = [await self.publish(event, by=by) for event in events][-1]
        await eventually(lambda: self.sql("SELECT 1 FROM inbox WHERE id = $1 AND status = 'applied'", last))

    async def publish(self, event: Event, *, by: Who = SYSTEM, **changes: Any) -> UUID:
        """Send an event as its owner would; changes override `sequence`, `id`, `type` or `body`."""
        subject = (event.owner, event.subject)
        sequence = changes.get("sequence") or self.sequences.get(subject, 0) + 1
        self.sequences[subject] = max(sequence, self.sequences.get(subject, 0))
        ring = load_keys(self.keys, event.owner)
        kind = changes.get("type", event.type)
        body = changes.get("body", event.body(ring.seal))
        message_id = changes.get("id") or uuid7()
        head = headers(message_id, kind, event.subject, datetime.now(UTC), by, Cause())
        head |= {"ce-sequence": str(sequence)}
        await self.send(exchange(event.owner), kind, body, head, message_id)
        return UUID(str(message_id))

    async def send(self, to: str, key: str, body: bytes, head: dict[str, Any], message_id: object = None) -> None:
        """Publish a raw message."""
        connection = await aio_pika.connect(self.amqp)
        async with connection:
            channel = await connection.channel(on_return_raises=True)
            target = await channel.get_exchange(to, ensure=False)
            message = aio_pika.Message(body, headers=head, message_id=str(message_id), type=key, delivery_mode=2)
            await target.publish(message, key)

    async def sql(self, query: str, *values: Any) -> list[Any]:
        """Rows of a query on the service's database, as superuser."""
        connection = await asyncpg.connect(self.database)
        try:
            return [dict(row) for row in await connection.fetch(query, *values)]
        finally:
            await connection.close()

    async def told(self, event: type[Event] | None = None) -> list[Any]:
        """What the service has written to its outbox, oldest first."""
        rows = await self.sql("SELECT type, body FROM outbox WHERE receiver IS NULL ORDER BY position")
        wanted = [row for row in rows if event is None or row["type"] == event.type]
        return [EVENTS[row["type"]].model_validate_json(row["body"]) for row in wanted]


@dataclass
class Ground:
    """The servers, the databases made ready to copy, the keys and the issuer that all tests share."""

    admin: str
    amqp: str
    keys: Path
    issuer: DemoIssuer
    copies: int = 0
    made: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    """The queues of services that have run since the broker was emptied."""

    async def template(self, name: str, *, filled: bool = True) -> str:
        """A database of this service with its tables, and its replica of the demo municipality; made once."""
        database = f"template_{name}" if filled else f"template_{name}_empty"
        if database not in self.made:
            await make_database(self.admin, Account(name), database)
            await make_tables(self.admin, blueprint(name), database)
            if filled:
                await self._fill_replica(name, at_database(self.admin, database))
            await eventually(lambda: self._unused(database))
            self.made.add(database)
        return database

    async def _unused(self, database: str) -> bool:
        """True when nobody is connected to it any more: only then can it be copied."""
        connection = await asyncpg.connect(self.admin)
        try:
            return not await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE datname = $1", database)
        finally:
            await connection.close()

    async def _fill_replica(self, name: str, url: str) -> None:
        database = Database(url, name, load_keys(self.keys, name), blueprint(name).metadata.tables["access_log"])
        try:
            async with database.transaction() as tx:
                for event in municipality.events():
                    await replica.subscriptions.handlers[event.type][1](event, tx)
        finally:
            await database.engine.dispose()

    async def empty_broker(self) -> None:
        """Forget every queue that may hold something, and declare what is missing.

        What a service has been delivered and not acked comes back to its queue after it has stopped, at a time of the
        broker's choosing, so the queue of a service that has run is never taken for empty.
        """
        connection = await aio_pika.connect(self.amqp)
        async with connection:
            await asyncio.gather(*(self._forget(connection, name) for name in (DEAD, *map(queue, SERVICES))))
        self.used.clear()
        await declare_topology(self.amqp)

    async def _forget(self, connection: AbstractConnection, name: str) -> None:
        channel = await connection.channel()
        try:
            there = await channel.declare_queue(name, passive=True)
        except ChannelNotFoundEntity:
            return
        if name in self.used or there.declaration_result.message_count:
            await channel.queue_delete(name)

    async def empty_queue(self, service: str) -> None:
        """Throw away what waits for a service, as if it had been lost."""
        connection = await aio_pika.connect(self.amqp)
        async with connection:
            channel = await connection.channel()
            await (await channel.get_queue(queue(service), ensure=False)).purge()

    @asynccontextmanager
    async def service(
        self, name: str, plan: Blueprint | None = None, *, replica: bool = True, **settings: Any
    ) -> AsyncIterator[Running]:
        """One service with a fresh copy of its database and its replica filled in (unless replica=False); a plan
        replaces its app.py."""
        template = await self.template(name, filled=replica)
        self.copies += 1
        self.used.add(queue(name))
        database = f"t{self.copies}_{name}"
        connection = await asyncpg.connect(self.admin)
        try:
            await connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY FILE_COPY')
            chosen = {
                "database_url": as_role(self.admin, Account(name), database),
                "amqp_url": self.amqp,
                "issuer": self.issuer.url,
                "audience": AUDIENCE,
                "keys": self.keys,
                "poll_seconds": 0.2,
                "ask_again_seconds": 0.5,
                **settings,
            }
            app = create_app(plan or blueprint(name), Settings(service=name, **chosen))
            async with app.router.lifespan_context(app):
                running = Running(name, app, at_database(self.admin, database), self.issuer, self.amqp, self.keys)
                await eventually(lambda: _well(running))
                yield running
        finally:
            await connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
            await connection.close()

    @asynccontextmanager
    async def services(self, *names: str, **settings: Any) -> AsyncIterator[dict[str, Running]]:
        """Several services that hear each other."""
        async with AsyncExitStack() as stack:
            yield {name: await stack.enter_async_context(self.service(name, **settings)) for name in names}


async def _well(running: Running) -> bool:
    async with running.client() as client:
        answer = await client.get(f"/{running.name}/health")
    return bool(answer.json()["ok"])


def body(response: httpx.Response, status: int = 200) -> Any:
    """The JSON of a response that has this status."""
    assert response.status_code == status, f"{response.status_code}: {response.text[:500]}"
    return json.loads(response.content)
