"""The doors that people open all day: queues, lists, search, and one assignment."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from bench.doors import Clock
from bench.figures import percentile
from bench.installation import Installation
from bench.parts import PartFailed
from cli.play import CARE_WORKER, CASE_WORKER, COORDINATOR

WARM, ASKED = 5, 40


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
    Door("authority: search by name, p50 ms", CASE_WORKER, "/authority/persons/search", "{person}"),
    Door("authority: one assignment, p50 ms", CASE_WORKER, "/authority/assignments/{closed}"),
    Door("execution: new assignments, p50 ms", COORDINATOR, "/execution/new-assignments"),
    Door("execution: my units, p50 ms", CARE_WORKER, "/execution/my-units"),
    Door("execution: not current, p50 ms", COORDINATOR, "/execution/not-current"),
    Door("execution: one assignment, p50 ms", COORDINATOR, "/execution/assignments/{open}"),
    Door("notify: inbox, p50 ms", COORDINATOR, "/notify/inbox"),
    Door("notify: sent, p50 ms", COORDINATOR, "/notify/sent"),
)


async def asked(six: Installation, door: Door, ids: Mapping[str, str], rounds: int) -> list[float]:
    """The median answer of each round, in milliseconds. PartFailed when it does not answer 200."""
    url = six.urls[door.service] + door.path.format(**ids)
    headers = {"authorization": f"Bearer {six.prepared.issuer.token(door.login)}", "accept": "application/json"}
    body = {"sought": door.sought.format(**ids)} if door.sought else None
    medians = []
    async with Clock().client() as client:
        for _ in range(rounds):
            taken = []
            for _ in range(WARM + ASKED):
                began = time.perf_counter()
                answer = await client.request("POST" if body else "GET", url, json=body, headers=headers, timeout=30)
                taken.append((time.perf_counter() - began) * 1000)
                if answer.status_code != 200:
                    raise PartFailed(f"{door.name} answered {answer.status_code}")
            medians.append(percentile(taken[WARM:], 0.5))
    return medians
