"""Every door asks who is there: deny by default."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from chassis.http import actor

OPEN = ("/health", "/metrics", "/openapi.json", "/static")
"""Below the service's prefix: what operators' tools and browsers may fetch without a login; nothing of anybody."""


def unguarded(app: FastAPI, prefix: str) -> list[str]:
    """The routes of an app that don't depend on the actor and aren't among the open ones."""
    return [
        f"{','.join(sorted(route.methods or ()))} {route.path}".strip()
        for route in iter_route_contexts(app.routes)
        if route.path not in {prefix + path for path in OPEN} and actor not in _asks(getattr(route, "dependant", None))
    ]


def _asks(dependant: Any) -> Iterator[Any]:
    """Everything that is called before the door is opened."""
    for needed in dependant.dependencies if dependant else ():
        yield needed.call
        yield from _asks(needed)
