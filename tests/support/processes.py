"""Services as processes of their own, which can be ended and started again at the same address."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx

from cli.up import Ready
from contracts.topology import SERVICES

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 20


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@dataclass
class Processes:
    """One process for each service; none runs yet."""

    prepared: Ready
    folder: Path
    """Where each writes its log."""
    ports: dict[str, int]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict, init=False)
    _logs: list[IO[bytes]] = field(default_factory=list, init=False)

    def command(self, service: str) -> list[str]:
        return ["cli", "serve", service, "--port", str(self.ports[service])]

    def environment(self, service: str) -> dict[str, str]:
        return self.prepared.environment(service)

    def start(self, service: str) -> None:
        log = (self.folder / f"{service}.log").open("ab")
        self._logs.append(log)
        command = [sys.executable, "-m", *self.command(service)]
        environment = self.environment(service)
        self.running[service] = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def start_the_ended(self) -> None:
        """Start whatever does not run."""
        for service in SERVICES:
            if not self.is_running(service):
                self.start(service)

    def is_running(self, service: str) -> bool:
        return service in self.running and self.running[service].poll() is None

    def kill(self, *services: str) -> None:
        """kill -9, as a power cut or the kernel would, of all of them before any is waited for."""
        for service in services:
            os.kill(self.running[service].pid, signal.SIGKILL)
        for service in services:
            self.running[service].wait()

    def kill_if_running(self, *services: str) -> int:
        """The same, of those that have not just been ended by something else; gives how many there were."""
        running = [service for service in services if self.is_running(service)]
        self.kill(*running)
        return len(running)

    def stop(self) -> None:
        """End all in order, and by force what does not end."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for log in self._logs:
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
        """AssertionError with what they say of themselves when they are not well in so many seconds."""
        end = time.monotonic() + within
        while not all(self.health(service).get("ok") for service in services):
            assert time.monotonic() < end, {service: self.health(service) for service in services}
            time.sleep(0.1)
