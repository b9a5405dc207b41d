"""Documents that are generated from the code, committed, and checked to be current.

`python -m cli.documents` says which are not; `python -m cli.documents --write` writes them.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import FastAPI

from chassis import replica
from chassis.service import create_app
from chassis.settings import Settings
from chassis.subscriptions import Subscriptions
from cli.asyncapi import asyncapi, heard_by
from cli.blueprints import blueprint
from cli.keys import make_keys
from contracts.event import Event
from contracts.topology import DEAD, DIRECT, EVENTS, HEARS, SERVICES, exchange, queue

ROOT = Path(__file__).parent.parent
FOLDERS = ("contracts/schemas", "docs/openapi")
"""Folders that hold nothing but generated files: one left behind is stale too."""


def documents() -> Iterator[tuple[str, str]]:
    """Path from the root -> content, those that need no service first."""
    for type, event in EVENTS.items():
        yield f"contracts/schemas/{type}.json", _json(schema(event))
    yield "docs/asyncapi.json", _json(asyncapi())
    for service in SERVICES:
        yield f"docs/openapi/{service}.json", _json(app(service).openapi())
    yield "deploy/topology.md", topology({service: handled(service) for service in SERVICES})


def schema(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema of an event's body, and who tells and hears it."""
    said = event.model_json_schema()
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:stafett:{event.type}",
        "title": said.pop("title"),
        "description": said.pop("description"),
        "x-type": event.type,
        "x-owner": event.owner,
        "x-about": event.about,
        "x-heard-by": heard_by(event.owner),
    }
    return {**head, **said}


def app(service: str) -> FastAPI:
    """A service's app, with keys made for the moment; nothing is started and nothing connects."""
    with TemporaryDirectory() as folder:
        make_keys(Path(folder))
        settings = Settings(service=service, issuer="https://login.example.se", keys=Path(folder))
        return create_app(blueprint(service), settings)


def handled(service: str) -> frozenset[str]:
    """The types of event that a service does something with."""
    handlers = Subscriptions()
    handlers.add(replica.subscriptions, *blueprint(service).subscriptions)
    return frozenset(handlers.handlers)


def topology(uses: dict[str, frozenset[str]]) -> str:
    """Who publishes, who listens and who uses what it hears, as Markdown."""
    lines = [
        "# Who publishes, who listens",
        "",
        "Generated from `contracts/topology.py` and the handlers of each service; `./stafett check --fix` writes it.",
        "",
        "| Message | Owner | Exchange | Routing key | Heard and used by | Queues |",
        "|---|---|---|---|---|---|",
        *(_row(event, uses) for event in EVENTS.values()),
        "",
        "| Queue | Bound to |",
        "|---|---|",
    ]
    for service in SERVICES:
        bound = [f"`{exchange(owner)}` with `{owner}.#`" for owner in HEARS[service]]
        lines.append(f"| `{queue(service)}` | {', '.join([*bound, f'`{DIRECT}` with `{service}`'])} |")
    lines += [
        f"| `{DEAD}` | `{DEAD}` (fanout): what a receiver could not even store |",
        "",
        "A service hears all that an owner tells, so that it sees a subject's whole sequence; what it has no use for "
        "is marked as done.",
    ]
    return "\n".join(lines) + "\n"


def _row(event: type[Event], uses: dict[str, frozenset[str]]) -> str:
    users = [service for service in heard_by(event.owner) if event.type in uses[service]]
    queues = ", ".join(f"`{queue(service)}`" for service in users) or "–"
    row = (event.__name__, event.owner, f"`{exchange(event.owner)}`", f"`{event.type}`", ", ".join(users) or "–")
    return f"| {' | '.join(row)} | {queues} |"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def write(made: Iterable[tuple[str, str]], root: Path = ROOT) -> list[str]:
    """Write what is not current and delete what is no longer generated; gives the paths that changed."""
    changed: list[str] = []
    kept: set[str] = set()
    for path, content in made:
        kept.add(path)
        file = root / path
        if not file.exists() or file.read_text() != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
            changed.append(path)
    for path in _left_behind(root, kept):
        (root / path).unlink()
        changed.append(path)
    return changed


def stale(made: Iterable[tuple[str, str]], root: Path = ROOT) -> list[str]:
    """The paths whose committed content is missing, different from what the code says, or no longer generated."""
    current = dict(made)
    wrong = [p for p, content in current.items() if not (root / p).exists() or (root / p).read_text() != content]
    return wrong + _left_behind(root, set(current))


def _left_behind(root: Path, kept: set[str]) -> list[str]:
    there = [str(file.relative_to(root)) for folder in FOLDERS for file in sorted((root / folder).glob("*.json"))]
    return [path for path in there if path not in kept]


def main(arguments: list[str]) -> int:
    if "--write" in arguments:
        for path in write(documents()):
            print(f"written: {path}")
        return 0
    wrong = stale(documents())
    for path in wrong:
        print(f"not current: {path} (./stafett check --fix writes it)")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
