"""What is wrong with a body, said with the names its fields have for people."""

from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError

from chassis.forms import Command
from chassis.problems import field_errors


class Line(Command):
    what: str = Field(title="Insatstyp")
    code: str


class Order(Command):
    reason: str = Field(title="Orsak")
    agreed: bool = Field(title="Jag har läst det som står ovan och anser att det stämmer")
    lines: Annotated[tuple[Line, ...] | None, Field(min_length=1, title="Insatser")]


def said(body: Any) -> dict[str | None, str]:
    try:
        Order.model_validate(body)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        return {one.field: one.message for one in field_errors(RequestValidationError(faults), Order)}
    return {}


def test_a_missing_field_is_named_as_people_name_it_also_inside_a_list() -> None:
    assert said({"lines": [{}], "agreed": True}) == {
        "reason": "Fyll i Orsak.",
        "lines.0.what": "Fyll i Insatstyp.",
        "lines.0.code": "Fyll i det här fältet.",
    }


def test_a_field_whose_title_is_a_sentence_is_not_named() -> None:
    assert said({"lines": None, "reason": "x"}) == {"agreed": "Fyll i det här fältet."}


def test_a_list_is_too_short_only_when_nothing_in_it_is_wrong() -> None:
    assert said({"reason": "x", "agreed": True, "lines": []}) == {"lines": "Lägg till minst 1."}
