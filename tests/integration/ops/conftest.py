"""All six services in the test's own process, on databases and a broker that the tests may put wrong."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from cli.accounts import at_database
from cli.stage import Play
from cli.up import Ready, everything, ready
from contracts.topology import HEARS, SERVICES
from tests.support.ops import ops
from tests.support.stafett import eventually


@dataclass(frozen=True)
class World:
    """Everything, running."""

    prepared: Ready
    url: str
    client: httpx.AsyncClient

    def stage(self, identity_number: str) -> Play:
        """A stage for a play about one person."""
        urls = dict.fromkeys(SERVICES, self.url)
        known = {"identity_number": identity_number}
        return Play(self.prepared.issuer, urls, self.client, lambda _: None, 30, known)

    async def ops(self, *words: str, **environment: str) -> tuple[int, str]:
        """What an operator types, and is told."""
        known = {f"STAFETT_{name.upper()}": value for name, value in self.prepared.for_operators().items()}
        return await ops({**known, **environment}, *words)

    async def sql(self, service: str, query: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of a query on a service's database, as superuser."""
        connection = await asyncpg.connect(at_database(self.prepared.servers.postgres, service))
        try:
            return [dict(row) for row in await connection.fetch(query, *values)]
        finally:
            await connection.close()

    async def settle(self, subject: str) -> None:
        """Wait until everybody has applied all that any owner has told about it."""
        await eventually(lambda: self._is_settled(subject), 30)

    async def _is_settled(self, subject: str) -> bool:
        for receiver in SERVICES:
            for owner in HEARS[receiver]:
                told = await self.sql(owner, "SELECT sequence AS upto FROM outbox_subject WHERE subject = $1", subject)
                heard = await self.sql(receiver, POSITION, owner, subject)
                if told != heard and told:
                    return False
        return True


POSITION = "SELECT last AS upto FROM inbox_position WHERE owner = $1 AND subject = $2"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    """Servers, databases and keys."""
    with ready(tmp_path_factory.mktemp("prepared")) as everything_else:
        yield everything_else


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(prepared: Ready) -> AsyncIterator[World]:
    """All six, running."""
    async with everything(prepared) as url, httpx.AsyncClient() as client:
        yield World(prepared, url, client)
