"""What a server is to those who bring it: how it greets, when it is ready, where it may listen and keep its data."""

import secrets
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cli.servers.keeper import Plan

READY_WITHIN = 60.0  # seconds


class NoServer(Exception):
    """A server cannot be had; the text says why and what to do."""


class Server(Protocol):
    """A server of ours, which a fault test may end and start again on the same port with the same data."""

    @property
    def pid(self) -> int: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def start(self) -> None: ...
    def run(self, program: str, *words: str) -> str:
        """What one of the server's own programs says, such as rabbitmqctl. NoServer when it fails."""
        ...


@dataclass(frozen=True)
class Kind:
    name: str
    word: str
    variable: str
    url: str
    hello: bytes  # what a client says first
    welcome: bytes  # how the answer begins once clients are let in
    plan: Callable[[Path | None, list[int]], Plan]
    image: str
    image_port: int
    image_data: str
    image_env: dict[str, str]
    image_command: list[str]


def say(text: str, since: float | None = None) -> None:
    took = "" if since is None else f" ({time.monotonic() - since:.1f} s)"
    print(f"stafett: {text}{took}", file=sys.stderr, flush=True)


def wait_for(kind: Kind, host: str, port: int, since: float, gone: Callable[[], bool], log: Callable[[], str]) -> None:
    while not answers(kind, host, port):
        if gone() or time.monotonic() - since > READY_WITHIN:
            took = time.monotonic() - since
            raise NoServer(f"{kind.name} did not come up ({took:.0f} s were given to it). Its log ends:\n{log()}")
        time.sleep(0.03)
    say(f"{kind.name} answers on port {port}", since)


def answers(kind: Kind, host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), 1) as client:
        client.sendall(kind.hello)
        return client.recv(1) == kind.welcome
    return False


def free_ports(count: int) -> tuple[list[int], list[socket.socket]]:
    """Free ports, and the claims that keep every other Stafett off them for as long as they are open.

    They lie below the range that outgoing connections get theirs from: a client that knocks at a stopped
    server's port can then neither take that port nor be connected to itself.
    """
    ports: list[int] = []
    claims: list[socket.socket] = []
    while len(ports) < count:
        port = 20_000 + secrets.randbelow(12_000)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0stafett-port-{port}")
            with socket.create_server(("127.0.0.1", port)):
                ports.append(port)
            claims.append(claim)
        except OSError:
            claim.close()
    return ports, claims
