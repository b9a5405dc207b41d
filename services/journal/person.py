"""Whom a journal may be about: a replica of the person, and of which units carry out what for them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from chassis.auth import Actor
from chassis.decision import NotFound
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
        """True when only named members may know that there is a journal."""
        return self.protection is not Protection.NONE


@dataclass(frozen=True)
class Row:
    """One insats at one unit."""

    id: UUID
    unit_id: UUID
    period_from: date
    period_to: date | None = None
    ended_on: date | None = None
    """The last day it is carried out, when the unit has ended it."""

    def current_or_planned(self, today: date) -> bool:
        """True until its last day has passed."""
        last_day = self.ended_on or self.period_to
        return last_day is None or last_day >= today


@dataclass(frozen=True)
class Carried:
    """What the units carry out for a person because of one assignment."""

    assignment_id: UUID
    person_id: UUID
    rows: tuple[Row, ...] = ()
    cleared: tuple[UUID, ...] = ()
    """The members whom this assignment names as those who may see a protected person."""


def person_of(card: PersonCard, told_at: datetime) -> Person:
    """What a journal needs of the card, and no more."""
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

    carried: what is known of all the person's assignments. Each unit names its own, so all of them count.
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
    """All rows that are with a unit now, as they are now: a recalled row is gone, an ended one stays as ended."""
    told = {row.row_id for row in event.rows}
    known_rows = known.rows if known else ()
    ended = tuple(row for row in known_rows if row.ended_on is not None and row.id not in told)
    now = tuple(Row(row.row_id, row.unit_id, row.period_from, row.period_to) for row in event.rows)
    return Carried(event.assignment_id, event.person_id, (*ended, *now), card.cleared)


def carried_after_clearance(known: Carried, card: PersonCard) -> Carried:
    """Others are named. The rest of the card is the order's, which has been heard, and no news about the person."""
    return replace(known, cleared=card.cleared)


def carried_after_end(known: Carried, event: InterventionEnded) -> Carried:
    """The row has a last day. A row that isn't known is no longer with the unit, and stays away."""
    rows = tuple(replace(row, ended_on=event.ended_on) if row.id == event.row_id else row for row in known.rows)
    return replace(known, rows=rows)


def units_of(carried: Iterable[Carried]) -> frozenset[UUID]:
    """Every unit that carries out, will carry out or has carried out something."""
    return frozenset(row.unit_id for one in carried for row in one.rows)


def carrying_units(carried: Iterable[Carried], today: date) -> frozenset[UUID]:
    """The units with a current or planned insats (R-10)."""
    return frozenset(row.unit_id for one in carried for row in one.rows if row.current_or_planned(today))


def must_exist_for(person: Person, by: Actor) -> None:
    """NotFound for whoever isn't cleared to know about a protected person."""
    if person.protected and by.member_id not in person.cleared:
        raise NotFound
