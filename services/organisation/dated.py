"""What holds from and to (inclusive) a day: a role at a unit, and a manager's term."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from chassis.decision import Invalid


class Dated(Protocol):
    """Open at an end that is None."""

    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


class EndsBeforeItStarts(Invalid):
    """Slutdatumet ligger före startdatumet."""


def first_day(dated: Dated) -> date:
    return dated.valid_from or date.min


def last_day(dated: Dated) -> date:
    return dated.valid_to or date.max


def holds(dated: Dated, on: date) -> bool:
    """True on every day from the first to the last."""
    return first_day(dated) <= on <= last_day(dated)


def overlap(one: Dated, other: Dated) -> bool:
    """True when they share a day."""
    return first_day(one) <= last_day(other) and first_day(other) <= last_day(one)


def lengthened(dated: Dated, before: Iterable[Dated]) -> bool:
    """True when it is new, or lasts longer than what was there before of the same kind."""
    return last_day(dated) > max(map(last_day, before), default=date.min)
