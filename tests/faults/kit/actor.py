"""Somebody who asks: with a key for each command, again when no answer comes, until they get one or give up."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.faults.kit.ledger import Act, Command, Ledger, Outcome
from tests.faults.kit.town import Town

PAUSE, LONGEST_PAUSE = 0.1, 1.5
ANSWER_SECONDS = 20
EARLY = (404, 409)
"""What is refused may only be too early: what it waits for is on its way."""


class GivenUp(Exception):
    """The course stops here: no answer came, or what it waits for did not."""


@dataclass
class Actor:
    """One who plays a course."""

    town: Town
    client: httpx.AsyncClient
    ledger: Ledger
    tokens: dict[str, str]
    insists: bool
    """Asks again with the same key when no answer came; else gives up."""
    patience: float
    """Seconds to wait for what is on its way."""
    is_distant: bool = False
    """Asks by way of the network that can fail, where an answer may be lost on its way back."""
    silent: bool = False
    """Whether some attempt of the command that is being asked for got no answer."""

    async def get(self, login: str, path: str) -> Any:
        """What stands there; asked until somebody answers."""
        return (await self._until(login, "GET", path, None, None, insists=True))[1]

    async def asked(self, login: str, path: str, body: Any, method: str = "POST") -> Any:
        """Have something done that the ledger need not know of."""
        status, answer = await self._until(login, method, path, body, uuid4(), insists=True)
        if status >= 300:
            raise GivenUp(f"{path}: {status} {answer}")
        return answer

    async def status(self, login: str, path: str, body: Any) -> int:
        """What is answered, whatever it is."""
        return (await self._until(login, "POST", path, body, uuid4(), insists=True))[0]

    async def do(
        self,
        login: str,
        act: Act,
        path: str,
        body: Any = None,
        *,
        subject: str = "",
        part: str = "",
        key: UUID | None = None,
        decided: asyncio.Event | None = None,
    ) -> Any:
        """Have a command done. What is refused may be too early: it is tried anew until patience ends, or until it is
        decided otherwise."""
        end = time.monotonic() + self.patience
        key, pause = key or uuid4(), PAUSE
        while True:
            self.silent, outcome, status, answer = False, Outcome.UNANSWERED, 0, None
            last = decided is not None and decided.is_set()
            try:
                status, answer = await self._until(login, "POST", path, body, key, insists=self.insists)
                if status < 300:
                    outcome = Outcome.ANSWERED
                elif not self.silent:
                    outcome = Outcome.REFUSED
            finally:
                last = last or status not in EARLY or time.monotonic() > end
                if outcome is Outcome.ANSWERED or last:
                    self.ledger.note(Command(key, act, subject or str(key), part, outcome))
            if outcome is Outcome.ANSWERED:
                return answer
            if last:
                raise GivenUp(f"{act} {path}: {status} {answer}")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    async def _until(
        self, login: str, method: str, path: str, body: Any, key: UUID | None, *, insists: bool
    ) -> tuple[int, Any]:
        """The answer: anything but silence and a service that says it cannot now."""
        service = path.split("/")[1]
        headers = {"authorization": f"Bearer {self._token(login)}", "accept": "application/json"}
        if key:
            headers["idempotency-key"] = str(key)
        end = time.monotonic() + self.patience
        while True:
            self.ledger.requests += 1
            try:
                answer = await self.client.request(
                    method, f"{self._url(service)}{path}", json=body, headers=headers, timeout=ANSWER_SECONDS
                )
            except httpx.ConnectError:
                refused_to_hear, said = True, "nobody listens"
            except httpx.TransportError as error:
                refused_to_hear, said = False, type(error).__name__
            else:
                if answer.status_code < 500:
                    return answer.status_code, answer.json() if answer.content else None
                refused_to_hear, said = False, answer.text[:200]
            self.silent |= not refused_to_hear
            if time.monotonic() > end or not (insists or refused_to_hear):
                raise GivenUp(f"{method} {path}: {said}")
            await asyncio.sleep(PAUSE * 3)

    def _url(self, service: str) -> str:
        return self.town.distant_url(service) if self.is_distant else self.town.url(service)

    def _token(self, login: str) -> str:
        if login not in self.tokens:
            self.tokens[login] = self.town.prepared.issuer.token(login)
        return self.tokens[login]
