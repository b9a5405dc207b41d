"""Names: an event's class, type and module say the same; a refusal is a Swedish sentence with its facts at hand."""

import ast
import re
import string
from collections.abc import Iterable, Mapping
from types import ModuleType
from uuid import UUID

from chassis.decision import Refused
from contracts.event import Event, kebab

PARTICIPLES = ("Sent", "Withdrawn", "Given", "Missing", "Begun", "Kept", "Lost", "Made", "Met", "Put", "Set", "Told")
"""Those that don't end in -ed; Missing is the one state that is told as a fact (ManagerMissing)."""
ENGLISH = frozenset(
    {"the", "is", "are", "was", "not", "no", "must", "has", "have", "can", "cannot", "this", "that", "with", "of", "to"}
)
SWEDISH = frozenset(
    {
        "att",
        "av",
        "bara",
        "den",
        "det",
        "du",
        "en",
        "ett",
        "finns",
        "har",
        "inte",
        "kan",
        "med",
        "om",
        "som",
        "till",
        "ut",
    }
)


def event_faults(event: type[Event], owners: Iterable[str]) -> list[str]:
    """What is wrong with an event's names."""
    name, owner = event.__name__, event.__module__.rsplit(".", 1)[-1]
    last = re.findall(r"[A-Z][a-z]*", name)[-1]
    about = event.model_fields.get(event.about)
    faults = {
        "is not in a module named after one of the services": owner not in owners,
        "is not a noun and a past participle": not (last.endswith("ed") or last in PARTICIPLES) or last == name,
        f"has the type {event.type}": not re.fullmatch(rf"{owner}\.{kebab(name)}\.v[1-9][0-9]*", event.type),
        f"is about {event.about}, which is no id of its own": not event.about.endswith("_id")
        or about is None
        or about.annotation is not UUID,
        "has no docstring": not (event.__dict__.get("__doc__") or "").strip().endswith("."),
    }
    return [f"{name} {fault}" for fault, wrong in faults.items() if wrong]


def sentence_faults(refusal: type[Refused]) -> list[str]:
    """What is wrong with the sentence that the user reads."""
    text = " ".join((refusal.__dict__.get("__doc__") or "").split())
    own = re.sub(r"\{.*?\}", "", text).lower()
    words = set(re.findall(r"[a-zåäöé]+", own))
    swedish = not words or words & SWEDISH or set(own) & set("åäö")
    faults = {
        "has no docstring": not text,
        "is not a sentence": not re.fullmatch(r"([A-ZÅÄÖ{].*[.?])?( ?\{\w+\})?", text),
        "is not in Swedish": not swedish or len(words & ENGLISH) > 1,
        "has a placeholder without a plain name": any(not place.isidentifier() for place in placeholders(refusal)),
    }
    return [f"{refusal.__name__} {fault}" for fault, wrong in faults.items() if wrong]


def placeholders(refusal: type[Refused]) -> frozenset[str]:
    """The facts that the sentence needs."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(refusal.__doc__ or "") if name is not None)


def facts_missing(text: str, names: Mapping[str, object]) -> list[str]:
    """Where a refusal is raised without a fact that its sentence needs; names: what the module's names stand for."""
    found = []
    for node in ast.walk(ast.parse(text)):
        for raised in _raised(node):
            call = raised if isinstance(raised, ast.Call) else None
            refusal = names.get(getattr(call.func if call else raised, "id", ""))
            if not (isinstance(refusal, type) and issubclass(refusal, Refused)):
                continue
            given = {keyword.arg for keyword in call.keywords} if call else set()
            if None not in given and (missing := placeholders(refusal) - given):
                found.append(f"line {raised.lineno}: {refusal.__name__} without {', '.join(sorted(missing))}")
    return found


def _raised(node: ast.AST) -> list[ast.expr]:
    """What a raise may raise: `raise A if x else B` raises either."""
    if not isinstance(node, ast.Raise) or node.exc is None:
        return []
    return [node.exc.body, node.exc.orelse] if isinstance(node.exc, ast.IfExp) else [node.exc]


def refusals(module: ModuleType) -> list[type[Refused]]:
    """The refusals that are defined in a module."""
    defined = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Refused)]
    return [refusal for refusal in defined if refusal.__module__ == module.__name__]


def unused(glossary: str, words: Iterable[str]) -> list[str]:
    """The code names of the glossary (the second column) that no code uses, in the singular or the plural."""
    names = [name for line in glossary.splitlines() if line.startswith("|") for name in _second(line)]
    used = {*words}
    return [name for name in names if name not in used and f"{name}s" not in used]


def _second(line: str) -> list[str]:
    return re.findall(r"`([^`]+)`", line.split("|")[2])
