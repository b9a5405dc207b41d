"""How long each door takes to answer, as a client sees it."""

import re
import time
from collections import defaultdict
from dataclasses import dataclass, field

import httpx

from bench.figures import percentile, plain
from bench.table import Table

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def door(method: str, path: str) -> str:
    """The door a request knocks at: its path with places for ids, without its query."""
    return f"{method} {ID.sub('{id}', path.partition('?')[0])}"


@dataclass
class Clock:
    """Milliseconds of every request, by door."""

    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def client(self) -> httpx.AsyncClient:
        """A client whose requests are timed, from being sent until all of the answer is there."""
        # Shorter than the services', who might close a connection in the moment in which it is used again.
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=200, keepalive_expiry=2.0)
        return httpx.AsyncClient(event_hooks={"request": [_begin], "response": [self._end]}, limits=limits)

    async def _end(self, response: httpx.Response) -> None:
        await response.aread()
        took = (time.perf_counter() - response.request.extensions["began"]) * 1000
        self.taken[door(response.request.method, response.request.url.path)].append(took)

    def table(self, title: str) -> Table:
        """The slowest first, by their 95th percentile."""
        ordered = sorted(self.taken.items(), key=lambda item: -percentile(item[1], 0.95))
        rows = [(name, f"{len(taken):,}", *_percentiles(taken)) for name, taken in ordered]
        everything = [took for taken in self.taken.values() for took in taken]
        rows.append(("all", f"{len(everything):,}", *_percentiles(everything)))
        return Table(title, ("door", "requests", "p50 ms", "p95 ms", "p99 ms"), tuple(rows))


async def _begin(request: httpx.Request) -> None:
    request.extensions["began"] = time.perf_counter()


def _percentiles(taken: list[float]) -> tuple[str, str, str]:
    half, most, nearly_all = (plain(percentile(taken, share)) for share in (0.5, 0.95, 0.99))
    return half, most, nearly_all
