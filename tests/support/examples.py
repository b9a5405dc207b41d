"""The golden messages: one for each event, readable, in contracts/examples.

An example is the event's body, but a sealed part is given as what it holds, in clear: `{"sealed-for": [who], "content":
{…}}`. Here it is sealed as the owner would, with real keys.
"""

import json
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

from contracts.event import Event
from contracts.sealed import Content, For, Sealed
from contracts.topology import EVENTS

FOLDER = Path(__file__).parents[2] / "contracts" / "examples"
FIRST = {
    "authority": ("authority.assignment-sent.v1",),
    "execution": (
        "execution.assignment-received.v1",
        "execution.assignment-distributed.v1",
        "execution.assignment-acknowledged.v1",
        "execution.intervention-started.v1",
        "execution.intervention-ended.v1",
    ),
    "journal": ("journal.journal-opened.v1",),
    "deviation": ("deviation.deviation-registered.v1",),
}
"""Owner -> what it tells first about a subject, in this order."""
EARLY = {
    "execution.assignment-declined.v1": 1,
    "execution.acknowledgement-delayed.v1": 2,
    "execution.follow-up-submitted.v1": 4,
}
"""How many of the first have been told before this one, when not all."""


def body(type: str) -> dict[str, Any]:
    """The example as it is written."""
    written: dict[str, Any] = json.loads((FOLDER / f"{type}.json").read_text())
    return written


def example(type: str, **changes: Any) -> Event:
    """The example as an event, its sealed parts still open; changes replace fields."""
    shape, values = EVENTS[type], body(type)
    for name, (_, content) in sealed_parts(shape).items():
        values[name] = Sealed(content.model_validate(values[name]["content"]))
    return shape.model_validate(values | changes)


def sealed_parts(event: type[Event]) -> dict[str, tuple[tuple[str, ...], type[Content]]]:
    """Field -> who may open it, and what it holds."""
    return {
        name: (receivers.receivers, get_args(field.annotation)[0])
        for name, field in event.model_fields.items()
        for receivers in field.metadata
        if isinstance(receivers, For)
    }


def history(type: str, subject: UUID) -> list[Event]:
    """The example, about this subject, after what its owner tells before it."""
    first = FIRST.get(EVENTS[type].owner, ())
    before = first[: first.index(type)] if type in first else first[: EARLY.get(type, len(first))]
    return [example(each, **{EVENTS[each].about: subject}) for each in (*before, type)]
