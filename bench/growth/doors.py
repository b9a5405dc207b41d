"""The doors that people open all day: queues, lists, search, and one assignment."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx

from bench.doors import Clock
from bench.figures import percentile
from bench.installation import Installation
from bench.parts import PartFailed
from cli.play import CARE_WORKER, CASE_WORKER, COORDINATOR, MANAGER

WARM, ASKED = 10, 40


@dataclass(frozen=True)
class Door:
    """A request that somebody makes often."""

    name: str
    login: str
    path: str
    """With places for the ids of the assignments that were played."""
    sought: str = ""
    """What is searched for; then it is a POST."""

    @property
    def service(self) -> str:
        return self.path.split("/")[1]


DOORS = (
    Door("authority: my assignments, p50 ms", CASE_WORKER, "/authority/assignments"),
    Door("authority: persons, p50 ms", CASE_WORKER, "/authority/persons"),
    Door("authority: search by name, p50 ms", CASE_WORKER, "/authority/persons/search", "{name}"),
    Door("authority: one assignment, p50 ms", CASE_WORKER, "/authority/assignments/{closed}"),
    Door("execution: new assignments, p50 ms", COORDINATOR, "/execution/new-assignments"),
    Door("execution: my units, p50 ms", CARE_WORKER, "/execution/my-units"),
    Door("execution: not current, p50 ms", COORDINATOR, "/execution/not-current"),
    Door("execution: one assignment, p50 ms", COORDINATOR, "/execution/assignments/{open}"),
    Door("journal: a person's journals, p50 ms", CARE_WORKER, "/journal/journals?person_id={person}"),
    Door("journal: one journal, p50 ms", CARE_WORKER, "/journal/journals/{journal}"),
    Door("deviation: to handle, p50 ms", MANAGER, "/deviation/deviations"),
    Door("deviation: closed, p50 ms", MANAGER, "/deviation/deviations?status=closed"),
    Door("deviation: my reports, p50 ms", CARE_WORKER, "/deviation/my-reports"),
    Door("notify: inbox, p50 ms", COORDINATOR, "/notify/inbox"),
    Door("notify: sent, p50 ms", COORDINATOR, "/notify/sent"),
)


@dataclass(frozen=True)
class Side:
    """An installation: the one that grows, or the one beside it that stays as small as it was."""

    six: Installation
    ids: Mapping[str, str]
    """Of what was played, by the places in a door's path."""


async def asked(sides: Sequence[Side], door: Door) -> list[float]:
    """The median answer of each side in milliseconds, asked in turn. PartFailed when one does not answer 200."""
    taken: list[list[float]] = [[] for _ in sides]
    async with Clock().client() as client:
        for _ in range(WARM + ASKED):
            for side, mine in zip(sides, taken, strict=True):
                mine.append(await _answer(client, side, door))
    return [percentile(mine[WARM:], 0.5) for mine in taken]


async def _answer(client: httpx.AsyncClient, side: Side, door: Door) -> float:
    url = side.six.urls[door.service] + door.path.format(**side.ids)
    headers = {"authorization": f"Bearer {side.six.prepared.issuer.token(door.login)}", "accept": "application/json"}
    body = {"sought": door.sought.format(**side.ids)} if door.sought else None
    began = time.perf_counter()
    answer = await client.request("POST" if body else "GET", url, json=body, headers=headers, timeout=30)
    if answer.status_code != 200:
        raise PartFailed(f"{door.name} answered {answer.status_code}")
    return (time.perf_counter() - began) * 1000
