"""Faults of the servers themselves: what PostgreSQL has no more of, and nodes that end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from cli.accounts import at_database
from cli.servers import Server
from tests.faults.kit.fault import Fault, NotStruck
from tests.faults.kit.town import Town


@asynccontextmanager
async def admin(town: Town, service: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to a service's database, past the proxy."""
    connection = await asyncpg.connect(at_database(town.prepared.servers.postgres, service))
    try:
        yield connection
    finally:
        await connection.close()


async def more(connection: asyncpg.Connection, query: str, than: int) -> bool:
    """Whether a count is greater."""
    return int(await connection.fetchval(query)) > than


AWAY_SECONDS = 15.0
SHUT, OPEN = "0", "0.4"
"""Of the machine's memory that RabbitMQ may have: none, and as usual."""
TERMINATE = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = $1"
FULL = """
    CREATE SEQUENCE IF NOT EXISTS kit_refused;
    GRANT USAGE ON SEQUENCE kit_refused TO PUBLIC;
    CREATE OR REPLACE FUNCTION kit_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM nextval('kit_refused');
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
    END $$;
    CREATE TRIGGER kit_full BEFORE INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION kit_full()"""
ROOM = "DROP TRIGGER kit_full ON outbox"
REFUSED = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM kit_refused"
"""How often the outbox has had no room; a sequence keeps what is rolled back."""


async def backends_ended(town: Town, fault: Fault) -> None:
    async with admin(town, fault.service) as connection:
        if not await connection.fetchval(TERMINATE, fault.service):
            raise NotStruck(f"{fault.service} had no connection")


async def connections_exhausted(town: Town, fault: Fault, seconds: float = 4) -> None:
    """No connection is to be had (SQLSTATE 53300)."""
    async with admin(town, fault.service) as connection:
        await connection.execute(f'ALTER ROLE "{fault.service}" CONNECTION LIMIT 0')
        try:
            if not await connection.fetchval(TERMINATE, fault.service):
                raise NotStruck(f"{fault.service} had no connection")
            await asyncio.sleep(seconds)
        finally:
            await connection.execute(f'ALTER ROLE "{fault.service}" CONNECTION LIMIT -1')


async def disk_full(town: Town, fault: Fault, seconds: float = 3) -> None:
    """The outbox can't grow (SQLSTATE 53100)."""
    async with admin(town, fault.service) as connection:
        await connection.execute(FULL)
        before = await connection.fetchval(REFUSED)
        try:
            await asyncio.sleep(seconds)
        finally:
            await connection.execute(ROOM)
        if await connection.fetchval(REFUSED) == before:
            raise NotStruck(f"{fault.service} wrote nothing")


async def broker_restarted(town: Town, _fault: Fault) -> None:
    await ended(town.prepared.servers.rabbitmq_server)


async def broker_killed(town: Town, _fault: Fault) -> None:
    await ended(town.prepared.servers.rabbitmq_server, by_kill=True)


async def broker_away(town: Town, _fault: Fault) -> None:
    await ended(town.prepared.servers.rabbitmq_server, seconds=AWAY_SECONDS)


async def postgres_killed(town: Town, _fault: Fault) -> None:
    await ended(town.prepared.servers.postgres_server, by_kill=True)


async def postgres_away(town: Town, _fault: Fault) -> None:
    await ended(town.prepared.servers.postgres_server, seconds=AWAY_SECONDS)


async def ended(server: Server | None, *, by_kill: bool = False, seconds: float = 0) -> None:
    """Stopped or killed, and started again with its disk after so many seconds."""
    assert server
    await asyncio.to_thread(server.kill if by_kill else server.stop)
    try:
        await asyncio.sleep(seconds)
    finally:
        await asyncio.to_thread(server.start)


async def all_closed(town: Town, _fault: Fault) -> None:
    await rabbitmqctl(town, "close_all_connections", "a fault test")


async def memory_alarm(town: Town, _fault: Fault, seconds: float = 6) -> None:
    """Nobody can publish, and nothing else is wrong."""
    await rabbitmqctl(town, "set_vm_memory_high_watermark", SHUT)
    try:
        await asyncio.sleep(seconds)
    finally:
        await rabbitmqctl(town, "set_vm_memory_high_watermark", OPEN)


async def rabbitmqctl(town: Town, *words: str) -> None:
    server = town.prepared.servers.rabbitmq_server
    assert server
    await asyncio.to_thread(server.run, "rabbitmqctl", *words)
