"""Golden examples: every event can be read by those it is for, and by nobody else."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
import pytest

from chassis.keys import load_keys
from cli.documents import handled, schema
from cli.keys import make_keys
from contracts.sealed import CannotOpen, KeyRing
from contracts.topology import EVENTS, SERVICES
from tests.support.examples import FOLDER, body, example, sealed_parts

SEALED = [(type, part) for type, event in EVENTS.items() for part in sealed_parts(event)]


@cache
def rings() -> dict[str, KeyRing]:
    """Service -> its keys, made once."""
    with TemporaryDirectory() as folder:
        make_keys(Path(folder))
        return {service: load_keys(Path(folder), service) for service in SERVICES}


def wire(type: str) -> bytes:
    """The example as its owner would publish it."""
    return example(type).body(rings()[EVENTS[type].owner].seal)


def test_there_is_an_example_of_every_event_and_of_nothing_else() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == {*EVENTS}


@pytest.mark.parametrize("type", EVENTS)
def test_an_example_shows_every_field_and_keeps_to_the_schema(type: str) -> None:
    written, shape = body(type), EVENTS[type]
    assert {*written} == {*shape.model_fields}
    clear = {name: value for name, value in written.items() if name not in sealed_parts(shape)}
    rules = schema(shape)
    rules["required"] = [name for name in rules["required"] if name in clear]
    jsonschema.validate(clear, rules, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize(("type", "part"), SEALED)
def test_an_example_names_those_its_sealed_part_is_for_and_shows_all_it_holds(type: str, part: str) -> None:
    receivers, content = sealed_parts(EVENTS[type])[part]
    written = body(type)[part]
    assert {*written} == {"sealed-for", "content"}
    assert tuple(written["sealed-for"]) == receivers
    assert {*written["content"]} == {*content.model_fields}


@pytest.mark.parametrize("type", EVENTS)
def test_what_is_published_keeps_to_the_schema_and_holds_nothing_sealed_in_clear(type: str) -> None:
    published = wire(type).decode()
    jsonschema.validate(EVENTS[type].model_validate_json(published).model_dump(mode="json"), schema(EVENTS[type]))
    parts = sealed_parts(EVENTS[type])
    clear = json.dumps({name: value for name, value in body(type).items() if name not in parts})
    for part in parts:
        secret = [text for text in _texts(body(type)[part]["content"]) if text not in clear]
        assert [text for text in secret if text in published] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_and_opens_every_event_it_handles(service: str) -> None:
    assert {*handled(service)} >= {"organisation.unit-changed.v1", "organisation.member-changed.v1"}
    for type in handled(service):
        event = EVENTS[type].model_validate_json(wire(type))
        for part, (receivers, content) in sealed_parts(EVENTS[type]).items():
            if service in receivers:
                opened = rings()[service].open(getattr(event, part), content)
                assert opened == content.model_validate(body(type)[part]["content"])


@pytest.mark.parametrize(("type", "part"), SEALED)
def test_a_sealed_part_is_opened_by_those_it_is_for_and_by_nobody_else(type: str, part: str) -> None:
    receivers, content = sealed_parts(EVENTS[type])[part]
    sealed = getattr(EVENTS[type].model_validate_json(wire(type)), part)
    for service in SERVICES:
        if service in receivers:
            assert rings()[service].open(sealed, content) == getattr(example(type), part).content
        else:
            with pytest.raises(CannotOpen):
                rings()[service].open(sealed, content)


def _texts(value: Any) -> list[str]:
    """The texts in a content that are long enough to be recognised."""
    if isinstance(value, str):
        return [value] if len(value) > 3 else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for each in inner for text in _texts(each)]
