"""A service: its app, and the work that goes on beside the requests."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import generate_latest
from sqlalchemy import MetaData, text

from chassis import replica
from chassis.beliefs import Beliefs
from chassis.broker import STOP_SECONDS, Consumer
from chassis.database import Database, is_transient
from chassis.figures import figures
from chassis.hold import heed_stop
from chassis.http import Router
from chassis.inbox import Inbox
from chassis.issuer import Issuer
from chassis.jobs import Job, Jobs
from chassis.keys import load_keys
from chassis.once import FORGET_EVERY_SECONDS, forget
from chassis.openapi import openapi, operation_id
from chassis.pages import Pages
from chassis.refusals import add_refusals
from chassis.relay import Relay
from chassis.session import cookie_names
from chassis.settings import Settings
from chassis.signing import signer
from chassis.subscriptions import Subscriptions
from chassis.telemetry import Meters, describe

Work = Callable[[], Awaitable[None]]

STEADY_SECONDS = 5.0
"""A part that has failed counts as working when it has gone on for so long since."""

DEPTHS = text("""
    SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS unpublished,
        (SELECT extract(epoch FROM clock_timestamp() - min(written_at)) FROM outbox
            WHERE published_at IS NULL) AS oldest_seconds,
        (SELECT count(*) FROM inbox WHERE status = 'parked') AS parked,
        (SELECT count(*) FROM inbox WHERE status IN ('waiting', 'failed')) AS waiting""")


@dataclass(frozen=True)
class Blueprint:
    """What a service is made of; `app.py` of each service fills one in."""

    name: str
    title: str
    metadata: MetaData
    routers: Sequence[Router]
    subscriptions: Sequence[Subscriptions] = ()
    jobs: Mapping[Job, float] = field(default_factory=dict)
    """Work that is done every so many seconds, by one process at a time."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Code -> what people read."""
    beliefs: Beliefs | None = None
    """What it believes of what others know too, for operators to compare."""


class Service:
    """The running parts of a service; each looks after its own connections and starts over when they break."""

    def __init__(self, blueprint: Blueprint, settings: Settings) -> None:
        self.blueprint = blueprint
        self.settings = settings
        self.meters = Meters(blueprint.name)
        self.database = Database(
            settings.database,
            blueprint.name,
            load_keys(settings.keys, blueprint.name),
            blueprint.metadata.tables["access_log"],
            settings.pool_size,
        )
        handlers = Subscriptions()
        handlers.add(replica.subscriptions, *blueprint.subscriptions)
        self.inbox = Inbox(blueprint.name, self.database, handlers, self.meters, settings.ask_again_seconds)
        self.consumer = Consumer(settings.amqp, blueprint.name, self.inbox, self.meters)
        self.relay = Relay(self.database, settings.amqp, blueprint.name, self.meters, settings.poll_seconds)
        self.jobs = Jobs(blueprint.name, self.database)
        self.schema = "unknown"
        self._failures: dict[str, tuple[str, float]] = {}
        self._log = structlog.get_logger().bind(service=blueprint.name)

    @contextlib.asynccontextmanager
    async def running(self, _app: FastAPI) -> AsyncIterator[None]:
        """Doors open at once and say in /health what is missing; consumers stop first, the relay last."""
        ready = asyncio.create_task(self._until_schema())
        work = [self._after(ready, part, run) for part, run in self._work()]
        try:
            yield
        finally:
            for task in [ready, *work]:
                while not task.done():  # what cleans up may take no notice of being cancelled
                    task.cancel()
                    await asyncio.wait([task], timeout=STOP_SECONDS + 2)
            await self.database.engine.dispose()

    def _work(self) -> list[tuple[str, Work]]:
        jobs = {forget: FORGET_EVERY_SECONDS, **self.blueprint.jobs}.items()
        return [
            ("consumer", self.consumer.run),
            ("inbox", self.inbox.run),
            ("inbox", partial(self.inbox.stored.run, self.settings.poll_seconds)),
            *(("jobs", partial(self.jobs.every, job, seconds)) for job, seconds in jobs),
            ("relay", self.relay.run),
        ]

    def _after(self, ready: asyncio.Task[None], part: str, work: Work) -> asyncio.Task[None]:
        async def supervise() -> None:
            await asyncio.shield(ready)
            while True:
                try:
                    await work()
                except (Exception, asyncio.CancelledError) as error:
                    heed_stop(error)  # a library's own cancellation must not end the part unseen
                    self._failures[part] = (type(error).__name__, time.monotonic())
                    self._log.error("part of the service failed and is started again", part=part, error=describe(error))
                    await asyncio.sleep(1)

        return asyncio.create_task(supervise())

    def _states(self) -> dict[str, str]:
        """What each part says of itself, or that it keeps failing, which it is in no state to say."""
        states = {name: getattr(self, name).state for name in ("consumer", "inbox", "relay", "jobs")}
        for part, (error, at) in self._failures.items():
            if time.monotonic() - at < STEADY_SECONDS:
                states[part] = f"waiting: failed {error}, is started again"
        return states

    async def _until_schema(self) -> None:
        """Wait until the database is there and its tables are made."""
        while True:
            try:
                async with self.database.engine.connect() as connection:
                    if await connection.scalar(text("SELECT to_regclass('inbox_position') IS NOT NULL")):
                        self.schema = "ready"
                        return
                self.schema = "waiting: tables are not made yet (stafett ops init)"
            except Exception as error:
                if not is_transient(error):
                    self._log.error("database refuses", error=describe(error))
                self.schema = f"waiting: {type(error).__name__}"
            await asyncio.sleep(0.3)

    async def metrics(self) -> bytes:
        """All figures in Prometheus' words; what lies where is asked for now, and left out when nobody answers."""
        try:
            async with asyncio.timeout(2), self.database.engine.connect() as connection:
                self.meters.show(await figures(connection))
        except Exception as error:
            if self.schema == "ready" and not is_transient(error):
                self._log.error("figures can't be had", error=describe(error))
            self.meters.forget()
        return generate_latest(self.meters.registry)

    async def health(self) -> dict[str, Any]:
        """What works and what is waited for; safe to show anyone."""
        parts = self._states()
        try:
            async with asyncio.timeout(2), self.database.engine.connect() as connection:
                depths = (await connection.execute(DEPTHS)).one()._asdict() if self.schema == "ready" else {}
            database = self.schema
        except Exception as error:
            depths, database = {}, f"waiting: {type(error).__name__}"
        counted = {name: round(float(value), 3) if value is not None else 0 for name, value in depths.items()}
        ok = database == "ready" and not any(state.startswith(("waiting", "starting")) for state in parts.values())
        return {"service": self.blueprint.name, "ok": ok, "database": database, **parts, **counted}


def create_app(blueprint: Blueprint, settings: Settings) -> FastAPI:
    """The FastAPI app of a service, all under its own prefix."""
    service = Service(blueprint, settings)
    prefix = f"/{blueprint.name}"
    app = FastAPI(
        title=f"Stafett {blueprint.name}",
        summary=blueprint.title,
        lifespan=service.running,
        openapi_url=f"{prefix}/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=operation_id,
    )
    app.openapi = partial(openapi, app)  # type: ignore[method-assign]
    app.state.service = service
    app.state.database = service.database
    app.state.issuer = Issuer(settings.issuer, settings.audience, settings.acr)
    app.state.session_cookies = cookie_names(settings.public_url)
    app.state.sign = signer(settings.keys, blueprint.name)
    app.state.pages = Pages(blueprint.name, blueprint.labels, settings.login_path, settings.logout_path)
    add_refusals(app)
    app.include_router(_operations(service), prefix=prefix)
    for router in blueprint.routers:
        app.include_router(router.made(), prefix=prefix)
    app.mount(f"{prefix}/static", StaticFiles(directory=Path(__file__).parent / "static"))
    return app


def _operations(service: Service) -> APIRouter:
    """What operators and their tools ask; open to them without a login, and free of personal data."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health")
    async def health(_request: Request) -> JSONResponse:
        answer = await service.health()
        return JSONResponse(answer, 200 if answer["ok"] else 503)

    @router.get("/metrics")
    async def metrics(_request: Request) -> Response:
        return Response(await service.metrics(), media_type="text/plain; version=0.0.4")

    return router
