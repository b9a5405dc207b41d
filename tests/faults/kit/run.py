"""A run: many courses at once, then calm, then the verdict."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from tests.faults.kit.actor import Actor, GivenUp
from tests.faults.kit.courses import CASE_WORKER, Course, play
from tests.faults.kit.judge import judge
from tests.faults.kit.ledger import Ledger
from tests.faults.kit.reading import at_rest, read_facts
from tests.faults.kit.town import Town
from tests.faults.kit.verdict import Finding, Verdict
from tests.support.identity_numbers import PERSONNUMMER

CALM_SECONDS = 120.0


@dataclass
class Run:
    """What has been played in a town, and by whom."""

    town: Town
    ledger: Ledger = field(default_factory=Ledger)
    persons: list[str] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    begun: int = 0
    """How many courses have been begun."""
    given_up: list[str] = field(default_factory=list)
    """Of the courses whose actors insist, those that came to no end."""
    reported: set[Finding] = field(default_factory=set)
    """What a test has failed for already."""
    skipped: set[UUID] = field(default_factory=set)
    """Messages that an operator has left without effect."""

    def actor(
        self, client: httpx.AsyncClient, *, insists: bool = True, patience: float = 90, is_distant: bool = False
    ) -> Actor:
        return Actor(self.town, client, self.ledger, self.tokens, insists, patience, is_distant)

    async def register_persons(self, count: int = len(PERSONNUMMER)) -> None:
        """The persons whom all courses are about, once every service knows who works where."""
        assert await self.calm(), "the organisation has not reached every service"
        async with httpx.AsyncClient() as client:
            for number in PERSONNUMMER[:count]:
                body = {"identity_number": number, "family_name": "Svensson", "given_name": "Kim"}
                self.persons.append(await register(self.actor(client), body))

    async def play(self, courses: Sequence[Course], actors: int = 12, patience: float = 90) -> None:
        """All of them, so many at a time."""
        waiting = list(reversed(courses))

        async def act() -> None:
            async with httpx.AsyncClient() as client:
                while waiting:
                    course = waiting.pop()
                    person = self.persons[self.begun % len(self.persons)]
                    self.begun += 1
                    how = {"insists": course.insists, "is_distant": course.is_distant}
                    try:
                        await play(course, self.actor(client, patience=patience, **how), person)
                    except GivenUp as end:
                        self.given_up += [f"{course.turn}: {end}"] * course.insists

        async with asyncio.TaskGroup() as group:
            for _ in range(min(actors, len(courses))):
                group.create_task(act())

    async def calm(self, within: float = CALM_SECONDS) -> bool:
        """Everything is whole again, and nothing moves any more; False when it does not come to rest in time."""
        self.town.network.heal()
        self.town.start_the_ended()
        await asyncio.to_thread(self.town.wait_until_well)
        servers, end = self.town.prepared.servers, time.monotonic() + within
        while not await at_rest(servers.postgres, servers.amqp):
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.2)
        return True

    async def verdict(self) -> Verdict:
        """What the databases say."""
        servers = self.town.prepared.servers
        return judge(self.ledger.commands, await read_facts(servers.postgres, servers.amqp), skipped=self.skipped)


async def register(actor: Actor, body: dict[str, str]) -> str:
    """A person, who is not counted: there are only so many identity numbers."""
    answer = await actor.asked(CASE_WORKER, "/authority/persons", body)
    return str(answer["id"])
