"""The status line: what has happened to an order, as dated rows, and the steps people follow it by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Mark(StrEnum):
    """What happened, in the order in which the line shows it."""

    SENT = "sent"
    RECEIVED = "received"
    RECALLED = "recalled"
    DECLINED = "declined"
    DECLINE_CONFIRMED = "decline_confirmed"
    REPLACED = "replaced"
    REPLACEMENT_DISCARDED = "replacement_discarded"
    DISCARDED = "discarded"
    WITHDRAWN = "withdrawn"
    WITHDRAWAL_TOO_LATE = "withdrawal_too_late"
    DISTRIBUTED = "distributed"
    PARTLY_ACKNOWLEDGED = "partly_acknowledged"
    ACKNOWLEDGED = "acknowledged"
    STARTED = "started"
    FOLLOWED_UP = "followed_up"
    ENDED = "ended"
    CLOSED = "closed"


FULFILMENT = (
    Mark.SENT,
    Mark.RECEIVED,
    Mark.DECLINED,
    Mark.RECALLED,
    Mark.DISTRIBUTED,
    Mark.ACKNOWLEDGED,
    Mark.STARTED,
    Mark.FOLLOWED_UP,
    Mark.ENDED,
)
"""How far an order can come at the provider, the least first. A late message never takes it back."""

DISTRIBUTED_SINCE = (
    Mark.RECALLED,
    Mark.DISTRIBUTED,
    Mark.PARTLY_ACKNOWLEDGED,
    Mark.ACKNOWLEDGED,
    Mark.STARTED,
    Mark.FOLLOWED_UP,
    Mark.ENDED,
)
"""What only happens to an order that has been distributed; what came before a recall holds no more."""

STEPS = (
    Mark.SENT,
    Mark.RECEIVED,
    Mark.DISTRIBUTED,
    Mark.ACKNOWLEDGED,
    Mark.STARTED,
    Mark.FOLLOWED_UP,
    Mark.CLOSED,
)
"""Skickad – Mottagen – Fördelad – Kvitterad – Påbörjad – Uppföljd – Avslutad: shown also before they have come."""

DEAD_ENDS = (Mark.DECLINED, Mark.DECLINE_CONFIRMED, Mark.WITHDRAWN, Mark.DISCARDED)
"""From these no more steps are to come."""


@dataclass(frozen=True)
class Row:
    """Something that happened, when and by whom; `on` is the day it concerns when that isn't the day it was told."""

    mark: Mark
    at: datetime
    by: UUID | None = None
    unit_ids: tuple[UUID, ...] = ()
    on: date | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Step:
    """One step of the line; `row` is missing when it has not come, or was passed without being told of."""

    mark: Mark
    row: Row | None
    current: bool
    passed: bool


def standing(rows: Sequence[Row]) -> list[Row]:
    """The rows that still hold: not what was recalled since, nor a withdrawal that came too late, nor a replacement
    that was discarded."""
    recalled = _last(rows, Mark.RECALLED)
    too_late, given_up = _last(rows, Mark.WITHDRAWAL_TOO_LATE), _last(rows, Mark.REPLACEMENT_DISCARDED)
    return [
        row
        for at, row in enumerate(rows)
        if not (row.mark in DISTRIBUTED_SINCE and at < recalled)
        and not (row.mark is Mark.WITHDRAWN and at < too_late)
        and not (row.mark in (Mark.REPLACED, Mark.REPLACEMENT_DISCARDED) and at <= given_up)
    ]


def furthest(rows: Sequence[Row]) -> Mark | None:
    """How far the order has come at the provider; None before it is sent."""
    reached = {row.mark for row in standing(rows)}
    return next((mark for mark in reversed(FULFILMENT) if mark in reached), None)


def steps(rows: Sequence[Row], current: str) -> tuple[Step, ...]:
    """The line: the usual steps and what else happened, each with the first row that tells of it."""
    first: dict[Mark, Row] = {}
    for row in standing(rows):
        first.setdefault(row.mark, row)
    if Mark.DISTRIBUTED in first:
        first.pop(Mark.RECALLED, None)
    if Mark.ACKNOWLEDGED in first:
        first.pop(Mark.PARTLY_ACKNOWLEDGED, None)
    stopped = current in DEAD_ENDS
    shown = [mark for mark in Mark if mark in first or (mark in STEPS and not stopped)]
    last = max((shown.index(mark) for mark in first), default=-1)
    return tuple(Step(mark, first.get(mark), mark.value == current, at < last) for at, mark in enumerate(shown))


def _last(rows: Sequence[Row], mark: Mark) -> int:
    return max((at for at, row in enumerate(rows) if row.mark is mark), default=-1)
