"""Everything under one roof: servers, the network between, six services as processes, and the kit's own records."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

import httpx

from cli.accounts import Account, as_role
from cli.servers.kind import free_ports
from cli.up import Ready, ready
from contracts.topology import SERVICES
from tests.faults.kit import recorder
from tests.faults.kit.control import Control
from tests.faults.kit.proxy import Network, Way
from tests.faults.kit.serve import BROKEN, CLOCK, FOLDER

ROOT = Path(__file__).parents[3]
STOP_SECONDS = 20


@dataclass
class Town:
    """Six processes that can be ended and started again, each with its own ways to PostgreSQL and RabbitMQ."""

    prepared: Ready
    folder: Path
    network: Network
    to_amqp: Mapping[str, Way]
    to_postgres: Mapping[str, Way]
    ports: Mapping[str, int]
    broken: str = ""
    """Which of broken.BUILDS the services are."""
    clocks: dict[str, float] = field(default_factory=dict)
    """Service -> seconds that its clock is off, from its next start."""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    files: list[IO[bytes]] = field(default_factory=list)

    def control(self, service: str) -> Control:
        return Control(self.folder / service)

    def start(self, service: str) -> None:
        log = (self.folder / f"{service}.log").open("ab")
        self.files.append(log)
        self.control(service).disarm()
        command = [sys.executable, "-m", "tests.faults.kit.serve", service, str(self.ports[service])]
        self.running[service] = subprocess.Popen(
            command, cwd=ROOT, env=self._environment(service), stdout=log, stderr=log
        )

    def _environment(self, service: str) -> dict[str, str]:
        admin, amqp = self.prepared.servers.postgres, self.prepared.servers.amqp
        database = as_role(admin, Account(service))
        return {
            **self.prepared.environment(service),
            "STAFETT_DATABASE_URL": through(database, self.to_postgres[service].port),
            "STAFETT_AMQP_URL": through(amqp, self.to_amqp[service].port),
            FOLDER: str(self.folder / service),
            BROKEN: self.broken,
            CLOCK: str(self.clocks.get(service, 0.0)),
        }

    def kill(self, *services: str) -> None:
        """kill -9, of all of them before any is waited for."""
        for service in services:
            os.kill(self.running[service].pid, signal.SIGKILL)
        for service in services:
            self.running[service].wait()

    def kill_if_running(self, *services: str) -> None:
        """The same, of those that have not just been ended by something else."""
        self.kill(*(service for service in services if self.running[service].poll() is None))

    def ended_by_kill(self, service: str) -> bool:
        return self.running[service].poll() == -signal.SIGKILL

    def start_the_ended(self) -> None:
        """Start whatever does not run."""
        for service in SERVICES:
            if service not in self.running or self.running[service].poll() is not None:
                self.start(service)

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(STOP_SECONDS)
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

    def wait_until_well(self, services: Sequence[str] = SERVICES, within: float = 90) -> None:
        end = time.monotonic() + within
        while not all(self.health(service).get("ok") for service in services):
            assert time.monotonic() < end, {service: self.health(service) for service in services}
            time.sleep(0.1)


def through(url: str, port: int) -> str:
    """The URL, with the proxy's port."""
    parts = urlsplit(url)
    login = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return urlunsplit(parts._replace(netloc=f"{login}127.0.0.1:{port}"))


def address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname and parts.port
    return parts.hostname, parts.port


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    """A town whose services are not started yet; all gone at the end."""
    ports, claims = free_ports(len(SERVICES))
    network = Network()
    try:
        with ready(folder) as prepared:
            asyncio.run(recorder.prepare(prepared.servers.postgres))
            for service in SERVICES:
                (folder / service).mkdir()
            made = Town(
                prepared,
                folder,
                network,
                {s: network.way(address(prepared.servers.amqp), amqp=True) for s in SERVICES},
                {s: network.way(address(prepared.servers.postgres), amqp=False) for s in SERVICES},
                dict(zip(SERVICES, ports, strict=True)),
            )
            try:
                yield made
            finally:
                made.stop()
    finally:
        network.close()
        for claim in claims:
            claim.close()
