"""The whole of Stafett, every service a process of its own."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator, Sequence

import asyncpg
import httpx
import pytest

from cli.accounts import at_database
from cli.servers.kind import free_ports
from cli.stage import Play
from cli.up import Ready, ready
from contracts.topology import HEARS, SERVICES
from tests.support.processes import Processes


@contextlib.asynccontextmanager
async def staged(processes: Processes, identity_number: str, within: float = 30) -> AsyncIterator[Play]:
    """A stage for a play about one person; `within`: seconds that a message may take."""
    urls = {service: processes.url(service) for service in SERVICES}
    issuer = processes.prepared.issuer
    async with httpx.AsyncClient() as client:
        yield Play(issuer, urls, client, lambda _: None, within, {"identity_number": identity_number})


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    """Servers, databases and keys; no service runs yet."""
    with ready(tmp_path_factory.mktemp("prepared")) as everything:
        yield everything


@pytest.fixture(scope="module")
def six(prepared: Ready, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """All six, not started; whatever has been started is stopped at the end."""
    ports, claims = free_ports(len(SERVICES))
    all_six = Processes(prepared, tmp_path_factory.mktemp("logs"), dict(zip(SERVICES, ports, strict=True)))
    try:
        yield all_six
    finally:
        all_six.stop()
        for claim in claims:
            claim.close()


@pytest.fixture(scope="module")
def processes(six: Processes) -> Processes:
    """All six, well."""
    six.start_the_ended()
    six.wait_until_well()
    return six


UNPUBLISHED = "SELECT type, id::text, coalesce(last_error, '') FROM outbox WHERE published_at IS NULL"
UNAPPLIED = "SELECT status, type, id::text, coalesce(last_error, '') FROM inbox WHERE status <> 'applied'"
TOLD = "SELECT subject, max(sequence) AS last FROM outbox WHERE receiver IS NULL GROUP BY subject"
APPLIED = "SELECT owner, subject, last FROM inbox_position"


async def differences(admin: str) -> list[str]:
    """What keeps the services from agreeing; empty when nothing was lost, doubled or left over.

    Every event of an owner has been published, and every service that hears the owner has applied all of each subject.
    """
    found: list[str] = []
    told: dict[str, dict[str, int]] = {}
    applied: dict[str, dict[tuple[str, str], int]] = {}
    for service in SERVICES:
        connection = await asyncpg.connect(at_database(admin, service))
        try:
            found += [f"{service} has not published: {' '.join(row)}" for row in await connection.fetch(UNPUBLISHED)]
            found += [f"{service} has not applied: {' '.join(row)}" for row in await connection.fetch(UNAPPLIED)]
            told[service] = {row["subject"]: row["last"] for row in await connection.fetch(TOLD)}
            rows = await connection.fetch(APPLIED)
            applied[service] = {(row["owner"], row["subject"]): row["last"] for row in rows}
        finally:
            await connection.close()
    for service in SERVICES:
        for owner in HEARS[service]:
            for subject, last in told[owner].items():
                there = applied[service].get((owner, subject), 0)
                if there != last:
                    found.append(f"{service} has applied {there} of {last} events of {owner} about {subject}")
    return found


async def waits(processes: Processes, services: Sequence[str]) -> bool:
    """They answer, and say that they wait."""
    said = [await asyncio.to_thread(processes.health, service) for service in services]
    return all(health and not health["ok"] and "waiting" in str(health) for health in said)


async def is_past(moment: float) -> bool:
    return time.monotonic() > moment


async def agreed(processes: Processes) -> bool:
    return not await differences(processes.prepared.servers.postgres)
