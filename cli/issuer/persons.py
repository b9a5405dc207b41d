"""Who there is to be: the members of the demo municipality, by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from services.organisation.organisation_file import SAFE

ORGANISATION = Path(__file__).parents[2] / "deploy" / "organisation.yaml"
"""Always this file: the demo issuer vouches for invented persons only, whatever organisation is loaded."""
FOLLOW = {
    "karin.berg": "skickar uppdraget",
    "eva.nyberg": "fördelar det",
    "jonas.ek": "kvitterar och skriver journal",
    "omar.haddad": "får avvikelsen",
}
"""Login -> what they do in the main job, in its order."""
AUTHORITY, SUPPORT = "Myndighet", "Stöd och administration"


@dataclass(frozen=True)
class Person:
    """One to be."""

    login: str
    name: str
    title: str
    units: str


def load() -> dict[str, Any]:
    """The demo municipality."""
    organisation: dict[str, Any] = yaml.load(ORGANISATION.read_text(), Loader=SAFE)  # noqa: S506, it is a safe one
    return organisation


def sides(organisation: Mapping[str, Any]) -> dict[str, list[Person]]:
    """Side -> its persons: the authority, the providers of each area, and those who look after the system."""
    units = {unit["code"]: unit for unit in organisation["units"]}
    found: dict[str, list[Person]] = {}
    for member in organisation["members"]:
        roles = [role.split("@") for role in member["roles"]]
        names = dict.fromkeys(units[code]["name"] for _, code in roles)
        person = Person(member["login"], member["name"], member["title"], ", ".join(names))
        role, code = roles[0]
        found.setdefault(_side(role, code, units), []).append(person)
    last = found.pop(SUPPORT, None)
    return {**found, **({SUPPORT: last} if last else {})}


def _side(role: str, code: str, units: Mapping[str, Mapping[str, Any]]) -> str:
    if role == "case_worker":
        return AUTHORITY
    if role in ("user_support", "system_admin"):
        return SUPPORT
    while units[code]["kind"] != "area":
        code = units[code]["parent"]
    return f"Utförare: {units[code]['name']}"


def with_each(said: Mapping[str, str], choices: Mapping[str, list[Person]]) -> list[tuple[Person, str]]:
    """Those that something is said of, by login, and what is said."""
    persons = {person.login: person for side in choices.values() for person in side}
    return [(persons[login], what) for login, what in said.items()]
