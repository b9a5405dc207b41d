"""Events owned by journal: what is documented, never the text itself."""

from datetime import datetime
from uuid import UUID

from contracts.event import Code, Event


class JournalOpened(Event, about="journal_id"):
    """En journal har öppnats på enheten."""

    journal_id: UUID
    person_id: UUID
    unit_id: UUID
    template: Code
    opened_at: datetime


class NoteLocked(Event, about="journal_id"):
    """En anteckning har skrivskyddats."""

    journal_id: UUID
    note_id: UUID
    heading: Code
    keywords: tuple[Code, ...] = ()
    locked_at: datetime


class NoteCorrected(Event, about="journal_id"):
    """En skrivskyddad anteckning har rättats."""

    journal_id: UUID
    note_id: UUID
    corrected_at: datetime


class JournalPrinted(Event, about="journal_id"):
    """En journal har skrivits ut."""

    journal_id: UUID
    person_id: UUID
    unit_id: UUID
    entries: int
    """How many entries its chain had: whoever closes sees whether something has been written since."""
    closed: bool
    printed_at: datetime


class JournalClosed(Event, about="journal_id"):
    """En journal har avslutats."""

    journal_id: UUID
    person_id: UUID
    unit_id: UUID
    closed_at: datetime
