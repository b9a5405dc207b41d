"""Events: nothing about anybody can be read by the broker, in the logs or among the parked messages."""

from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, create_model

from cli.documents import schema
from contracts.event import Code
from contracts.sealed import Content, For, Sealed
from contracts.topology import EVENTS
from tests.architecture.rules.clear_content import exposed


class Name(Content):
    """A text about somebody."""

    name: str


@pytest.mark.parametrize("type", EVENTS)
def test_outside_a_sealed_part_there_are_only_ids_codes_dates_and_numbers(type: str) -> None:
    assert exposed(schema(EVENTS[type])) == []


def test_a_name_in_a_sealed_part_passes() -> None:
    class Told(BaseModel):
        person_id: UUID
        service: Code
        person: Annotated[Sealed[Name], For("journal")]

    assert exposed(Told.model_json_schema()) == []


@pytest.mark.parametrize(
    ("annotation", "found"),
    [
        (str, "x: a text"),
        (str | None, "x: a text"),
        (tuple[str, ...], "x[]: a text"),
        (Name, "x.name: a text"),
        (tuple[Name, ...] | None, "x[].name: a text"),
        (dict[str, str], "x: an object with any fields"),
        (Any, "x: anything"),
        (list[Any], "x[]: anything"),
        (Annotated[str, Field(max_length=20)], "x: a text"),
        (Annotated[str, Field(pattern="^[A-Za-z ]+$")], "x: a text (its pattern lets prose through)"),
        (Annotated[str, Field(json_schema_extra={"format": "email"})], "x: a text"),
    ],
)
def test_what_could_hold_somebodys_name_is_found(annotation: Any, found: str) -> None:
    told = create_model("Told", x=(annotation, ...))
    assert exposed(told.model_json_schema()) == [found]
