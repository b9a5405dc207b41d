"""Ways in which a service's process behaves badly for as long as the kit says so."""

import asyncio
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


class Deliberate(Exception):
    """A bug in a handler."""


def put_in(control: Control) -> None:
    """Put the modes where they belong."""

    def send(original: Async) -> Async:
        async def sent(relay: Any, rows: Any) -> Any:
            if control.mode(TWICE):
                await original(relay, rows)
                control.note(TWICE)
            if control.mode(SHUFFLED) and len(rows) > 1:
                rows = rows[::-1]
                control.note(SHUFFLED)
            seconds = control.mode(DELAYED)
            if seconds and len(rows) > 1:
                return await _first_last(original, relay, rows, float(str(seconds)), control)
            return await original(relay, rows)

        return sent

    def handle(type: str, handler: Async) -> Async:
        async def handled(event: Any, tx: Any) -> None:
            if control.mode(HANGS) == type:
                control.note(HANGS)
                await asyncio.Event().wait()
            if control.mode(FAILS) == type:
                control.note(FAILS)
                raise Deliberate
            if control.mode(REFUSES) == type:
                control.note(REFUSES)
                raise CannotApply("this build can't")
            await handler(event, tx)

        return handled

    seams.around_send(send)
    seams.around_handlers(handle)


async def _first_last(original: Async, relay: Any, rows: Any, seconds: float, control: Control) -> Any:
    confirmed, refused, late = await original(relay, rows[1:])
    if late:
        return confirmed, [*refused, (rows[0], "held back")], late
    await asyncio.sleep(seconds)
    control.note(DELAYED)
    after = await original(relay, rows[:1])
    return [*confirmed, *after[0]], [*refused, *after[1]], after[2]
