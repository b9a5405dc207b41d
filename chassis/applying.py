"""Messages applied: together while all goes well, and each subject by itself, up to the first that fails, when not."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import Row

from chassis import envelope, resend
from chassis import inbox_queries as sql
from chassis.arrival import Arrival, CannotApply, Subject, sort_out, why
from chassis.database import Transaction, is_away, is_busy, says_away
from chassis.decision import Refused
from chassis.envelope import Cause
from chassis.hold import heed_stop
from chassis.subscriptions import Subscriptions, in_time
from chassis.telemetry import Meters
from contracts.event import Event
from contracts.sealed import CannotOpen
from contracts.topology import EVENTS, RESEND_REQUESTED

AT_ONCE = 250
"""So many of what is stored of a subject are applied in one transaction."""
ATTEMPTS = 8
"""A message that fails unexpectedly is tried this many times, with pauses of 1, 2, 4 … seconds, before it is parked."""
MOST, MOST_BUSY = 8, 3
"""The longest pauses, as powers of two."""


class HandlerBroke(Exception):
    """The handler of this message failed, and the connection with it: another transaction has to note it."""

    def __init__(self, row: Row[Any], error: Exception) -> None:
        self.row, self.error = row, error


class Applying:
    """What one service does with the messages it is given, in a transaction of the caller's."""

    def __init__(self, service: str, handlers: Subscriptions, meters: Meters) -> None:
        self._handlers = handlers.handlers
        self._load_ahead = handlers.load_ahead
        self._meters = meters
        self._log = structlog.get_logger().bind(service=service, part="inbox")

    async def together(self, tx: Transaction, arrivals: Sequence[Arrival]) -> None:
        """Apply and store all of them with a few statements; whatever fails is raised, and nothing has been done."""
        placed = await self._set_apart(tx, arrivals)
        if not placed:
            return
        positions = await sql.positions(await tx.begun(), {(a.owner, a.subject) for a in placed})
        ready, waiting = sort_out(placed, positions)
        events = [(a.head, event) for a in ready if a.head and (event := self._event(a.type, a.body))]
        await self._load_ahead(tx, [event for _, event in events])
        for head, event in events:
            await self._effect(tx, head, event)
            await asyncio.sleep(0)  # a whole batch can take a while: doors are served in between
        await self._store(tx, waiting, ready)
        tx.afterwards.append(partial(self._meters.applied.inc, len(ready)))
        held = {subject: position.last for subject, position in positions.items() if position.held}
        if held:
            await self.advance(tx, held, tolerant=False)

    async def keep(self, tx: Transaction, subject: Subject, arrivals: Sequence[Arrival]) -> int | None:
        """Store what is new of one subject; gives how far that has come, None when nothing has a place in it."""
        placed = await self._set_apart(tx, arrivals)
        if not placed:
            return None
        last = (await sql.positions(await tx.begun(), {subject}))[subject].last
        await self._store(tx, [a for a in placed if a.sequence > last])
        return last

    async def _set_apart(self, tx: Transaction, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Take care of what has no place in any sequence; gives the others."""
        await self._store(tx, [a for a in arrivals if not a.sequence])
        placed = [a for a in arrivals if a.sequence]
        for request in placed:
            if request.type == RESEND_REQUESTED:
                await resend.send_again(tx, request.body)
        return [a for a in placed if a.type != RESEND_REQUESTED]

    async def _store(self, tx: Transaction, waiting: Sequence[Arrival], applied: Sequence[Arrival] = ()) -> None:
        for arrival in waiting:
            if arrival.error:
                tx.afterwards.append(self._meters.parked.inc)
                self._log.error("message parked", id=str(arrival.id), error=arrival.error)
        if waiting or applied:
            stored = await sql.store(await tx.begun(), waiting, applied)
            if stored["applied"] != len(applied):
                raise CannotApply("its id has been used for another message")

    async def advance(self, tx: Transaction, lasts: Mapping[Subject, int], *, tolerant: bool) -> bool:
        """Apply what is stored of these subjects, each as far as its sequence is whole. Whether there may be more."""
        keys = {"owners": [o for o, _ in lasts], "subjects": [s for _, s in lasts]}
        applied: list[Row[Any]] = []
        moved: dict[Subject, int] = {}
        stopped: set[Subject] = set()
        rows = (await tx.execute(sql.OPEN, {**keys, "most": AT_ONCE})).all()
        for row in rows:
            subject = (row.owner, row.subject)
            last = moved.get(subject, lasts[subject])
            if row.sequence <= last:
                continue
            if subject in stopped or row.sequence != last + 1:
                stopped.add(subject)
                continue
            if row.status != "skipped":
                if not await self._handle(tx, row, tolerant=tolerant):
                    stopped.add(subject)
                    continue
                applied.append(row)
            moved[subject] = row.sequence
        if applied:
            done = {"ids": [row.id for row in applied], "owners": [row.owner for row in applied]}
            await tx.execute(sql.APPLIED, done)
        if moved:
            keys = {"owners": [o for o, _ in moved], "subjects": [s for _, s in moved]}
            await tx.execute(sql.ADVANCE, {**keys, "lasts": list(moved.values())})
            await tx.execute(sql.OVERTAKEN, keys)
        tx.afterwards.append(partial(self._meters.applied.inc, len(applied)))
        return bool(moved) and len(rows) >= AT_ONCE

    async def _handle(self, tx: Transaction, row: Row[Any], *, tolerant: bool) -> bool:
        """Whether it was applied. Tolerant: a failure is noted on the message instead of raised, unless it is the
        database's own; HandlerBroke when the transaction can't note anything any more."""
        try:
            async with tx.nested() if tolerant else contextlib.nullcontext():
                if event := self._event(row.type, row.body):
                    await self._effect(tx, envelope.read(row.headers), event)
        except Exception as error:
            heed_stop(error)
            if not tolerant or says_away(error):
                raise
            if tx.is_broken:
                if is_away(error):
                    raise
                raise HandlerBroke(row, error) from None
            await self.fail(tx, row, error)
            return False
        return True

    def _event(self, type: str, body: bytes) -> Event | None:
        """The event; None when this service has no use for it."""
        if type not in EVENTS:
            raise CannotApply(f"unknown type or version: {type}")
        return self._handlers[type][0].model_validate_json(body) if type in self._handlers else None

    async def _effect(self, tx: Transaction, head: envelope.Envelope, event: Event) -> None:
        tx.because(Cause(head.correlation_id, head.id, head.traceparent))
        await in_time(self._handlers[event.type][1], event, tx)
        tx.afterwards.append(partial(self._handed_off, head.time))

    def _handed_off(self, told: datetime) -> None:
        self._meters.hand_off.observe(max(0.0, (datetime.now(UTC) - told).total_seconds()))

    async def fail(self, tx: Transaction, row: Row[Any], error: Exception) -> None:
        """Park what can't get better; retry a bug with growing pauses. The text of the error names no content."""
        hopeless = isinstance(error, CannotApply | Refused | ValidationError | CannotOpen)
        busy = is_busy(error)  # nobody's bug: it is over when the other is done
        status = "parked" if hopeless or (row.attempts + 1 >= ATTEMPTS and not busy) else "failed"
        said, pause = why(error), 2.0 ** min(row.attempts, MOST_BUSY if busy else MOST)
        failed = {"id": row.id, "owner": row.owner, "status": status, "error": said, "pause": pause}
        if not (await tx.execute(sql.FAILED, failed)).first():
            return  # somebody has applied or skipped it since
        await tx.execute(sql.ATTEMPTED, {"id": row.id, "error": said})
        tx.afterwards.append((self._meters.parked if status == "parked" else self._meters.failed).inc)
        self._log.error(f"message {status}", id=str(row.id), type=row.type, subject=row.subject, error=said)
