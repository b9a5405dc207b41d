"""A private RabbitMQ with its management API, as an installation's broker has it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import aio_pika
import httpx

from cli.broker_rights import rights
from cli.servers.keeper import Plan
from cli.servers.kind import free_ports
from cli.servers.private import Private
from cli.servers.rabbitmq import RABBITMQ

LISTENS = "management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {port}\nlog.console.level = warning\n"


@dataclass(frozen=True)
class ManagedBroker:
    """Where it answers, with its administrator's login."""

    amqp: str
    management: str

    def as_service(self, service: str, password: str) -> str:
        """The URL that a service connects with."""
        parts = urlsplit(self.amqp)
        return parts._replace(netloc=f"{service}:{password}@{parts.hostname}:{parts.port}").geturl()

    async def channel(self, amqp: str) -> tuple[aio_pika.abc.AbstractConnection, aio_pika.abc.AbstractChannel]:
        """A connection and a channel that raises when a message finds no queue."""
        connection = await aio_pika.connect(amqp)
        return connection, await connection.channel(on_return_raises=True)

    async def allowed(self, service: str) -> dict[str, str]:
        """The permissions that the broker has for a login."""
        async with httpx.AsyncClient(base_url=self.management) as api:
            found: dict[str, str] = (await api.get(f"/api/permissions/%2F/{service}")).raise_for_status().json()
        return {name: found[name] for name in ("configure", "write", "read")}

    async def make_administrator(self, name: str, password: str) -> None:
        """A second administrator, who may do everything in the virtual host."""
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        async with httpx.AsyncClient(base_url=self.management) as api:
            user = {"password": password, "tags": "administrator"}
            (await api.put(f"/api/users/{name}", json=user)).raise_for_status()
            (await api.put(f"/api/permissions/%2F/{name}", json=everything)).raise_for_status()


def told_to_allow(service: str) -> dict[str, str]:
    """The permissions it should have."""
    may = rights(service)
    return {"configure": may.configure, "write": may.write, "read": may.read}


@contextmanager
def managed_broker() -> Iterator[ManagedBroker]:
    """A node of its own, gone at the end."""
    (port,), claims = free_ports(1)

    def plan(state: Path | None, ports: list[int]) -> Plan:
        plain = RABBITMQ.plan(state, ports)
        env = {name: value for name, value in plain.env.items() if name != "RABBITMQ_PLUGINS_DIR"}
        config = {"enabled_plugins": "[rabbitmq_management].\n", "rabbitmq.conf": LISTENS.format(port=port)}
        return replace(plain, env=env, files={**plain.files, **config})

    server = Private(replace(RABBITMQ, plan=plan), None)
    try:
        server.wait_until_ready()
        yield ManagedBroker(server.url, f"http://guest:guest@127.0.0.1:{port}")
    finally:
        server.close()
        server.wait_until_gone()
        for claim in claims:
            claim.close()
