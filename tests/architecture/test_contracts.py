"""Contracts: a version of an event means the same for as long as it lives."""

from copy import deepcopy
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import jsonschema
import pytest
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from chassis.decision import Who
from chassis.envelope import Cause, headers
from cli.asyncapi import HEADERS, asyncapi
from cli.documents import schema
from contracts.event import Code
from contracts.sealed import Content, For, Sealed
from contracts.topology import EVENTS, HEARS, SERVICES
from tests.architecture.rules.compatibility import breaks, commits, committed, gone


class Kind(StrEnum):
    ONE = "one"
    TWO = "two"


class Item(Content):
    item_id: UUID
    count: int = 0


class Letter(Content):
    text: str
    answer: str | None = None


class Told(BaseModel):
    thing_id: UUID
    kind: Kind
    code: Code
    round: int | None = None
    items: tuple[Item, ...] = ()
    letter: Annotated[Sealed[Letter], For("journal")]


BEFORE = Told.model_json_schema() | {"x-heard-by": ["journal"], "x-owner": "execution", "description": "It is told."}


def changed(*path: str, to: Any) -> dict[str, Any]:
    """The schema with another value in one place; None takes it away."""
    after: dict[str, Any] = deepcopy(BEFORE)
    place = after
    for step in path[:-1]:
        place = place[step]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return after


def with_field(name: str, required: bool = False) -> dict[str, Any]:
    after = changed("properties", name, to={"type": "integer"})
    after["required"] = [*after["required"], name] if required else after["required"]
    return after


LETTER = ("properties", "letter")


@pytest.mark.parametrize("name", commits())
def test_no_version_has_changed_but_by_optional_fields(name: str) -> None:
    before = committed(commits()[name])
    now = {type: schema(event) for type, event in EVENTS.items()}
    wrong = [
        f"{type} since {name}: {fault}" for type in before if type in now for fault in breaks(before[type], now[type])
    ]
    wrong += [f"{type}: gone since {name}, and no later version took its place" for type in gone(before, now)]
    assert wrong == [], "\n".join(wrong)


def test_there_is_a_commit_to_compare_with() -> None:
    assert "HEAD" in commits()


@pytest.mark.parametrize(
    "after",
    [
        BEFORE,
        with_field("added"),
        changed("$defs", "Item", "properties", "added", to={"type": "integer"}),
        changed(*LETTER, "x-content", "properties", "added", to={"type": "string"}),
        changed("description", to="It was told."),
        changed("properties", "round", "title", to="Which time"),
        changed("x-heard-by", to=["journal", "notify"]),
    ],
)
def test_optional_fields_and_other_words_may_be_added(after: dict[str, Any]) -> None:
    assert breaks(BEFORE, after) == []


@pytest.mark.parametrize(
    ("after", "fault"),
    [
        (changed("properties", "round", to=None), "round: removed"),
        (with_field("added", required=True), "added: added, but required"),
        (changed("required", to=[*BEFORE["required"], "round"]), "round: was optional and is required"),
        (changed("required", to=BEFORE["required"][1:]), "thing_id: was required and is optional"),
        (changed("properties", "thing_id", "type", to="integer"), 'thing_id: type was "string" and is "integer"'),
        (changed("properties", "thing_id", "format", to="date"), 'thing_id: format was "uuid" and is "date"'),
        (changed("properties", "code", "pattern", to="^x$"), "code: pattern was"),
        (changed("properties", "items", "items", to={"type": "string"}), "items[].item_id: removed"),
        (changed("properties", "round", "default", to=1), "round: default was not there and is 1"),
        (changed("properties", "round", "anyOf", to=[{"type": "integer"}]), "round: anyOf was"),
        (changed("$defs", "Kind", "enum", to=["one"]), 'kind: enum was ["one", "two"] and is ["one"]'),
        (changed("$defs", "Kind", "enum", to=["one", "two", "three"]), "kind: enum was"),
        (changed("$defs", "Item", "properties", "count", to=None), "items[].count: removed"),
        (changed("x-owner", to="authority"), 'the event: x-owner was "execution" and is "authority"'),
        (changed(*LETTER, "x-sealed-for", to=["journal", "notify"]), "letter: x-sealed-for was"),
        (changed(*LETTER, "x-sealed-for", to=[]), "letter: x-sealed-for was"),
        (changed(*LETTER, "x-content", "properties", "text", to=None), "letter.text: removed"),
        (
            changed(*LETTER, "x-content", "required", to=["text", "answer"]),
            "letter.answer: was optional and is required",
        ),
        (changed(*LETTER, to={"type": "string"}), "letter: x-sealed-for was"),
    ],
)
def test_what_a_reader_could_stumble_on_is_found(after: dict[str, Any], fault: str) -> None:
    assert any(found.startswith(fault) for found in breaks(BEFORE, after)), breaks(BEFORE, after)


def test_a_type_may_go_when_a_later_version_is_there() -> None:
    assert gone(["a.b-sent.v1"], ["a.b-sent.v2"]) == []
    assert gone(["a.b-sent.v2", "a.c-sent.v1"], ["a.b-sent.v1"]) == ["a.b-sent.v2", "a.c-sent.v1"]


@pytest.mark.parametrize("type", EVENTS)
def test_a_schema_is_a_json_schema_and_says_who_tells_and_hears_it(type: str) -> None:
    made = schema(EVENTS[type])
    jsonschema.Draft202012Validator.check_schema(made)
    assert made["description"]
    assert made["x-owner"] == EVENTS[type].owner
    assert made["x-heard-by"] == [service for service in SERVICES if EVENTS[type].owner in HEARS[service]]


def test_the_envelope_of_every_message_is_as_the_documents_say() -> None:
    who = Who(uuid7(), "Karin Berg", "unit_manager", uuid7())
    type, cause = "execution.assignment-received.v1", Cause(uuid7(), uuid7())
    head = headers(uuid7(), type, "assignment/1", datetime.now(UTC), who, cause)
    jsonschema.validate(head | {"ce-sequence": "1"}, HEADERS)
    assert {*head, "ce-sequence"} == {*HEADERS["properties"]}


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi()
    ApplicationSchema.model_validate(document)
    files = {f"../contracts/schemas/{type}.json" for type in EVENTS}
    for reference in _references(document):
        place: Any = document
        for step in reference.removeprefix("#/").split("/") if reference.startswith("#") else ():
            place = place[step]
        assert reference.startswith("#") or reference in files


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [each for inner in value.values() for each in _references(inner)]
    return [each for inner in value for each in _references(inner)] if isinstance(value, list) else []
