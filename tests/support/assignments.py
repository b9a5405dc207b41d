"""Assignments at Blandaren for unit tests, in every state: Moira's help in the mornings."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from chassis.replica import Unit
from contracts.authority import Protection
from services.execution.assignment import Assignment, Row, RowStatus, Status
from services.execution.features.receive import receive
from services.execution.waiting import Acknowledgement
from tests.support.municipality import _file, path, unit
from tests.support.orders import order, person, sent
from tests.support.people import actor

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
BLANDAREN, UTE = unit("blandaren"), unit("blandaren-ute")


def units_below(code: str) -> dict[UUID, Unit]:
    """What replica.units_below gives in the demo municipality."""
    below = [u for u in _file()["units"] if unit(code) in path(u["code"])]
    return {unit(u["code"]): Unit(u["name"], u.get("ended_on")) for u in below}


def members_at(*codes: str) -> set[UUID]:
    """The members with any role at the units, as replica.members_at gives those with a role that counts."""
    members = [actor(m["login"]) for m in _file()["members"]]
    return {member.member_id for member in members if any(unit(code) in member.roles for code in codes)}


def row(number: int, code: str = "blandaren-ute", status: RowStatus = RowStatus.SENT, **changes: Any) -> Row:
    """A row from the day it is received, until further notice."""
    given = Row(UUID(int=number), "morgonhjalp", "Morgonhjälp", unit(code), TODAY, status=status)
    return replace(given, **changes)


def received(cleared: Collection[str] | None = None) -> Assignment:
    """Just received; for a protected person when there are logins of those cleared."""
    card = person()
    if cleared is not None:
        named = tuple(actor(login).member_id for login in cleared)
        card = person(protection=Protection.PROTECTED_REGISTRATION, cleared=named)
    contents = order(person=card)
    return receive(sent(order=contents), contents, NOW).state


def accepted(*rows: Row) -> Assignment:
    """With rows registered."""
    registered = tuple(replace(given, status=RowStatus.REGISTERED) for given in rows or (row(1),))
    return replace(received(), status=Status.ACCEPTED, rows=registered)


def distributed(*rows: Row) -> Assignment:
    """With rows sent to their units."""
    return replace(received(), status=Status.DISTRIBUTED, rows=rows or (row(1),))


def acknowledged(*rows: Row) -> Assignment:
    """Acknowledged by Jonas for every unit."""
    before = distributed(*rows)
    jonas = actor("jonas.ek")
    done = tuple(Acknowledgement(unit_id, jonas.member_id, jonas.name, NOW) for unit_id in before.unit_ids)
    return replace(before, status=Status.ACKNOWLEDGED, acknowledgements=done)


def started(*rows: Row) -> Assignment:
    """The first visit has been made."""
    return replace(acknowledged(*rows), status=Status.IN_EXECUTION, started_on=TODAY)


def ended(*rows: Row) -> Assignment:
    """Every row has its last day."""
    given = rows or (row(1, status=RowStatus.ENDED, period_to=TODAY),)
    return replace(started(*given), status=Status.ENDED)
