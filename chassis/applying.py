"""Messages applied: together while all goes well, and each subject by itself, up to the first that fails, when not."""

import asyncio
import contextlib
import time
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
from chassis.database import InTheWay, Transaction, is_away, is_busy, says_away
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
MOST = 8
"""The longest pause, as a power of two."""
BUSY_PAUSE = 2.0
"""After what somebody else was in the way of, which is no attempt that counts."""
TOGETHER_SECONDS = 5.0
"""So long a transaction goes on to the next message: all that it has locked is locked for as long."""


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

    async def together(self, tx: Transaction, arrivals: Sequence[Arrival]) -> set[Subject]:
        """Apply and store all of them with a few statements; whatever fails is raised, and nothing has been done.

        Gives the subjects of which what may be next is only stored: somebody else is at them, or has left it, or the
        time is up for which others may wait for this transaction.
        """
        until = time.monotonic() + TOGETHER_SECONDS
        placed = await self.set_apart(tx, arrivals)
        if not placed:
            return set()
        subjects = {(a.owner, a.subject) for a in placed}
        positions = await sql.positions(await tx.begun(), subjects)
        ready, waiting = sort_out(placed, positions)
        applied = await self._effects(tx, ready, until)
        left = ready[len(applied) :]
        await self._store(tx, [*waiting, *left], applied)
        tx.afterwards.append(partial(self._meters.applied.inc, len(applied)))
        stored = {subject for subject in subjects if subject not in positions or positions[subject].is_next_stored}
        stored |= {(a.owner, a.subject) for a in left}
        lasts = {(a.owner, a.subject): a.sequence for a in applied}
        behind = {one: last for one, last in lasts.items() if positions[one].first and one not in stored}
        if behind and await self.advance(tx, behind, until, tolerant=False):
            stored |= behind.keys()
        return stored

    async def _effects(self, tx: Transaction, ready: Sequence[Arrival], until: float) -> Sequence[Arrival]:
        """Do what these messages tell us to; gives those that it was done for before the time was up."""
        events = [self._event(arrival.type, arrival.body) for arrival in ready]
        await self._load_ahead(tx, [event for event in events if event])
        for place, (arrival, event) in enumerate(zip(ready, events, strict=True)):
            if arrival.head and event:
                if time.monotonic() > until:
                    return ready[:place]
                await self._effect(tx, arrival.head, event)
                await asyncio.sleep(0)  # a whole batch can take a while: doors are served in between
        return ready

    async def keep(self, tx: Transaction, subject: Subject, placed: Sequence[Arrival]) -> int | None:
        """Store what is new of one subject; gives how far that has come, None when somebody else is at it."""
        position = (await sql.positions(await tx.begun(), {subject})).get(subject)
        await self._store(tx, [a for a in placed if position is None or a.sequence > position.last])
        return position.last if position else None

    async def put_by(self, tx: Transaction, arrivals: Sequence[Arrival]) -> bool:
        """Store them, without a look at how far their subject has come. Whether any of them has a place in it."""
        placed = await self.set_apart(tx, arrivals)
        await self._store(tx, placed)
        return bool(placed)

    async def set_apart(self, tx: Transaction, arrivals: Sequence[Arrival]) -> list[Arrival]:
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

    async def advance(self, tx: Transaction, lasts: Mapping[Subject, int], until: float, *, tolerant: bool) -> bool:
        """Apply what is stored of these subjects, each as far as its sequence is whole, and until then (monotonic).
        Whether there may be more."""
        applied: list[Row[Any]] = []
        moved: dict[Subject, int] = {}
        stopped: set[Subject] = set()
        overtaken = late = False
        rows = (await tx.execute(sql.OPEN, {**sql.keys(lasts), "most": AT_ONCE})).all()
        for row in rows:
            subject = (row.owner, row.subject)
            last = moved.get(subject, lasts[subject])
            if row.sequence <= last:
                overtaken = True
                continue
            if subject in stopped or row.sequence != last + 1:
                stopped.add(subject)
                continue
            if late := bool(moved) and time.monotonic() > until:
                break
            if row.status != "skipped":
                if not await self._handle(tx, row, tolerant=tolerant):
                    stopped.add(subject)
                    continue
                applied.append(row)
            moved[subject] = row.sequence
        if applied:
            await self._note(tx, applied)
        if moved:
            await tx.execute(sql.ADVANCE, {**sql.keys(moved), "lasts": list(moved.values())})
        if moved or overtaken:
            await tx.execute(sql.OVERTAKEN, sql.keys(lasts))
        return late or ((bool(moved) or overtaken) and len(rows) >= AT_ONCE)

    async def _note(self, tx: Transaction, applied: Sequence[Row[Any]]) -> None:
        """InTheWay when an operator has skipped one meanwhile, whose position was not there yet to wait for."""
        done = {"ids": [row.id for row in applied], "owners": [row.owner for row in applied]}
        if len((await tx.execute(sql.APPLIED, done)).all()) < len(applied):
            raise InTheWay
        tx.afterwards.append(partial(self._meters.applied.inc, len(applied)))

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
        said, pause = why(error), BUSY_PAUSE if busy else 2.0 ** min(row.attempts, MOST)
        failed = {"id": row.id, "owner": row.owner, "status": status, "error": said, "pause": pause}
        if not (await tx.execute(sql.FAILED, {**failed, "counts": 0 if busy else 1})).first():
            return  # somebody has applied or skipped it since
        about = {"id": str(row.id), "type": row.type, "subject": row.subject, "error": said}
        if busy:
            self._log.warning("somebody was in the way of a message", **about)
        else:
            await tx.execute(sql.ATTEMPTED, {"id": row.id, "error": said})
            tx.afterwards.append((self._meters.parked if status == "parked" else self._meters.failed).inc)
            self._log.error(f"message {status}", **about)
