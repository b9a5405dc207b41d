"""How long a unit has had an assignment waiting, when somebody is to be reminded, and who acknowledged in the end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.execution.working_days import working_days_after


@dataclass(frozen=True)
class Acknowledgement:
    """Somebody confirmed for a unit that it has taken over; the first one counts, later ones are kept."""

    unit_id: UUID
    member_id: UUID
    name: str
    at: datetime


@dataclass(frozen=True)
class Reminder:
    """Somebody has been reminded that a unit has not acknowledged."""

    unit_id: UUID
    number: int
    """1 is the first."""
    at: datetime


@dataclass(frozen=True)
class Wait:
    """A unit has something to do with an assignment since a moment."""

    unit_id: UUID
    since: datetime
    reminders: int = 0
    """The number of the last reminder; those of an earlier wait don't count."""

    def reminders_due(self, now: datetime, after: tuple[int, ...]) -> int:
        """The number of the last reminder that should have been given by now; after: the working days of each."""
        return sum(working_days_after(self.since, days) <= now for days in after)


def waits_of(
    units: Iterable[UUID], sent: Iterable[tuple[UUID, datetime]], reminders: Iterable[Reminder]
) -> tuple[Wait, ...]:
    """Each unit's wait, since the first row that it still has was sent to it; sent: unit and moment of every row."""
    rows, told = tuple(sent), tuple(reminders)
    since = {unit: min(at for to, at in rows if to == unit) for unit in units}
    return tuple(
        Wait(unit, at, max((one.number for one in told if one.unit_id == unit and one.at >= at), default=0))
        for unit, at in since.items()
    )
