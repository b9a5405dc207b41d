"""What is wrong with a request, as RFC 9457 says it, in Swedish."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

TITLE_FITS = 40
"""A longer title is a sentence of its own and does not fit into another one."""


class FieldError(BaseModel):
    """One thing wrong with one field."""

    field: str | None
    code: str
    message: str


class Problem(BaseModel):
    """A problem: `type` is the machine's code, `title` the sentence for people."""

    type: str
    title: str
    status: int
    errors: list[FieldError] = []
    question: bool = False
    """Nothing is wrong: the same request with a yes in it goes through."""


SENTENCES: Mapping[str, str] = {
    "missing": "Fyll i det här fältet.",
    "extra_forbidden": "Det här fältet finns inte.",
    "string_too_short": "Texten är för kort: skriv minst {min_length} tecken.",
    "string_too_long": "Texten är för lång: högst {max_length} tecken.",
    "string_type": "Skriv en text.",
    "string_pattern_mismatch": "Värdet har fel form.",
    "int_parsing": "Skriv ett heltal.",
    "int_type": "Skriv ett heltal.",
    "int_from_float": "Skriv ett heltal.",
    "decimal_parsing": "Skriv ett tal, till exempel 0,50.",
    "decimal_max_places": "Skriv högst {decimal_places} decimaler.",
    "bool_parsing": "Svara ja eller nej.",
    "uuid_parsing": "Välj ett av alternativen.",
    "uuid_type": "Välj ett av alternativen.",
    "enum": "Välj ett av alternativen.",
    "literal_error": "Välj ett av alternativen.",
    "date_from_datetime_parsing": "Skriv ett datum, till exempel 2026-11-22.",
    "date_parsing": "Skriv ett datum, till exempel 2026-11-22.",
    "date_type": "Skriv ett datum, till exempel 2026-11-22.",
    "datetime_parsing": "Skriv datum och tid, till exempel 2026-11-22T14:30+01:00.",
    "datetime_from_date_parsing": "Skriv datum och tid, till exempel 2026-11-22T14:30+01:00.",
    "timezone_aware": "Ange tidszon, till exempel 2026-11-22T14:30+01:00.",
    "time_parsing": "Skriv ett klockslag, till exempel 14:30.",
    "greater_than_equal": "Värdet får vara minst {ge}.",
    "less_than_equal": "Värdet får vara högst {le}.",
    "greater_than": "Värdet måste vara större än {gt}.",
    "too_short": "Lägg till minst {min_length}.",
    "too_long": "Högst {max_length} får anges.",
    "json_invalid": "Innehållet gick inte att läsa: det är inte giltig JSON.",
}


def field_errors(error: RequestValidationError, body: Any = None) -> list[FieldError]:
    """Each fault with the field it is in; never with the value, which may be somebody's.

    body: the type of the body, whose fields may have titles. A list with faults inside is not also said to be short.
    """
    found = [_one(fault, body) for fault in error.errors()]
    places = [one.field for one in found if one.field]
    return [one for one in found if not any(place.startswith(f"{one.field}.") for place in places)]


def _one(fault: Mapping[str, Any], body: Any) -> FieldError:
    place = [step for step in fault["loc"] if step not in ("body", "query", "path", "header")]
    kind: str = fault["type"]
    context: Mapping[str, Any] = fault.get("ctx") or {}
    sentence = SENTENCES.get(kind, "Värdet går inte att använda.")
    if kind == "value_error":
        sentence = str(context.get("error", sentence))
    elif kind == "missing" and (title := title_of(body, place)):
        sentence, context = "Fyll i {title}.", {"title": title}
    field = ".".join(map(str, place)) or None
    return FieldError(field=field, code=kind.replace("_", "-"), message=sentence.format_map(context))


def title_of(body: Any, place: Sequence[str | int]) -> str | None:
    """What people call the field at a place in a body: `("rows", 0, "unit_id")` is a field of each of the rows."""
    models, title = list(_models(body)), None
    for name in (step for step in place if isinstance(step, str)):
        fields = [model.model_fields[name] for model in models if name in model.model_fields]
        title = next((field.title for field in fields), None)
        models = [model for field in fields for model in _models(field.annotation)]
    return title if title and len(title) <= TITLE_FITS else None


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    """The models in a type: in `tuple[NewRow, ...] | None` it is NewRow."""
    parts = get_args(kind)
    if not parts and isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in parts:
        yield from _models(part)
