"""The whole of Stafett, every service a process of its own."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import asyncpg
import httpx
import pytest

from cli.accounts import at_database
from cli.stage import Play
from cli.up import Ready, ready
from contracts.topology import HEARS, SERVICES

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@dataclass
class Processes:
    """Six processes that can be killed and started again at the same address."""

    prepared: Ready
    logs: Path
    ports: dict[str, int] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    files: list[IO[bytes]] = field(default_factory=list)

    def start(self, service: str) -> None:
        port = self.ports.setdefault(service, free_port())
        log = (self.logs / f"{service}.log").open("ab")
        self.files.append(log)
        self.running[service] = subprocess.Popen(
            [sys.executable, "-m", "cli", "serve", service, "--port", str(port)],
            cwd=ROOT,
            env=self.prepared.environment(service),
            stdout=log,
            stderr=log,
        )

    def kill(self, service: str) -> None:
        """kill -9, as a power cut or the kernel would."""
        process = self.running[service]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for log in self.files:
            log.close()

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def health(self, service: str) -> dict[str, object]:
        """What the service says of itself; empty while it doesn't answer."""
        with contextlib.suppress(httpx.HTTPError):
            answer: dict[str, object] = httpx.get(f"{self.url(service)}/{service}/health", timeout=5).json()
            return answer
        return {}

    def wait_until_well(self, within: float = 60) -> None:
        end = time.monotonic() + within
        while not all(self.health(service).get("ok") for service in SERVICES):
            assert time.monotonic() < end, {service: self.health(service) for service in SERVICES}
            time.sleep(0.1)

    @contextlib.asynccontextmanager
    async def stage(self, identity_number: str, within: float = 30) -> AsyncIterator[Play]:
        """A stage for a play about one person; `within`: seconds that a message may take."""
        urls = {service: self.url(service) for service in SERVICES}
        async with httpx.AsyncClient() as client:
            yield Play(self.prepared.issuer, urls, client, lambda _: None, within, {"identity_number": identity_number})


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    """Servers, databases and keys; no service runs yet."""
    with ready(tmp_path_factory.mktemp("prepared")) as everything:
        yield everything


@pytest.fixture(scope="module")
def six(prepared: Ready, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """All six, not started; whatever has been started is stopped at the end."""
    all_six = Processes(prepared, tmp_path_factory.mktemp("logs"))
    try:
        yield all_six
    finally:
        all_six.stop()


@pytest.fixture(scope="module")
def processes(six: Processes) -> Processes:
    """All six, well."""
    for service in SERVICES:
        six.start(service)
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
