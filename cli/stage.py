"""A stage for the main job: who asks which service for what, and how long it takes to arrive."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from cli.issuer import DemoIssuer

WITHIN_SECONDS = 30.0


class StepFailed(Exception):
    """A step of the play did not do what it should."""


@dataclass
class Play:
    """Who plays where, and what has been found out on the way."""

    issuer: DemoIssuer
    urls: Mapping[str, str]
    """Service -> base URL."""
    client: httpx.AsyncClient
    say: Callable[[str], None] = print
    within: float = WITHIN_SECONDS
    """How long a message may take, in seconds; long when services are being killed."""
    known: dict[str, Any] = field(default_factory=dict)
    steps: int = 0
    """How many have gone well."""
    on_sent: Callable[[], None] = lambda: None
    """Called when a message has been sent and may be anywhere on its way; where a fault test strikes."""

    async def ask(self, login: str, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        """One request with the token of the person who would make it.

        Tried again while nobody is there to hear it, and while the service's replica doesn't know the person yet.
        """
        url = f"{self.urls[path.split('/')[1]]}{path}"
        headers = {"authorization": f"Bearer {self.issuer.token(login)}", "accept": "application/json"}
        end = time.monotonic() + self.within
        while True:
            try:
                answer = await self.client.request(method, url, json=body, headers=headers, timeout=15)
            except httpx.ConnectError:
                answer = None
            if answer is not None and answer.status_code != 503 and '"unknown-member"' not in answer.text:
                break
            if time.monotonic() > end:
                raise StepFailed(f"{method} {path}: {answer.text if answer is not None else 'nobody answers'}")
            await asyncio.sleep(0.1)
        if answer.status_code != expect:
            raise StepFailed(f"{method} {path} as {login}: {answer.status_code} {answer.text[:400]}")
        return answer.json() if answer.content else None

    async def until(self, question: Callable[[], Awaitable[Any]]) -> Any:
        """The first answer that is true; what doesn't exist here yet may be on its way."""
        end = time.monotonic() + self.within
        while True:
            try:
                answer = await question()
            except StepFailed as error:
                if ": 404 " not in str(error):
                    raise
                answer = None
            if answer:
                return answer
            if time.monotonic() > end:
                raise StepFailed("what was sent has not arrived")
            await asyncio.sleep(0.01)

    @asynccontextmanager
    async def step(self, title: str) -> AsyncIterator[Callable[[], None]]:
        """A line of the play; call what it gives when the message is sent, to time it until it has arrived."""
        began = time.perf_counter()
        sent: list[float] = []

        def mark() -> None:
            sent.append(time.perf_counter())
            self.on_sent()

        try:
            yield mark
        except StepFailed as error:
            raise StepFailed(f"{title}: {error}") from error
        self.steps += 1
        took = f"{(time.perf_counter() - sent[-1]) * 1000:6.0f} ms to arrive" if sent else " " * 19
        self.say(f"✓ {title:<80} {took}  ({(time.perf_counter() - began) * 1000:.0f} ms)")
