"""Outside a sealed part, an event holds ids, codes, dates, numbers and yes or no; never a text somebody could write."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

FORMATS = ("uuid", "date", "date-time", "time", "duration")
PROSE = ("Moira Mustafsson", "Hon bor ensam.", "Bor kvar hemma", "moira@example.org", "Ö")
"""A pattern that lets one of these through lets names and notes through."""


def exposed(schema: Mapping[str, Any]) -> list[str]:
    """Where a JSON Schema lets free content through in clear, one line each; `$ref`s are followed."""
    return list(_walk(schema, schema, "", ()))


def _walk(schema: Mapping[str, Any], root: Mapping[str, Any], place: str, above: tuple[str, ...]) -> Iterator[str]:
    if "x-sealed-for" in schema:
        return
    if reference := schema.get("$ref"):
        if reference not in above:
            target = root["$defs"][reference.removeprefix("#/$defs/")]
            yield from _walk(target, root, place, (*above, reference))
        return
    for choice in [c for kind in ("anyOf", "oneOf", "allOf") for c in schema.get(kind, ())]:
        yield from _walk(choice, root, place, above)
    if not {"anyOf", "oneOf", "allOf", "enum", "const"} & set(schema):
        yield from _typed(schema, root, place, above)


def _typed(schema: Mapping[str, Any], root: Mapping[str, Any], place: str, above: tuple[str, ...]) -> Iterator[str]:
    kind = schema.get("type")
    if kind == "object":
        yield from _object(schema, root, place, above)
    elif kind == "array":
        items = [*schema.get("prefixItems", ()), *([schema["items"]] if isinstance(schema.get("items"), dict) else [])]
        if not items:
            yield f"{place}: a list of anything"
        for item in items:
            yield from _walk(item, root, f"{place}[]", above)
    elif kind == "string":
        yield from _string(schema, place)
    elif kind not in ("integer", "number", "boolean", "null"):
        yield f"{place}: anything"


def _object(schema: Mapping[str, Any], root: Mapping[str, Any], place: str, above: tuple[str, ...]) -> Iterator[str]:
    for name, field in schema.get("properties", {}).items():
        yield from _walk(field, root, f"{place}.{name}".removeprefix("."), above)
    more = schema.get("additionalProperties", "properties" not in schema)
    if more:
        yield f"{place}: an object with any fields"


def _string(schema: Mapping[str, Any], place: str) -> Iterator[str]:
    pattern = schema.get("pattern")
    if schema.get("format") in FORMATS:
        return
    if pattern is None:
        yield f"{place}: a text"
    elif any(re.search(pattern, prose) for prose in PROSE):
        yield f"{place}: a text (its pattern lets prose through)"
