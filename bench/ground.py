"""Where it is measured: private servers that write to the disk as in production, and databases made anew each time."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aio_pika
import asyncpg
from sqlalchemy import Connection, MetaData, text

from chassis.broker import declare_topology
from chassis.migrate import GRANT, as_owner
from chassis.tables import WRITE_ONCE
from cli.accounts import Account, as_role, at_database
from cli.keys import make_keys
from cli.prepare import make_database
from cli.servers import NoServer, Server, Servers, servers
from contracts.topology import DEAD, HEARS, SERVICES, queue

NOTE_COMMITS = "ALTER SYSTEM SET track_commit_timestamp = on"
"""PostgreSQL then knows when each row was committed, so that nothing need be built into what is measured."""

CAUGHT_UP = "INSERT INTO inbox_catch_up (owner) VALUES ($1) ON CONFLICT DO NOTHING"


@dataclass(frozen=True)
class Ground:
    """Servers of our own and the services' keys."""

    servers: Servers
    postgres: Server
    rabbitmq: Server
    keys: Path
    logs: Path
    """Of the processes that are started."""
    postgres_log: Path

    def admin(self, database: str) -> str:
        return at_database(self.servers.postgres, database)

    async def fresh(self, database: str) -> str:
        """An empty database of this name; gives its superuser's URL."""
        await self.dropped(database)
        connection = await asyncpg.connect(self.servers.postgres)
        try:
            await connection.execute(f'CREATE DATABASE "{database}"')
        finally:
            await connection.close()
        return self.admin(database)

    async def fresh_for(self, service: str, database: str, metadata: MetaData) -> str:
        """A database with these tables, as the service's role sees it; gives that role's URL."""
        await self.dropped(database)
        account = Account(service)
        await make_database(self.servers.postgres, account, database)

        def make(connection: Connection) -> None:
            metadata.create_all(connection)
            for statement in GRANT.format(role=service, write_once=", ".join(WRITE_ONCE)).split(";"):
                connection.execute(text(statement))

        await as_owner(self.admin(database), f"{service}_owner", make)
        await self.caught_up(service, database)
        return as_role(self.servers.postgres, account, database)

    async def dropped(self, database: str) -> None:
        connection = await asyncpg.connect(self.servers.postgres)
        try:
            await connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        finally:
            await connection.close()

    async def caught_up(self, service: str, database: str) -> None:
        """The service has asked for all history long ago, and will not do so in the middle of what is measured."""
        connection = await asyncpg.connect(self.admin(database))
        try:
            owners = [(owner,) for owner in HEARS[service]]
            await connection.executemany(CAUGHT_UP, owners)
        finally:
            await connection.close()

    async def quiet(self) -> None:
        """Empty queues, and nothing left for the disk to do."""
        connection = await aio_pika.connect(self.servers.amqp)
        async with connection:
            channel = await connection.channel()
            for name in (DEAD, *map(queue, SERVICES)):
                await channel.queue_delete(name)
        await declare_topology(self.servers.amqp)
        database = await asyncpg.connect(self.servers.postgres)
        try:
            await database.execute("CHECKPOINT")
        finally:
            await database.close()


@contextmanager
def ground() -> Iterator[Ground]:
    """All of it, gone at the end. NoServer when the servers are somebody else's, whose processes we can't measure."""
    with tempfile.TemporaryDirectory(prefix="stafett-bench-", ignore_cleanup_errors=True) as name, _private():
        folder = Path(name)
        folder.chmod(0o711)
        make_keys(folder / "keys")
        with servers(folder / "data") as running:
            if running.postgres_server is None or running.rabbitmq_server is None:
                raise NoServer("the benchmark measures servers of its own: unset STAFETT_SERVERS=url")
            made = Ground(
                servers=running,
                postgres=running.postgres_server,
                rabbitmq=running.rabbitmq_server,
                keys=folder / "keys",
                logs=folder / "logs",
                postgres_log=(folder / "data" / "postgres").resolve() / "server.log",
            )
            made.logs.mkdir()
            asyncio.run(_note_commits(running.postgres))
            made.postgres.stop()
            made.postgres.start()
            yield made


@contextmanager
def _private() -> Iterator[None]:
    """Unless told otherwise: neither a URL in the environment nor Docker decides what is measured."""
    told = os.environ.get("STAFETT_SERVERS", "")
    os.environ["STAFETT_SERVERS"] = told or "private"
    try:
        yield
    finally:
        os.environ["STAFETT_SERVERS"] = told


async def _note_commits(admin: str) -> None:
    connection = await asyncpg.connect(admin)
    try:
        await connection.execute(NOTE_COMMITS)
    finally:
        await connection.close()
