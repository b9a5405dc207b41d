"""The README's table of messages says what the code does, and the tests it names exist."""

import re

from cli.asyncapi import heard_by
from cli.documents import handled
from contracts.topology import EVENTS, SERVICES
from tests.architecture.rules.source import ROOT

ROW = re.compile(r"^\| `(\w+)\.(\w+)` \| [^|]+ \| ([^|]+) \| \[(\w+)\]\(([\w/.]+)\) \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "README.md").read_text())


def used_by() -> dict[str, list[str]]:
    """`owner.EventName` -> the services that do something with it."""
    uses = {service: handled(service) for service in SERVICES}
    return {
        f"{event.owner}.{event.__name__}": [s for s in heard_by(event.owner) if kind in uses[s]]
        for kind, event in EVENTS.items()
    }


def test_the_table_names_the_services_that_use_each_message() -> None:
    really = used_by()
    said = {f"{owner}.{name}": users.split(", ") for owner, name, users, _, _ in ROWS}
    assert said == {name: really.get(name, []) for name in said}


def test_every_hand_off_between_two_services_is_in_the_table() -> None:
    said = {f"{owner}.{name}" for owner, name, *_ in ROWS}
    hand_offs = {name for name, users in used_by().items() if set(users) - {"notify"}}
    assert hand_offs - said == set()


def test_the_tests_the_table_names_exist() -> None:
    assert len(ROWS) > 15
    for _, _, _, test, file in ROWS:
        assert f"def {test}(" in (ROOT / file).read_text(), f"{file} has no {test}"
