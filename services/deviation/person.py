"""Whom a deviation may be about: a replica of the person, and of which units carry out what for them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from contracts.authority import PersonCard, Protection
from contracts.execution import AssignmentDistributed, InterventionEnded


@dataclass(frozen=True)
class Person:
    """The person as the last assignment that was distributed said."""

    id: UUID
    identity_number: str | None
    family_name: str
    given_name: str
    protection: Protection
    cleared: tuple[UUID, ...]
    """The members who may see a protected person: those named in any of the assignments."""
    told_at: datetime
    corrected_at: datetime | None = None
    """When the authority last put it right."""

    @property
    def name(self) -> str:
        """Efternamn, Förnamn."""
        return f"{self.family_name}, {self.given_name}"

    @property
    def protected(self) -> bool:
        """True when the person exists for named members only."""
        return self.protection is not Protection.NONE

    def hidden_from(self, member_id: UUID) -> bool:
        """True when lists don't say who it is, and nothing says the number."""
        return self.protected and member_id not in self.cleared


@dataclass(frozen=True)
class Row:
    """One insats at one unit."""

    id: UUID
    unit_id: UUID
    period_from: date
    period_to: date | None = None
    ended_on: date | None = None
    """The last day it is carried out, when the unit has ended it."""

    def carried_out_on(self, day: date) -> bool:
        """True from its first day to its last."""
        last_day = self.ended_on or self.period_to
        return self.period_from <= day and (last_day is None or day <= last_day)


@dataclass(frozen=True)
class Carried:
    """What the units carry out for a person because of one assignment."""

    assignment_id: UUID
    person_id: UUID
    case_worker_id: UUID
    rows: tuple[Row, ...] = ()
    cleared: tuple[UUID, ...] = ()
    """The members whom this assignment names as those who may see a protected person."""


@dataclass(frozen=True)
class Known:
    """A person, and all that is carried out for them."""

    person: Person
    carried: tuple[Carried, ...] = ()


def person_of(card: PersonCard, told_at: datetime) -> Person:
    """What a deviation needs of the card, and no more."""
    return Person(
        id=card.person_id,
        identity_number=card.identity_number,
        family_name=card.family_name,
        given_name=card.given_name,
        protection=card.protection,
        cleared=card.cleared,
        told_at=told_at,
    )


def known_now(known: Person, heard: Person, carried: Iterable[Carried]) -> Person:
    """The newer of the two; but a card without protection never lifts one, since it may be an older order's.

    carried: what is known of all the person's assignments. Each names its own, so all of them count.
    """
    newer = heard if heard.told_at >= known.told_at else known
    protection = next((one.protection for one in (newer, known, heard) if one.protected), Protection.NONE)
    return cleared_now(replace(newer, protection=protection, corrected_at=known.corrected_at), carried)


def corrected_now(known: Person, heard: Person, corrected_at: datetime, carried: Iterable[Carried]) -> Person:
    """The latest correction counts, also when it lifts a protection: it is said on purpose, of all the orders."""
    late = known.corrected_at is not None and corrected_at < known.corrected_at
    return cleared_now(known if late else replace(heard, corrected_at=corrected_at), carried)


def protected_now(known: Person, card: PersonCard) -> Person:
    """With a protection that has been raised for an order; one that ends there may not have for another."""
    return replace(known, protection=card.protection) if card.protection is not Protection.NONE else known


def cleared_now(known: Person, carried: Iterable[Carried]) -> Person:
    """Those whom any of the person's assignments names now may see the person, and nobody else."""
    named = dict.fromkeys(member for one in carried for member in one.cleared)
    return replace(known, cleared=tuple(named))


def carried_now(known: Carried | None, event: AssignmentDistributed, card: PersonCard) -> Carried:
    """All rows that are with a unit now: a recalled row is gone, one that has been ended stays as ended."""
    before = {row.id: row for row in (known.rows if known else ())}
    told = {row.row_id for row in event.rows}
    ended = tuple(row for row in before.values() if row.ended_on is not None and row.id not in told)
    now = tuple(
        Row(
            id=row.row_id,
            unit_id=row.unit_id,
            period_from=row.period_from,
            period_to=row.period_to,
            ended_on=before[row.row_id].ended_on if row.row_id in before else None,
        )
        for row in event.rows
    )
    return Carried(event.assignment_id, event.person_id, event.case_worker_id, (*ended, *now), card.cleared)


def carried_after_clearance(known: Carried, card: PersonCard) -> Carried:
    """Others are named. The rest of the card is the order's, which has been heard, and no news about the person."""
    return replace(known, cleared=card.cleared)


def carried_after_end(known: Carried, event: InterventionEnded) -> Carried:
    """The row has a last day. A row that isn't known is no longer with the unit, and stays away."""
    rows = tuple(replace(row, ended_on=event.ended_on) if row.id == event.row_id else row for row in known.rows)
    return replace(known, rows=rows)


def belongs_to(carried: Iterable[Carried], days: Collection[date]) -> tuple[UUID, ...]:
    """The units a person belongs to on any of the days, the newest first.

    When there are none that day: the last one they belonged to (or will belong to), so that what is discovered
    late can still be reported.
    """
    rows = sorted((row for one in carried for row in one.rows), key=lambda row: (row.period_from, row.id), reverse=True)
    current = [row for row in rows if any(row.carried_out_on(day) for day in days)]
    return tuple(dict.fromkeys(row.unit_id for row in current or rows[:1]))
