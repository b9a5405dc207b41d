"""Within a version, an event may only gain optional fields: old readers read new messages, new readers old ones."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

from tests.architecture.rules.source import ROOT

Schema = Mapping[str, Any]
WORDS = ("title", "description", "$schema", "$id", "$defs", "x-heard-by")
"""What says something to people, or about who listens; it may change."""


def breaks(before: Schema, after: Schema) -> list[str]:
    """What the later schema of the same type and version does to those who know the earlier one, one line each."""
    return _compare(before, after, before, after, "", ())


def _compare(
    before: Any, after: Any, old: Schema, new: Schema, place: str, above: tuple[tuple[str, str], ...]
) -> list[str]:
    pair = (str(before.get("$ref")), str(after.get("$ref")))
    if pair != ("None", "None") and pair in above:
        return []
    above = (*above, pair)
    before, after = _resolved(before, old), _resolved(after, new)
    found = _fields(before, after, place)
    for word in sorted((set(before) | set(after)) - {"properties", "required", *WORDS}):
        had, has = before.get(word), after.get(word)
        if isinstance(had, dict) and isinstance(has, dict):
            found += _compare(had, has, old, new, f"{place}[]" if word == "items" else place, above)
        elif _schemas(had) and _schemas(has) and len(had) == len(has):
            pairs = zip(had, has, strict=True)
            found += [each for a, b in pairs for each in _compare(a, b, old, new, place, above)]
        elif had != has:
            found.append(f"{place or 'the event'}: {word} was {_said(had)} and is {_said(has)}")
    for name, field in before.get("properties", {}).items():
        if name in after.get("properties", {}):
            inner = f"{place}.{name}".removeprefix(".")
            found += _compare(field, after["properties"][name], old, new, inner, above)
    return found


def _fields(before: Schema, after: Schema, place: str) -> list[str]:
    had, has = before.get("properties", {}), after.get("properties", {})
    needed, needs = set(before.get("required", ())), set(after.get("required", ()))
    at = f"{place}." if place else ""
    return [
        *(f"{at}{name}: removed" for name in had if name not in has),
        *(f"{at}{name}: added, but required" for name in has if name not in had and name in needs),
        *(f"{at}{name}: was optional and is required" for name in has if name in had and name in needs - needed),
        *(f"{at}{name}: was required and is optional" for name in has if name in had and name in needed - needs),
    ]


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        own = {word: value for word, value in schema.items() if word != "$ref"}
        schema = {**root["$defs"][schema["$ref"].removeprefix("#/$defs/")], **own}
    return schema


def _schemas(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _said(value: Any) -> str:
    return "not there" if value is None else json.dumps(value, ensure_ascii=False)


def gone(before: Iterable[str], now: Iterable[str]) -> list[str]:
    """Types that are no longer there, without a later version that took their place."""
    names = {type.rpartition(".v")[0]: int(type.rpartition(".v")[2]) for type in sorted(now)}
    return [
        type
        for type in sorted(set(before) - set(now))
        if names.get(type.rpartition(".v")[0], 0) <= int(type.rpartition(".v")[2])
    ]


def commits() -> dict[str, str]:
    """What today's contracts are compared with: the last commit, main, and the last release; name -> commit."""
    tag = _git("describe", "--tags", "--abbrev=0", "HEAD")
    names = ["HEAD", "main", "origin/main", *([tag.strip()] if tag else [])]
    found = {name: commit.strip() for name in names if (commit := _git("rev-parse", "--verify", f"{name}^{{commit}}"))}
    return {name: commit for name, commit in found.items() if [*found.values()].index(commit) == [*found].index(name)}


def committed(commit: str) -> dict[str, Schema]:
    """Type -> schema, as it was in a commit; empty when it had none."""
    listed = _git("ls-tree", "--name-only", f"{commit}:contracts/schemas") or ""
    return {
        file.removesuffix(".json"): json.loads(_git("show", f"{commit}:contracts/schemas/{file}") or "")
        for file in listed.split()
    }


def _git(*command: str) -> str | None:
    done = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None
