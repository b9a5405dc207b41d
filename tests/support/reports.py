"""Deviations reported through the doors of a running deviation service."""

from datetime import datetime, timedelta
from typing import Any

from chassis.clock import SWEDEN
from tests.support.municipality import unit
from tests.support.orders import person
from tests.support.stafett import Running, body

MOIRA = str(person().person_id)
UTE = str(unit("blandaren-ute"))
STORY = "Moira föll vid fönstret, och ropade ”hjälp” <b>högt</b> 🙂"


def yesterday() -> str:
    """The day before today, in Sweden."""
    return (datetime.now(SWEDEN) - timedelta(days=1)).date().isoformat()


def typed(**changes: Any) -> dict[str, Any]:
    """What Jonas sends about Moira's fall; a None takes a field away."""
    values = {
        "person_id": MOIRA,
        "unit_id": UTE,
        "kind": "deviation",
        "business_area": "ao",
        "category": "fall",
        "occurred_on": yesterday(),
        "occurred_at": "21:30",
        "course_of_events": STORY,
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


async def reported(service: Running, login: str = "jonas.ek", /, **changes: Any) -> str:
    """The path of a new deviation."""
    async with service.client(login) as client:
        done = body(await client.post("/deviation/deviations", json=typed(**changes)))
    return f"/deviation/deviations/{done['id']}"


async def asked(service: Running, login: str, path: str, status: int = 200, /, **query: Any) -> Any:
    """What somebody is answered."""
    async with service.client(login) as client:
        return body(await client.get(path, params=query), status)


async def did(service: Running, login: str, path: str, status: int = 200, /, **command: Any) -> Any:
    """What comes of somebody's command."""
    async with service.client(login) as client:
        return body(await client.post(path, json=command), status)
