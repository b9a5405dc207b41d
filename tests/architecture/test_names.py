"""Names: one for each thing, the same everywhere."""

import re
from importlib import import_module
from uuid import UUID

import pytest

from chassis import decision, problems
from chassis.decision import Refused
from cli import __main__ as command
from cli.documents import handled
from contracts.event import Event
from contracts.topology import EVENTS, HEARS, SERVICES, exchange, queue
from tests.architecture.rules.names import event_faults, facts_missing, refusals, sentence_faults, unused
from tests.architecture.rules.source import ROOT, modules

CODE = {
    name: text
    for name, text in (modules("chassis") | modules("services") | modules("front")).items()
    if not name.endswith("migrations.env")
}


@pytest.mark.parametrize("type", EVENTS)
def test_an_event_is_named_alike_in_class_type_and_module(type: str) -> None:
    assert event_faults(EVENTS[type], SERVICES) == []


def test_the_owner_tells_through_an_exchange_and_a_service_hears_through_a_queue_of_its_own_name() -> None:
    assert [exchange(owner) for owner in SERVICES] == [f"events.{owner}" for owner in SERVICES]
    assert [queue(service) for service in SERVICES] == [f"{service}.inbox" for service in SERVICES]
    assert {*HEARS} == {*SERVICES}
    assert {owner for owners in HEARS.values() for owner in owners} <= {*SERVICES}


def test_the_command_knows_the_services() -> None:
    assert command.SERVICES == SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_handles_only_what_it_hears(service: str) -> None:
    assert [type for type in handled(service) if EVENTS[type].owner not in HEARS[service]] == []


@pytest.mark.parametrize("module", CODE)
def test_a_refusal_is_a_swedish_sentence_and_is_raised_with_its_facts(module: str) -> None:
    loaded = import_module(module)
    assert [fault for refusal in refusals(loaded) for fault in sentence_faults(refusal)] == []
    assert facts_missing(CODE[module], vars(loaded)) == []


def test_every_code_name_of_the_glossary_is_used() -> None:
    code = CODE | modules("contracts")
    words = {word for name, text in code.items() for word in (*re.findall(r"[A-Za-z_]\w*", text), name.split(".")[-1])}
    assert unused((ROOT / "docs" / "glossary.md").read_text(), words) == []


def test_a_code_name_that_no_code_uses_is_found() -> None:
    glossary = "| Kvittera | `acknowledge` | confirm |\n| Fördela, rad | `distribute`, `row` | `hand` over |\n"
    assert unused(glossary, ["acknowledge", "rows"]) == ["distribute"]


def test_what_is_wrong_with_a_field_is_said_in_sentences() -> None:
    assert [sentence for sentence in problems.SENTENCES.values() if not sentence.endswith(".")] == []
    assert len(refusals(decision)) >= 4


class Sends(Event, about="unit"):
    unit: str


def test_an_event_with_wrong_names_is_found() -> None:
    assert event_faults(Sends, SERVICES) == [
        "Sends is not in a module named after one of the services",
        "Sends is not a noun and a past participle",
        "Sends is about unit, which is no id of its own",
        "Sends has no docstring",
    ]


def test_an_event_with_a_type_of_another_name_is_found() -> None:
    class UnitMoved(Event, about="unit_id"):
        """En enhet har flyttats."""

        unit_id: UUID

    UnitMoved.type = "organisation.unit-relocated.v1"
    assert "UnitMoved has the type organisation.unit-relocated.v1" in event_faults(UnitMoved, SERVICES)


class Silent(Refused):
    pass


class English(Refused):
    """This is not allowed, the unit has ended."""


class Fragment(Refused):
    """inte möjligt"""


class Unnamed(Refused):
    """Det går inte för {}."""


class Late(Refused):
    """Det går inte efter {day}."""


@pytest.mark.parametrize(
    ("refusal", "fault"),
    [
        (Silent, "Silent has no docstring"),
        (English, "English is not in Swedish"),
        (Fragment, "Fragment is not a sentence"),
        (Unnamed, "Unnamed has a placeholder without a plain name"),
    ],
)
def test_a_refusal_that_a_user_could_not_read_is_found(refusal: type[Refused], fault: str) -> None:
    assert fault in sentence_faults(refusal)


def test_a_refusal_with_a_fact_passes() -> None:
    assert sentence_faults(Late) == []
    assert facts_missing("raise Late('field', day=now)\nraise Late(**facts)\nraise ValueError", {"Late": Late}) == []


@pytest.mark.parametrize("line", ["raise Late", "raise Late('field')", "raise Late(on=now) if now else Silent"])
def test_a_refusal_that_is_raised_without_its_fact_is_found(line: str) -> None:
    assert facts_missing(line, {"Late": Late, "Silent": Silent}) == ["line 1: Late without day"]
