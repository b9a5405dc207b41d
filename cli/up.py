"""Start everything: servers, databases, keys, an issuer for the demo, the front and the six services on one port."""

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.broker import declare_topology
from chassis.service import create_app
from chassis.settings import Settings
from chassis.telemetry import set_up_logs
from cli.accounts import Account, as_role
from cli.blueprints import blueprint, blueprints
from cli.issuer import AUDIENCE, DemoIssuer, demo_issuer, issuer_app
from cli.keys import make_keys
from cli.organisation import load
from cli.prepare import make_database, make_tables
from cli.servers import Servers, servers
from cli.state import alone_in, check_port
from contracts.topology import SERVICES
from front.app import create_front
from front.settings import FrontSettings

ORGANISATION = Path(__file__).parent.parent / "deploy" / "organisation.yaml"
DEMO_ISSUER = "demo-issuer"
SHARED = ("database_url", "amqp_url", "issuer", "audience", "keys")


@dataclass(frozen=True)
class Ready:
    """Everything the services need is there."""

    servers: Servers
    issuer: DemoIssuer
    keys: Path
    changed: list[str]
    """What loading the organisation changed."""

    def settings(self, service: str, **changes: Any) -> Settings:
        """The settings of one service on these servers."""
        values: dict[str, Any] = {
            "database_url": as_role(self.servers.postgres, Account(service)),
            "amqp_url": self.servers.amqp,
            "issuer": self.issuer.url,
            "audience": AUDIENCE,
            "keys": self.keys,
        }
        return Settings(service=service, **(values | changes))

    def for_operators(self) -> dict[str, str]:
        """The settings that all services share, for `./stafett ops` beside a running Stafett."""
        shared = self.settings(
            "organisation", database_url=as_role(self.servers.postgres, Account("{service}"), "{service}")
        )
        return {name: str(getattr(shared, name)) for name in SHARED}

    def environment(self, service: str) -> dict[str, str]:
        """The same as environment variables, for a service in a process of its own."""
        settings = self.settings(service)
        chosen = {name: str(getattr(settings, name)) for name in SHARED}
        return {**os.environ, **{f"STAFETT_{name.upper()}": value for name, value in chosen.items()}}


@contextmanager
def ready(folder: Path, state: Path | None = None) -> Iterator[Ready]:
    """Servers, databases, topology, keys (in `folder`), issuer and the demo municipality; all gone at the end."""
    make_keys(folder / "keys")
    with servers(state) as running, demo_issuer() as issuer:
        asyncio.run(_prepare(running))
        before = Ready(running, issuer, folder / "keys", [])
        changed = asyncio.run(load(ORGANISATION, before.settings("organisation"), dry_run=False))
        yield Ready(running, issuer, folder / "keys", changed)


async def _prepare(running: Servers) -> None:
    for plan in blueprints():
        await make_database(running.postgres, Account(plan.name))
        await make_tables(running.postgres, plan)
    await declare_topology(running.amqp)


class Together:
    """Several apps on one port: a request goes to the app its first path segment names, the rest to the front."""

    def __init__(self, apps: Mapping[str, FastAPI], front: FastAPI) -> None:
        self._apps = apps
        self._front = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = scope.get("path", "/").split("/", 2)[1]
        await self._apps.get(first, self._front)(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The background work of all of them."""
        async with AsyncExitStack() as stack:
            for app in self._apps.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield


class Server(uvicorn.Server):
    """Uvicorn inside a loop of ours, which handles the signals."""

    def install_signal_handlers(self) -> None:
        """None of its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(port: int = 0) -> socket.socket:
    """A listener on loopback; on a free port unless one is given."""
    listener = socket.create_server(("127.0.0.1", port))
    # asyncio does this only for sockets it makes itself; without it every answer waits 40 ms for a delayed ack.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


@asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    """Serve an app on a listener, which is closed at the end."""
    settings = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=5)
    server = Server(settings)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task
        listener.close()


@asynccontextmanager
async def everything(prepared: Ready, port: int = 0) -> AsyncIterator[str]:
    """All six services, the front and the demo issuer's pages in this process on one port; gives the base URL."""
    listener = listen(port)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    apps = {name: create_app(blueprint(name), prepared.settings(name, public_url=url)) for name in SERVICES}
    prepared.issuer.pages_url, prepared.issuer.client_url = f"{url}/{DEMO_ISSUER}", url
    apps[DEMO_ISSUER] = issuer_app(prepared.issuer)
    front = create_front(FrontSettings(issuer=prepared.issuer.url, audience=AUDIENCE, public_url=url))
    together = Together(apps, front)
    async with together.running(), serving(together, listener):
        yield url


async def until_stopped() -> None:
    """Until Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


def up(folder: Path, state: Path, port: int) -> None:
    """`./stafett up`: everything on one port, with data that stays for the next time."""
    check_port(port)
    set_up_logs("WARNING")
    with alone_in(state), ready(folder, state) as prepared:
        running = state / "running.json"
        running.touch(mode=0o600)
        running.write_text(json.dumps(prepared.for_operators()))
        try:
            asyncio.run(_stay_up(prepared, port))
        finally:
            running.unlink()


async def _stay_up(prepared: Ready, port: int) -> None:
    async with everything(prepared, port) as url:
        print(f"Stafett is up: {url}  (choose who you are; Ctrl-C stops it)", flush=True)
        await until_stopped()
