"""What is wrong with a request, as RFC 9457 says it, in Swedish."""

from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel


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
    "decimal_parsing": "Skriv ett tal, till exempel 0.5.",
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


def field_errors(error: RequestValidationError) -> list[FieldError]:
    """Each fault with the field it is in; never with the value, which may be somebody's."""
    return [_one(fault) for fault in error.errors()]


def _one(fault: Mapping[str, Any]) -> FieldError:
    place = [str(step) for step in fault["loc"] if step not in ("body", "query", "path", "header")]
    kind: str = fault["type"]
    context: Mapping[str, Any] = fault.get("ctx") or {}
    sentence = SENTENCES.get(kind, "Värdet går inte att använda.")
    if kind == "value_error":
        sentence = str(context.get("error", sentence))
    return FieldError(field=".".join(place) or None, code=kind.replace("_", "-"), message=sentence.format_map(context))
