"""The demo municipality as events: what every service's replica holds in the tests."""

from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import yaml

from contracts.event import Event
from contracts.organisation import (
    ManagersChanged,
    ManagerTerm,
    MemberChanged,
    MemberDetails,
    Membership,
    Role,
    UnitChanged,
    UnitDetails,
)
from contracts.sealed import Sealed
from services.organisation.organisation_file import SAFE

FILE = Path(__file__).parents[2] / "deploy" / "organisation.yaml"


@cache
def unit(code: str) -> UUID:
    """The id of a unit of the demo municipality."""
    return uuid5(NAMESPACE_URL, f"stafett:unit:{code}")


@cache
def member(login: str) -> UUID:
    """The id of a member of the demo municipality."""
    return uuid5(NAMESPACE_URL, f"stafett:member:{login}")


@cache
def _file() -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(FILE.read_text(), Loader=SAFE)  # noqa: S506, it is a safe one
    return content


def logins() -> tuple[str, ...]:
    """Every member of the demo municipality."""
    return tuple(str(m["login"]) for m in _file()["members"])


@cache
def member_name(login: str) -> str:
    """What a member of the demo municipality is called."""
    return str(next(m["name"] for m in _file()["members"] if m["login"] == login))


@cache
def path(code: str) -> tuple[UUID, ...]:
    """A unit's ancestors and itself."""
    parents = {u["code"]: u.get("parent") for u in _file()["units"]}
    steps = [code]
    while parents[steps[0]]:
        steps.insert(0, parents[steps[0]])
    return tuple(unit(step) for step in steps)


def events() -> list[Event]:
    """Everything organisation has told about the demo municipality."""
    units = [
        UnitChanged(
            unit_id=unit(u["code"]),
            path=path(u["code"]),
            kind=u["kind"],
            business_area=u.get("business_area"),
            internal=u.get("internal", True),
            mark=u.get("mark"),
            ended_on=u.get("ended_on"),
            details=Sealed(UnitDetails(name=u["name"])),
        )
        for u in _file()["units"]
    ]
    members = [
        MemberChanged(
            member_id=member(m["login"]),
            memberships=tuple(
                Membership(unit_id=unit(role.split("@")[1]), role=Role(role.split("@")[0])) for role in m["roles"]
            ),
            details=Sealed(MemberDetails(name=m["name"], title=m["title"], login=m["login"])),
        )
        for m in _file()["members"]
    ]
    answering: dict[str, list[ManagerTerm]] = {}
    for term in _file()["managers"]:
        answering.setdefault(term["unit"], []).append(
            ManagerTerm(
                member_id=member(term["member"]), deputy=term.get("deputy", False), valid_from=term["valid_from"]
            )
        )
    managers = [ManagersChanged(unit_id=unit(code), terms=tuple(terms)) for code, terms in answering.items()]
    return [*units, *members, *managers]
