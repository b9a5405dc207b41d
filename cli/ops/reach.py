"""How operators' commands reach the databases: with each service's own rights, and a sentence when one is away."""

import asyncio
import getpass
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chassis.database import is_transient
from chassis.settings import Settings
from chassis.telemetry import describe

R = TypeVar("R")

CONNECT_SECONDS = 5.0


def settings(service: str) -> Settings:
    """Of one service: from the environment, else of the Stafett that `./stafett up` runs on this machine."""
    running = Path(os.environ.get("STAFETT_STATE", "")) / "running.json"
    if "STAFETT_DATABASE_URL" in os.environ or not running.exists():
        return Settings(service=service)
    values: Mapping[str, Any] = json.loads(running.read_text())
    return Settings(service=service, **values)


def operator() -> str:
    """Whose name is kept with what is done."""
    return getpass.getuser()


@asynccontextmanager
async def database(service: str) -> AsyncIterator[AsyncEngine]:
    """A service's database, with the service's own rights."""
    engine = create_async_engine(
        settings(service).database.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=1,
        hide_parameters=True,
        connect_args={
            "timeout": CONNECT_SECONDS,
            "server_settings": {"application_name": "stafett-ops", "lock_timeout": "10s"},
        },
    )
    try:
        yield engine
    finally:
        await engine.dispose()


async def within(service: str, work: Callable[[AsyncConnection], Awaitable[R]]) -> R:
    """Do something in a service's database in one transaction."""
    async with database(service) as engine, engine.begin() as connection:
        return await work(connection)


def run(act: Coroutine[Any, Any, R]) -> R:
    """Do it; a database that is away ends the command with a sentence."""
    try:
        return asyncio.run(act)
    except Exception as error:
        if not is_transient(error):
            raise
        sys.exit(away(error))


def away(error: Exception) -> str:
    """What to say of a database that can't be reached."""
    return f"the database can't be reached ({describe(error)}): is STAFETT_DATABASE_URL right, is it running?"


async def each(services: tuple[str, ...], work: Callable[[str], Awaitable[R]]) -> tuple[dict[str, R], dict[str, str]]:
    """Ask each service: what those answered that could be reached, and what to say of the others."""
    answers: dict[str, R] = {}
    missing: dict[str, str] = {}
    for service in services:
        try:
            answers[service] = await work(service)
        except Exception as error:
            if not is_transient(error):
                raise
            missing[service] = f"{service}: {away(error)}"
    return answers, missing
