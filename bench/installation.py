"""All of Stafett with its demo municipality, each service a process of its own, as an installation runs them."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from bench.ground import Ground
from bench.machine import ROOT
from bench.parts import PartFailed
from chassis.broker import declare_topology
from cli.accounts import Account
from cli.blueprints import blueprints
from cli.issuer import DemoIssuer
from cli.organisation import load
from cli.prepare import make_database, make_tables
from cli.up import ORGANISATION, Ready, listen
from contracts.topology import SERVICES

START_SECONDS = 60.0


@dataclass
class Installation:
    """Six processes, of which each may be started and stopped."""

    on: Ground
    prepared: Ready
    python: str = sys.executable
    ports: dict[str, int] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def urls(self) -> dict[str, str]:
        return {service: f"http://127.0.0.1:{port}" for service, port in self.ports.items()}

    @property
    def pids(self) -> dict[str, int]:
        return {service: process.pid for service, process in self.running.items()}

    async def start(self, service: str) -> float:
        """Gives how many seconds it took until it said that it is well. PartFailed when it does not."""
        if service not in self.ports:
            with listen() as listener:
                self.ports[service] = listener.getsockname()[1]
        began = time.monotonic()
        with (self.on.logs / f"{service}.log").open("ab") as log:
            command = [self.python, "-P", "-m", "cli", "serve", service, "--port", str(self.ports[service])]
            environment = self.prepared.environment(service) | {"PYTHONPATH": str(ROOT)}
            self.running[service] = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)  # noqa: ASYNC220
        async with httpx.AsyncClient() as client:
            while not await _well(client, f"{self.urls[service]}/{service}/health"):
                if time.monotonic() - began > START_SECONDS:
                    raise PartFailed(f"{service} is not well after {START_SECONDS:.0f} s")
                await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def stop(self, services: Collection[str] = SERVICES) -> None:
        stopped = [self.running.pop(service) for service in services if service in self.running]
        for process in stopped:
            process.terminate()
        for process in stopped:
            try:
                await asyncio.to_thread(process.wait, 20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


async def _well(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(address, timeout=5)).status_code == 200
    except httpx.HTTPError:
        return False


async def prepare(on: Ground, issuer: DemoIssuer, python: str = sys.executable) -> Installation:
    """Databases made anew, empty queues and the demo municipality loaded; no service runs yet."""
    for plan in blueprints():
        await on.dropped(plan.name)
        await make_database(on.servers.postgres, Account(plan.name))
        await make_tables(on.servers.postgres, plan)
    await on.quiet()
    await declare_topology(on.servers.amqp)
    prepared = Ready(on.servers, issuer, on.keys, [])
    await load(ORGANISATION, prepared.settings("organisation"), dry_run=False)
    return Installation(on, prepared, python)


@asynccontextmanager
async def installation(on: Ground, issuer: DemoIssuer, python: str = sys.executable) -> AsyncIterator[Installation]:
    """All six, well, run by this Python."""
    made = await prepare(on, issuer, python)
    try:
        for service in SERVICES:
            await made.start(service)
        yield made
    finally:
        await made.stop()
