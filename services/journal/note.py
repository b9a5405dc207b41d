"""A note with its journal: every version of it is an entry in the journal's chain, none is ever changed or removed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from chassis.clock import SWEDEN
from chassis.decision import Decision, NotAllowed, Refused, Who
from contracts.journal import NoteLocked
from services.journal.chain import hash_of
from services.journal.journal import AUTOMATIC, Journal, Signature
from services.journal.template import Coded


class Kind(StrEnum):
    """What an entry tells about a note."""

    WRITTEN = "written"
    EDITED = "edited"
    LOCKED = "locked"
    CORRECTED = "corrected"
    CORRECTION_REQUESTED = "correction_requested"


class NoteStatus(StrEnum):
    """Whether the author may still change the note."""

    SAVED = "saved"
    LOCKED = "locked"
    CORRECTED = "corrected"


NOTE_TRANSITIONS: Mapping[tuple[NoteStatus, str], NoteStatus] = {
    (NoteStatus.SAVED, "edit"): NoteStatus.SAVED,
    (NoteStatus.SAVED, "lock"): NoteStatus.LOCKED,
    (NoteStatus.LOCKED, "correct"): NoteStatus.CORRECTED,
    (NoteStatus.CORRECTED, "correct"): NoteStatus.CORRECTED,
    (NoteStatus.SAVED, "request-correction"): NoteStatus.SAVED,
    (NoteStatus.LOCKED, "request-correction"): NoteStatus.LOCKED,
    (NoteStatus.CORRECTED, "request-correction"): NoteStatus.CORRECTED,
}
"""(from, command) -> to. What is not here is refused; nothing removes a note."""


class WriteProtected(Refused):
    """Anteckningen är skrivskyddad och kan inte ändras. Endast verksamhetschef kan rätta en skrivskyddad anteckning."""


class NotWriteProtected(Refused):
    """Anteckningen är inte skrivskyddad ännu. Den som skrev den kan ändra den till {locks_at}."""


class OnlyAuthor(NotAllowed):
    """Endast den som har skrivit anteckningen kan ändra eller skrivskydda den."""


@dataclass(frozen=True)
class Content:
    """What an entry holds; which fields depends on its kind."""

    noted_at: datetime | None = None
    """When what is documented happened."""
    heading: Coded | None = None
    keywords: tuple[Coded, ...] | None = None
    phrases_used: tuple[Coded, ...] | None = None
    """What was inserted to begin with; None when nothing was."""
    text: str | None = None
    """The whole text as it is from this entry on."""
    locked_at: datetime | None = None
    original_fragment: str | None = None
    offset: int | None = None
    """Where in the text before the fragment began, in characters."""
    replacement: str | None = None
    statement: str | None = None
    """What the individual considers to be wrong."""


@dataclass(frozen=True)
class Entry:
    """One link of a journal's chain."""

    hash: str
    journal_id: UUID
    number: int
    note_id: UUID
    kind: Kind
    at: datetime
    by: Signature
    content: Content
    previous_hash: str


@dataclass(frozen=True)
class Note:
    """A note as it is listed (F-13); its text is in its entries."""

    id: UUID
    journal_id: UUID
    author: Signature
    noted_at: datetime
    heading: str
    keywords: tuple[str, ...]
    saved_at: datetime
    locks_at: datetime
    """When it is write-protected by itself, decided when it was saved."""
    entry: str
    """The hash of the entry with the text that is valid now."""
    locked_at: datetime | None = None
    """When it was write-protected, once that has been entered."""
    corrections: int = 0
    correction_requests: int = 0


@dataclass(frozen=True)
class History:
    """A note in its journal, and everything that has been entered about it, oldest first."""

    journal: Journal
    note: Note
    entries: tuple[Entry, ...]

    @property
    def text(self) -> str:
        """The text that is valid now."""
        return next(e.content.text for e in reversed(self.entries) if e.content.text is not None)

    @property
    def saved(self) -> Entry:
        """The last entry of its author: heading, keywords and text before any correction."""
        return [e for e in self.entries if e.kind in (Kind.WRITTEN, Kind.EDITED)][-1]

    @property
    def original(self) -> str:
        """The text as it was before any correction."""
        return self.saved.content.text or ""


def one_kind_of_line_break(text: str) -> str:
    """Browsers send CR LF, others LF: a fragment has to be found whatever it was typed with."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def locks_at(saved_at: datetime, after: timedelta) -> datetime:
    """The first Swedish midnight at or later than `after` from when it was saved (C-03)."""
    local = (saved_at.astimezone(UTC) + after).astimezone(SWEDEN)
    day = local.date() if local.time() == time.min else local.date() + timedelta(days=1)
    return datetime.combine(day, time.min, SWEDEN).astimezone(UTC)


def is_locked(note: Note, now: datetime) -> bool:
    """Decided by time alone: no job has to run for a note to be write-protected."""
    return note.locked_at is not None or now >= note.locks_at


def note_status(note: Note, now: datetime) -> NoteStatus:
    """Where the note is in its life."""
    if note.corrections:
        return NoteStatus.CORRECTED
    return NoteStatus.LOCKED if is_locked(note, now) else NoteStatus.SAVED


def note_step(note: Note, command: str, now: datetime, locks: str = "") -> NoteStatus:
    """The status after a command. WriteProtected or NotWriteProtected when it may not be given now.

    locks: when it will be write-protected, in words.
    """
    status = note_status(note, now)
    after = NOTE_TRANSITIONS.get((status, command))
    if after is None:
        raise NotWriteProtected(locks_at=locks) if status is NoteStatus.SAVED else WriteProtected
    return after


def only_author(note: Note, who: Who) -> None:
    """OnlyAuthor for everybody else."""
    if who.member_id != note.author.member_id:
        raise OnlyAuthor


def locked(history: History, since: datetime, by: Signature, now: datetime) -> Decision[History]:
    """The note is write-protected since a moment, and that is entered now."""
    journal, entry = enter(history.journal, history.note.id, Kind.LOCKED, Content(locked_at=since), by, now)
    note = replace(history.note, locked_at=since)
    event = NoteLocked(
        journal_id=journal.id, note_id=note.id, heading=note.heading, keywords=note.keywords, locked_at=since
    )
    return Decision(History(journal, note, (*history.entries, entry)), (event,))


def lock_by_itself(history: History, now: datetime) -> Decision[History]:
    """What the clock has already decided is entered and told; nothing when it has been, or isn't time."""
    if history.note.locked_at is not None or now < history.note.locks_at:
        return Decision(history)
    return locked(history, history.note.locks_at, AUTOMATIC, now)


def enter(
    journal: Journal, note_id: UUID, kind: Kind, content: Content, by: Signature, at: datetime
) -> tuple[Journal, Entry]:
    """The journal with one more entry, linked to the last one. What happens by itself is no change by anybody, and what
    has been printed is still as it was printed."""
    entry = Entry("", journal.id, journal.entries + 1, note_id, kind, at, by, content, journal.last_hash)
    entry = replace(entry, hash=hash_of(entry.previous_hash, said(entry)))
    longer = replace(journal, entries=entry.number, last_hash=entry.hash)
    if by != AUTOMATIC:
        return replace(longer, changed_at=at, changed_by=by), entry
    return (replace(longer, printed_entries=entry.number) if journal.printed_as_it_is else longer), entry


def said(entry: Entry) -> dict[str, object]:
    """What the hash of an entry covers: all of it but the hashes."""
    return {
        field.name: _plain(getattr(entry, field.name))
        for field in fields(entry)
        if field.name not in ("hash", "previous_hash")
    }


def exported(entry: Entry) -> dict[str, object]:
    """The entry as a file holds it: just what its hash covers, and the hashes."""
    return said(entry) | {"previous_hash": entry.previous_hash, "hash": entry.hash}


def _plain(value: object) -> object:
    """As JSON: codes and ids as text, moments in UTC, what is not filled in left out."""
    if isinstance(value, Signature | Content | Coded):
        held = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: _plain(one) for name, one in held.items() if one is not None}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if value is None or isinstance(value, int) else str(value)
