"""Actors for unit tests: members of the demo municipality with the roles they have there."""

from functools import cache
from uuid import UUID

from chassis.auth import Actor, Login
from contracts.organisation import Role
from tests.support.municipality import _file, member, path, unit


@cache
def actor(login: str) -> Actor:
    """A member of the demo municipality, as load_actor would give them."""
    entry = next(m for m in _file()["members"] if m["login"] == login)
    roles: dict[UUID, frozenset[str]] = {}
    for role in entry["roles"]:
        name, _, code = role.partition("@")
        for other in _file()["units"]:
            if unit(code) in path(other["code"]):
                here = unit(other["code"])
                roles[here] = roles.get(here, frozenset()) | {Role(name)}
    return Actor(member(login), entry["name"], entry["title"], roles, Login(login, "https://issuer.example", "loa3"))
