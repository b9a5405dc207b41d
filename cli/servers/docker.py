"""A server in a Docker container."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cli.servers.keeper import ENDED_WITHIN
from cli.servers.kind import Kind, NoServer, free_ports, say, wait_for

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer


def in_docker(kind: Kind, state: Path | None, forced: bool) -> "Container | None":
    if not _dockeranswers():
        if forced:
            raise NoServer("STAFETT_SERVERS=docker, but no Docker engine answers.")
        if state is not None and (state / "docker" / kind.word).exists():
            raise NoServer(f"The data in {state} were made in Docker, but no engine answers: start it.")
        return None
    try:
        return Container(kind, state)
    except Exception as failure:
        if forced:
            raise NoServer(f"Docker could not start {kind.image}: {failure}") from failure
        say(f"Docker could not start {kind.image}, so {kind.name} becomes a private server ({failure})")
        return None


def _dockeranswers() -> bool:
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")  # its image may be out of reach; we tidy up ourselves
    try:
        from testcontainers.core.docker_client import DockerClient, get_docker_host

        address = urlsplit(get_docker_host() or "unix:///var/run/docker.sock")
        if address.scheme == "unix":  # tried by hand first: the library leaves its socket open when nobody answers
            with socket.socket(socket.AF_UNIX) as door:
                door.settimeout(2)
                door.connect(address.path)
        with closing(DockerClient(timeout=2).client) as engine:
            return bool(engine.ping())
    except Exception:
        return False


def reached_at(container: "DockerContainer") -> str:
    """The address to listen on that nobody outside this machine reaches. NoServer when the engine is on another, where
    a server that asks for no password would be open to a network."""
    from testcontainers.core.utils import inside_container

    if not os.environ.get("DOCKER_HOST", "unix:").startswith("unix:"):
        raise NoServer("DOCKER_HOST is not an engine on this machine; servers elsewhere are given by URL")
    if not inside_container():
        return "127.0.0.1"
    bridge = container.get_docker_client().client.networks.get("bridge")
    return gateway_of(bridge.attrs)


def gateway_of(network: Mapping[str, Any]) -> str:
    """The address of the engine's machine in one of its networks, as the engine describes it."""
    gateway = network["IPAM"]["Config"][0].get("Gateway")
    if not gateway:  # an engine that has just made its first network
        raise NoServer("the engine does not say where its containers are reached: restart it, then it does")
    return str(gateway)


# Runs beside us and outlives us, so that the container goes even when we are killed.
REMOVE_CONTAINER = """
import contextlib, sys, docker
sys.stdin.read()
with contextlib.closing(docker.from_env()) as engine, contextlib.suppress(docker.errors.NotFound):
    container = engine.containers.get(sys.argv[1])
    container.stop(timeout=int(sys.argv[2]))
    container.remove(force=True, v=True)
"""


class Container:
    """A server in Docker, on a host port that stays the same when the container is started again."""

    def __init__(self, kind: Kind, state: Path | None) -> None:
        from testcontainers.core.container import DockerContainer

        self._kind = kind
        self._since = time.monotonic()
        name = f"stafett-{kind.word}-{secrets.token_hex(4)}"
        # A host name of its own, since RabbitMQ's data belong to it.
        self._container = DockerContainer(kind.image, name=name, hostname="stafett")
        self._host = reached_at(self._container)
        patience = "0" if state is None else f"{ENDED_WITHIN:.0f}"
        remover = [sys.executable, "-c", REMOVE_CONTAINER, name, patience]
        self._remover = subprocess.Popen(remover, stdin=subprocess.PIPE, start_new_session=True)
        (self._port,), self._claims = free_ports(1)
        self._container.with_envs(**kind.image_env).with_command(kind.image_command)
        self._container.with_bind_ports(kind.image_port, self._port)
        self._container.ports[str(kind.image_port)] = (self._host, self._port)  # type: ignore[assignment]
        if state is not None:
            self._container.with_volume_mapping(state.absolute() / "docker" / kind.word, kind.image_data, "rw")
        try:
            self._container.start()
        except BaseException:
            self.close()
            self.wait_until_gone()
            raise
        self.url = kind.url.format(host=self._host, port=self._port)

    def _gone(self) -> bool:
        self._container.reload()
        return self._container.status == "exited"

    def _last_lines(self) -> str:
        return str(self._container.get_wrapped_container().logs(tail=20).decode(errors="replace"))

    def wait_until_ready(self) -> None:
        wait_for(self._kind, self._host, self._port, self._since, self._gone, self._last_lines)

    @property
    def pid(self) -> int:
        self._container.reload()
        return int(self._container.get_wrapped_container().attrs["State"]["Pid"])

    def start(self) -> None:
        self._since = time.monotonic()
        self._container.get_wrapped_container().start()
        self.wait_until_ready()

    def stop(self) -> None:
        self._container.get_wrapped_container().stop(timeout=int(ENDED_WITHIN))

    def kill(self) -> None:
        self._container.get_wrapped_container().kill()
        self._container.get_wrapped_container().wait()

    def run(self, program: str, *words: str) -> str:
        code, said = self._container.get_wrapped_container().exec_run([program, *words])
        if code:
            raise NoServer(f"{program}: {said.decode(errors='replace').strip()}")
        return str(said.decode(errors="replace"))

    def close(self) -> None:
        assert self._remover.stdin
        self._remover.stdin.close()

    def wait_until_gone(self) -> None:
        self._remover.wait()
        self._container.get_docker_client().client.close()
        for claim in self._claims:
            claim.close()
