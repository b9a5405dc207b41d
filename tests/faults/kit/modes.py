"""Ways in which a service's process behaves badly for as long as the kit says so."""

import asyncio
from collections import Counter
from functools import partial
from typing import Any

from chassis.arrival import CannotApply
from tests.faults.kit import seams
from tests.faults.kit.control import Control
from tests.faults.kit.seams import Async

TWICE = "every-message-twice"
SHUFFLED = "messages-shuffled"
DELAYED = "first-message-delayed"
"""Seconds that the first of several messages waits while its successors pass."""
HANGS = "handler-hangs"
"""The type whose handler never returns."""
FAILS = "handler-fails"
"""The type whose handler fails, as by a bug."""
REFUSES = "handler-refuses"
"""The type whose handler says that it can never do it, as by a build that is too old."""
REFUSAL = "this build can't"

HEARD = {
    "authority": "execution.assignment-received.v1",
    "execution": "authority.assignment-sent.v1",
    "journal": "execution.assignment-distributed.v1",
    "deviation": "execution.assignment-distributed.v1",
    "notify": "execution.assignment-received.v1",
}
"""Service -> a type that it hears of nearly every assignment."""


class Deliberate(Exception):
    """A bug in a handler."""


def put_in(control: Control) -> None:
    """Put the modes where they belong."""
    seams.around_send(partial(_twice, control))
    seams.around_send(partial(_delayed, control))
    seams.around_send(partial(_shuffled, control))
    seams.around_handlers(partial(_handled, control))


def _twice(control: Control, original: Async) -> Async:
    async def sent(relay: Any, rows: Any) -> Any:
        if rows and control.mode(TWICE):
            await original(relay, rows)
            control.note(TWICE)
        return await original(relay, rows)

    return sent


def _first_of_several(rows: Any) -> Any:
    """The first that has another of its subject behind it; None when nothing here could come in the wrong order."""
    counts = Counter(row["subject"] for row in rows)
    return next((row for row in rows if counts[row["subject"]] > 1), None)


def _shuffled(control: Control, original: Async) -> Async:
    async def sent(relay: Any, rows: Any) -> Any:
        if len(rows) > 1 and control.mode(SHUFFLED):
            sent = await original(relay, rows[::-1])
            if _first_of_several(rows) is not None:
                control.note(SHUFFLED)
            return sent
        return await original(relay, rows)

    return sent


def _delayed(control: Control, original: Async) -> Async:
    async def sent(relay: Any, rows: Any) -> Any:
        seconds = control.mode(DELAYED)
        first = _first_of_several(rows) if seconds else None
        if first is None:
            return await original(relay, rows)
        confirmed, refused, late = await original(relay, [row for row in rows if row is not first])
        if late:
            return confirmed, [*refused, (first, "held back")], late
        await asyncio.sleep(float(str(seconds)))
        control.note(DELAYED)
        itself = await original(relay, [first])
        return [*confirmed, *itself[0]], [*refused, *itself[1]], itself[2]

    return sent


def _handled(control: Control, type: str, handler: Async) -> Async:
    async def handled(event: Any, tx: Any) -> None:
        if control.mode(HANGS) == type:
            control.note(HANGS)
            await asyncio.Event().wait()
        if control.mode(FAILS) == type:
            control.note(FAILS)
            raise Deliberate
        if control.mode(REFUSES) == type:
            control.note(REFUSES)
            raise CannotApply(REFUSAL)
        await handler(event, tx)

    return handled
