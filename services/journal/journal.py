"""A journal: what a unit documents about a person, and who may read and write in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.auth import Actor
from chassis.decision import SYSTEM, Refused, Who
from contracts.organisation import Role
from services.journal.chain import GENESIS
from services.journal.person import Person, must_exist_for

MANAGERS = (Role.OPERATIONS_MANAGER, Role.UNIT_MANAGER, Role.COORDINATOR)
"""Those who print, close and export a journal."""
WRITERS = (*MANAGERS, Role.CARE_WORKER)
READERS = (*WRITERS, Role.LICENSED_STAFF)


class JournalStatus(StrEnum):
    """Whether more may be written in it."""

    OPEN = "open"
    CLOSED = "closed"


JOURNAL_TRANSITIONS: Mapping[tuple[JournalStatus, str], JournalStatus] = {
    (JournalStatus.OPEN, "write"): JournalStatus.OPEN,
    (JournalStatus.OPEN, "edit"): JournalStatus.OPEN,
    (JournalStatus.OPEN, "print"): JournalStatus.OPEN,
    (JournalStatus.CLOSED, "print"): JournalStatus.CLOSED,
    (JournalStatus.OPEN, "close"): JournalStatus.CLOSED,
}
"""(from, command) -> to. What is not here is refused. Locking, correcting and noting what the individual considers
wrong don't depend on it: they must be possible in a closed journal too."""


class JournalIsClosed(Refused):
    """Journalen är avslutad."""


@dataclass(frozen=True)
class Signature:
    """Who did something, with the title (befattning) and the role they had then."""

    member_id: UUID
    name: str
    title: str
    role: str


AUTOMATIC = Signature(SYSTEM.member_id, SYSTEM.name, "Automatisk", SYSTEM.role)


@dataclass(frozen=True)
class Journal:
    """A journal of one person at one unit (F-12)."""

    id: UUID
    person_id: UUID
    unit_id: UUID
    template: str
    opened_at: datetime
    opened_by: Signature
    changed_at: datetime
    changed_by: Signature
    status: JournalStatus = JournalStatus.OPEN
    closed_at: datetime | None = None
    closed_by: Signature | None = None
    printed_at: datetime | None = None
    """The last time."""
    printed_by: Signature | None = None
    printed_entries: int = 0
    """How many entries its chain had when it was printed, and what the clock has entered since then."""
    entries: int = 0
    """How many entries its chain has."""
    last_hash: str = GENESIS
    """The hash of the last of them."""

    @property
    def printed_as_it_is(self) -> bool:
        """True when nobody has entered anything since it was printed."""
        return self.printed_at is not None and self.printed_entries == self.entries


def signature(by: Actor, who: Who, title: str | None = None) -> Signature:
    """What is written beneath, by the one who acts."""
    return Signature(who.member_id, who.name, title or by.title, who.role)


def reader(journal: Journal, person: Person, by: Actor) -> Who:
    """The role in which a member reads the journal. NotFound when there is none: it doesn't exist for them."""
    must_exist_for(person, by)
    return by.at(journal.unit_id, READERS)


def writer(journal: Journal, person: Person, by: Actor) -> Who:
    """The role in which a member writes in it. NotFound when they may not see it, NotAllowed when they only read."""
    must_exist_for(person, by)
    return by.at(journal.unit_id, WRITERS, seen_by=READERS)


def manager(journal: Journal, person: Person, by: Actor) -> Who:
    """The role in which a member prints, closes or exports it. NotFound and NotAllowed as for writers."""
    must_exist_for(person, by)
    return by.at(journal.unit_id, MANAGERS, seen_by=READERS)


def journal_step(journal: Journal, command: str) -> JournalStatus:
    """The status after a command. JournalIsClosed when it may not be given any more (R-31)."""
    after = JOURNAL_TRANSITIONS.get((journal.status, command))
    if after is None:
        raise JournalIsClosed
    return after
