"""What notify remembers about the assignment or deviation that notices are about: no more than deciding takes."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from chassis.clock import SWEDEN
from contracts.execution import AssignmentDistributed, InterventionEnded
from services.notify.notice import Kind


@dataclass(frozen=True)
class Row:
    """An intervention that is with a unit, as its staff have been told of it."""

    id: UUID
    unit_id: UUID
    service: str
    period_from: date
    period_to: date | None
    ended: bool = field(default=False, compare=False)
    """That a row ends on the day it was meant to is no change."""


@dataclass(frozen=True)
class Acknowledgement:
    """The member who acknowledged for a unit."""

    unit_id: UUID
    member_id: UUID


@dataclass(frozen=True)
class Suspicion:
    """Somebody's opinion that a deviation falls under Lex Sarah or Lex Maria."""

    kind: Kind
    member_id: UUID


@dataclass(frozen=True)
class Matter:
    """An assignment or a deviation, as far as it matters to who is told."""

    id: UUID
    heard: tuple[UUID, ...] = ()
    """The messages about it so far: one that comes again changes nothing."""
    past: tuple[Kind, ...] = ()
    """What there is nothing left to do about, whichever message comes first."""
    rows: tuple[Row, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    read_parts: tuple[UUID, ...] = ()
    """The follow-ups that the case worker has read."""
    suspicions: tuple[Suspicion, ...] = ()
    manager_id: UUID | None = None
    """The manager that the deviation lies with."""

    @property
    def unit_ids(self) -> frozenset[UUID]:
        """The units that carry it out, or have carried it out to its end."""
        return frozenset(row.unit_id for row in self.rows)

    def acknowledged_by(self, unit_id: UUID) -> tuple[UUID, ...]:
        """The members who have acknowledged for the unit."""
        return tuple(done.member_id for done in self.acknowledgements if done.unit_id == unit_id)


def over(matter: Matter, kinds: Iterable[Kind]) -> Matter:
    """From now on there is nothing left to do about notices of these kinds."""
    return replace(matter, past=tuple(dict.fromkeys((*matter.past, *kinds))))


def again(matter: Matter, kinds: Iterable[Kind]) -> Matter:
    """There is something to do about notices of these kinds after all."""
    back = frozenset(kinds)
    return replace(matter, past=tuple(kind for kind in matter.past if kind not in back))


def after_distribution(matter: Matter, event: AssignmentDistributed) -> Matter:
    """All rows that are with a unit now, and those that have ended there. A unit with nothing left starts over."""
    today = event.distributed_at.astimezone(SWEDEN).date()
    ended = {row.id: row for row in matter.rows if row.ended or (row.period_to and row.period_to < today)}
    now = {
        row.row_id: Row(row.row_id, row.unit_id, row.service, row.period_from, row.period_to, row.row_id in ended)
        for row in event.rows
    }
    after = replace(matter, rows=tuple((ended | now).values()))
    kept = tuple(done for done in matter.acknowledgements if done.unit_id in after.unit_ids)
    return replace(after, acknowledgements=kept)


def after_end(matter: Matter, event: InterventionEnded) -> Matter:
    """One row has a last day. A row that isn't known is no longer with the unit."""
    return replace(
        matter,
        rows=tuple(
            replace(row, period_to=event.ended_on, ended=True) if row.id == event.row_id else row for row in matter.rows
        ),
    )


def changed_units(before: Matter, after: Matter) -> tuple[UUID, ...]:
    """The units whose rows are not what they were, in a fixed order."""
    return tuple(sorted({row.unit_id for row in set(before.rows) ^ set(after.rows)}))
