"""Everything under one roof: servers, the network between, six services as processes, and the kit's own records."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from cli.accounts import Account, as_role
from cli.servers.kind import free_ports
from cli.up import ready
from contracts.topology import SERVICES
from tests.faults.kit import recorder
from tests.faults.kit.control import Control
from tests.faults.kit.proxy import Network, Way
from tests.faults.kit.serve import BROKEN, CLOCK, FOLDER
from tests.support.processes import Processes


@dataclass
class Town(Processes):
    """Six processes, each with its own ways to PostgreSQL and RabbitMQ, and its folder for the kit."""

    network: Network
    to_amqp: Mapping[str, Way]
    to_postgres: Mapping[str, Way]
    to_doors: Mapping[str, Way]
    """From those who ask to each service; only they who say so go this way."""
    broken: str = field(default="", init=False)
    """Which of broken.BUILDS the services are."""
    clocks: dict[str, float] = field(default_factory=dict, init=False)
    """Service -> seconds that its clock is off, from its next start."""
    absent: set[str] = field(default_factory=set, init=False)
    """Services that nobody starts for now."""

    def control(self, service: str) -> Control:
        return Control(self.folder / service)

    def start(self, service: str) -> None:
        self.control(service).disarm()
        super().start(service)

    def start_the_ended(self) -> None:
        for service in SERVICES:
            if service not in self.absent and not self.is_running(service):
                self.start(service)

    def distant_url(self, service: str) -> str:
        """Where its doors are for those who come by the network that can fail."""
        return f"http://127.0.0.1:{self.to_doors[service].port}"

    def command(self, service: str) -> list[str]:
        return ["tests.faults.kit.serve", service, str(self.ports[service])]

    def environment(self, service: str) -> dict[str, str]:
        admin, amqp = self.prepared.servers.postgres, self.prepared.servers.amqp
        database = as_role(admin, Account(service))
        return {
            **super().environment(service),
            "STAFETT_DATABASE_URL": through(database, self.to_postgres[service].port),
            "STAFETT_AMQP_URL": through(amqp, self.to_amqp[service].port),
            FOLDER: str(self.folder / service),
            BROKEN: self.broken,
            CLOCK: str(self.clocks.get(service, 0.0)),
        }


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
                dict(zip(SERVICES, ports, strict=True)),
                network,
                {s: network.way(address(prepared.servers.amqp), amqp=True) for s in SERVICES},
                {s: network.way(address(prepared.servers.postgres), amqp=False) for s in SERVICES},
                {s: network.way(("127.0.0.1", port), amqp=False) for s, port in zip(SERVICES, ports, strict=True)},
            )
            try:
                yield made
            finally:
                made.stop()
    finally:
        network.close()
        for claim in claims:
            claim.close()
