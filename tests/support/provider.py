"""What the provider does with an assignment, through execution's real doors."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.database import SWEDEN
from contracts.authority import AssignmentSent
from tests.support.municipality import unit
from tests.support.orders import sent
from tests.support.stafett import Running, body

ID = sent().assignment_id
ASSIGNMENT = f"/execution/assignments/{ID}"
NOTHING_TICKED = {"content-type": "application/x-www-form-urlencoded"}
"""What a browser sends with a form in which nothing is filled in."""


def today(ahead: int = 0) -> str:
    """The Swedish day, or one so many days ahead."""
    return str(datetime.now(SWEDEN).date() + timedelta(days=ahead))


def just_sent(assignment_id: UUID = ID, unit_code: str = "blandaren", **changes: Any) -> AssignmentSent:
    """An assignment that was sent three days ago."""
    return sent(assignment_id, unit_code, sent_at=datetime.now(UTC) - timedelta(days=3), **changes)


def new_row(code: str = "blandaren-ute", **changes: Any) -> dict[str, Any]:
    """A row from today, as the body of a door has it."""
    return {"service": "morgonhjalp", "unit_id": str(unit(code)), "period_from": today()} | changes


async def register(execution: Running, *rows: dict[str, Any], login: str = "eva.nyberg", id: UUID = ID) -> list[str]:
    """Register rows; gives the ids of all registered rows."""
    async with execution.client(login) as client:
        body(await client.post(f"/execution/assignments/{id}/rows", json={"rows": rows}))
        found = body(await client.get(f"/execution/assignments/{id}/distribution"))
    return [row["id"] for row in found["to_send"]]


async def distribute(execution: Running, *rows: dict[str, Any], login: str = "eva.nyberg", id: UUID = ID) -> list[str]:
    """Register rows and send them to their units; gives their ids."""
    row_ids = await register(execution, *(rows or (new_row(),)), login=login, id=id)
    async with execution.client(login) as client:
        command = {"row_ids": row_ids, "confirmed": True}
        body(await client.post(f"/execution/assignments/{id}/distribution", json=command))
    return row_ids


async def acknowledge(execution: Running, login: str = "jonas.ek", id: UUID = ID, **command: Any) -> dict[str, Any]:
    """Acknowledge; gives the answer."""
    async with execution.client(login) as client:
        answer: dict[str, Any] = body(await client.post(f"/execution/assignments/{id}/acknowledgement", json=command))
    return answer


async def act(execution: Running, login: str, path: str, command: Any = None, status: int = 200) -> Any:
    """POST below the assignment; gives the answer that has this status."""
    async with execution.client(login) as client:
        return body(await client.post(f"{ASSIGNMENT}{path}", json=command), status)


async def look(execution: Running, login: str, path: str, status: int = 200) -> Any:
    """GET; gives the answer that has this status."""
    async with execution.client(login) as client:
        return body(await client.get(path), status)
