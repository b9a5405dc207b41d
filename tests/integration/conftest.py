"""What the tests stand on: real servers, started once, and databases to copy."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from multiprocessing.forkserver import ensure_running
from pathlib import Path

import pytest

from cli.issuer import demo_issuer
from cli.keys import make_keys
from cli.servers import servers
from tests.support.stafett import Ground, Running, eventually


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Servers, keys and an issuer; a service's template database is made when it is first asked for."""
    keys: Path = tmp_path_factory.mktemp("keys")
    make_keys(keys)
    with servers() as running, demo_issuer() as issuer:
        yield Ground(running.postgres, running.amqp, keys, issuer)


@pytest.fixture(scope="session", autouse=True)
def command() -> None:
    """`./stafett ops` is imported while the first servers start."""
    ensure_running()


@pytest.fixture
async def clean(ground: Ground) -> AsyncIterator[Ground]:
    """The ground with empty queues; nothing that was started on it goes on after the test."""
    await ground.empty_broker()
    yield ground
    await eventually(alone)


async def alone() -> bool:
    """A connection to the broker that has been closed tidies up after itself for a moment more."""
    return asyncio.all_tasks() == {asyncio.current_task()}


@pytest.fixture
async def execution(clean: Ground) -> AsyncIterator[Running]:
    """The execution service, running."""
    async with clean.service("execution") as running:
        yield running
