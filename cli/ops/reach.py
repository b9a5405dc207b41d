"""How operators' commands reach the databases: with each service's own rights, and a sentence when one can't be."""

import asyncio
import getpass
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chassis.settings import SecretMissing, Settings
from cli.unreachable import Unreachable, of_postgres, postgres_address
from contracts.topology import SERVICES

R = TypeVar("R")

NOTHING_RUNS = "nothing runs here: start `./stafett up`, or set STAFETT_DATABASE_URL"
LOOKED_FOR = "that is where it is looked for"

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
"""So long may a statement take: a server that hangs ends the command, a large table does not."""


def _running() -> Path:
    """Where `./stafett up` says what it runs on, while it does."""
    return Path(os.environ.get("STAFETT_STATE", "")) / "running.json"


def settings(service: str) -> Settings:
    """Of one service: from the environment, else of the Stafett that `./stafett up` runs on this machine.

    Unreachable when they can't be read, or are wrong.
    """
    try:
        return Settings(service=service, **({} if "STAFETT_DATABASE_URL" in os.environ else _of_running()))
    except ValidationError as error:
        wrong = (f"STAFETT_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors())
        raise Unreachable("; ".join(wrong)) from error


def _of_running() -> Mapping[str, Any]:
    running = _running()
    try:
        values: Mapping[str, Any] = json.loads(running.read_text())
    except FileNotFoundError:
        return {}
    except PermissionError as error:
        raise Unreachable(
            f"{running} may not be read by you: run as the user who started `./stafett up`, or set STAFETT_DATABASE_URL"
        ) from error
    return values


def _whence() -> tuple[str, str]:
    """Where the database's address is from, and what to do when nothing is there."""
    if "STAFETT_DATABASE_URL" in os.environ:
        return "STAFETT_DATABASE_URL", "is STAFETT_DATABASE_URL right, is PostgreSQL running?"
    if (running := _running()).is_file():
        return str(running), f"{running} names it: if its `./stafett up` runs no longer, start it again"
    return "STAFETT_DATABASE_URL", LOOKED_FOR


def operator() -> str:
    """Whose name is kept with what is done."""
    return getpass.getuser()


def address(service: str) -> str:
    """Of a service's database, with its password: never print it. Unreachable when it is none."""
    own = settings(service)
    try:
        url = own.database
    except (KeyError, IndexError, ValueError) as error:
        raise Unreachable(
            "STAFETT_DATABASE_URL has a place in braces that is neither {service} nor {password}"
        ) from error
    postgres_address(url, _whence()[0])
    return url


@asynccontextmanager
async def database(service: str) -> AsyncIterator[AsyncEngine]:
    """A service's database, with the service's own rights. Unreachable when its address is none."""
    engine = create_async_engine(
        address(service).replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=1,
        hide_parameters=True,
        connect_args={
            "timeout": CONNECT_SECONDS,
            "command_timeout": ANSWER_SECONDS,
            "server_settings": {"application_name": "stafett-ops", "lock_timeout": "10s"},
        },
    )
    try:
        yield engine
    finally:
        await engine.dispose()


@contextmanager
def asking(service: str) -> Iterator[None]:
    """What this service's database does not do in the block is Unreachable, with a sentence."""
    try:
        yield
    except Exception as error:
        if isinstance(error, Unreachable | SecretMissing):
            raise
        name, advice = _whence()
        said = of_postgres(error, postgres_address(address(service), name), advice)
        if said is None:
            raise
        raise Unreachable(f"{NOTHING_RUNS} ({said})" if advice == LOOKED_FOR else said) from error


async def within(service: str, work: Callable[[AsyncConnection], Awaitable[R]]) -> R:
    """Do something in a service's database in one transaction. Unreachable when it can't be asked."""
    async with database(service) as engine:
        with asking(service):
            async with engine.begin() as connection:
                return await work(connection)


async def each(
    services: Sequence[str], work: Callable[[str], Awaitable[R]], *, together: bool = True
) -> tuple[dict[str, R], dict[str, str]]:
    """Ask each service, all at the same time: what those answered that could be asked, and what to say of the others.

    together=False: one after the other, for what changes something, once all have been asked whether they answer.
    """
    answers: dict[str, R] = {}
    missing: dict[str, str] = {}
    order = services
    if not together:
        there, missing = await each(services, can_be_asked)
        services = [service for service in services if service in there]

    async def ask(service: str) -> None:
        try:
            answers[service] = await work(service)
        except (Unreachable, SecretMissing) as error:
            missing[service] = str(error)

    if together:
        async with asyncio.TaskGroup() as group:
            for service in services:
                group.create_task(ask(service))
    else:
        for service in services:
            await ask(service)
    return answers, {service: missing[service] for service in order if service in missing}


async def can_be_asked(service: str) -> bool:
    """True. Unreachable when its database can't be asked."""
    return bool(await within(service, lambda connection: connection.scalar(text("SELECT true"))))


def missing_lines(missing: Mapping[str, str]) -> list[str]:
    """What is said of those that could not be asked: what is the same of several, once."""
    alike: dict[str, list[str]] = defaultdict(list)
    for service, said in missing.items():
        alike[said].append(service)
    return [f"{_names(services)}: {said}" for said, services in alike.items()]


def _names(services: Sequence[str]) -> str:
    return "all services" if len(services) == len(SERVICES) else ", ".join(services)


def tell_missing(missing: Mapping[str, str]) -> None:
    """Print it, when there is any."""
    for line in missing_lines(missing):
        print(line)
