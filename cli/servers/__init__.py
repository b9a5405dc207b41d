"""Brings PostgreSQL and RabbitMQ: given by URL, else in Docker, else as private servers of our own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.servers.docker import Container, in_docker
from cli.servers.kind import Kind, NoServer, Server
from cli.servers.postgres import POSTGRES
from cli.servers.private import Private
from cli.servers.rabbitmq import RABBITMQ

__all__ = ["NoServer", "Server", "Servers", "servers"]


@dataclass(frozen=True)
class Servers:
    """Where the servers answer (superuser URLs), and handles to those that are ours (None: given by URL)."""

    postgres: str
    amqp: str
    postgres_server: Server | None = None
    rabbitmq_server: Server | None = None


@contextmanager
def servers(state: Path | None = None) -> Iterator[Servers]:
    """Both servers, ready; at the end they are gone, and their data too unless `state` is a folder to keep it in."""
    ours: list[Private | Container] = []
    try:
        amqp, rabbitmq_server = begin(RABBITMQ, state, ours)  # first, since it takes the longest to come up
        postgres, postgres_server = begin(POSTGRES, state, ours)
        for server in reversed(ours):
            server.wait_until_ready()
        yield Servers(postgres, amqp, postgres_server, rabbitmq_server)
    finally:
        for server in ours:
            server.close()
        for server in ours:
            server.wait_until_gone()


def begin(kind: Kind, state: Path | None, ours: "list[Private | Container]") -> tuple[str, Server | None]:
    """Climbs the ladder; a server of ours is only begun, so that both come up at the same time."""
    forced = os.environ.get("STAFETT_SERVERS", "")
    if forced not in ("", "url", "docker", "private"):
        raise NoServer(f"STAFETT_SERVERS is {forced!r}; it can be url, docker or private.")
    url = os.environ.get(kind.variable)
    if url and forced in ("", "url"):
        return url, None
    if forced == "url":
        raise NoServer(f"STAFETT_SERVERS=url wants the address of {kind.name} in {kind.variable}.")
    kept = state is not None and (state / kind.word).exists()  # data that only a private server can read
    server: Private | Container | None = None
    if forced == "docker" or not (forced or kept):
        server = in_docker(kind, state, forced=bool(forced))
    server = server or Private(kind, state)
    ours.append(server)
    return server.url, server
