"""A journal and a note made through the doors of a running journal service."""

from typing import Any

from tests.support.journals import TEXT
from tests.support.municipality import unit
from tests.support.orders import person
from tests.support.stafett import Running, body

PERSON = person().person_id
NEW = {"person_id": str(PERSON), "unit_id": str(unit("blandaren-ute")), "template": "allman"}


def typed(**changes: Any) -> dict[str, Any]:
    """What Jonas sends."""
    return {"noted_at": "2026-11-20T09:30:00+01:00", "heading": "avvikelse-fran-plan", "text": TEXT, **changes}


async def opened(service: Running, login: str = "jonas.ek", **changes: Any) -> str:
    """The path of a new journal."""
    async with service.client(login) as client:
        return str(body(await client.post("/journal/journals", json=NEW | changes))["location"])


async def noted(service: Running, path: str, login: str = "jonas.ek", **changes: Any) -> str:
    """The path of a new note in it."""
    async with service.client(login) as client:
        return str(body(await client.post(f"{path}/notes", json=typed(**changes)))["location"])


async def locked(service: Running, path: str, login: str = "jonas.ek", **changes: Any) -> str:
    """The path of a new note that its author has write-protected."""
    note = await noted(service, path, login, **changes)
    async with service.client(login) as client:
        body(await client.post(f"{note}/lock"))
    return note
