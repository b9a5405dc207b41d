"""Print a journal (skriv ut), open or closed: every note with all its corrections and its whole history."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from chassis import replica
from chassis.auth import Actor
from chassis.decision import Decision
from chassis.http import By, Router, Tx, page
from contracts.journal import JournalPrinted
from services.journal.journal import Journal, JournalStatus, Signature, journal_step, manager, signature
from services.journal.lookups import load_journal, read_histories
from services.journal.note import History, is_locked
from services.journal.person import Person
from services.journal.tables import journals
from services.journal.template import TEMPLATES
from services.journal.versions import Correction, CorrectionRequest, Version, correction_requests, corrections, versions

router = Router()


class PrintedNote(BaseModel):
    """A note on paper: what is valid, what it was before, and who did what."""

    id: UUID
    noted_at: datetime
    heading: str
    keywords: list[str]
    text: str
    author: Signature
    saved_at: datetime
    locked: bool
    corrections: list[Correction]
    correction_requests: list[CorrectionRequest]
    versions: list[Version]


class Printout(BaseModel):
    """The journal on paper, what happened first first."""

    id: UUID
    name: str
    unit: str
    person: str
    identity_number: str | None
    protected: bool
    status: str
    opened_at: datetime
    opened_by: Signature
    closed_at: datetime | None
    closed_by: Signature | None
    printed_at: datetime
    printed_by: Signature
    notes: list[PrintedNote]


# Not a GET: that it has been printed is told and kept, so nobody prints by following a link.
@router.post("/journals/{id}/printout")
@page("printout.html")
async def print_journal(id: UUID, by: By, tx: Tx) -> Printout:
    before, person = await load_journal(tx, id)
    decision = print_out(before, person, by, tx.now)
    journal = await tx.save(journals, decision)
    await tx.saw(decision.by, [person.id], "print", f"journal/{id}")
    names = await replica.unit_names(tx, [journal.unit_id])
    return printout(
        journal, person, names.get(journal.unit_id, "okänd enhet"), await read_histories(tx, journal), tx.now
    )


def print_out(journal: Journal, person: Person, by: Actor, now: datetime) -> Decision[Journal]:
    """Told and kept before anything is shown; as many times as somebody wants it on paper."""
    who = manager(journal, person, by)
    status = journal_step(journal, "print")
    after = replace(
        journal, status=status, printed_at=now, printed_by=signature(by, who), printed_entries=journal.entries
    )
    printed = JournalPrinted(
        journal_id=journal.id,
        person_id=person.id,
        unit_id=journal.unit_id,
        entries=journal.entries,
        closed=status is JournalStatus.CLOSED,
        printed_at=now,
    )
    return Decision(after, (printed,), who)


def printout(journal: Journal, person: Person, unit: str, notes: Sequence[History], now: datetime) -> Printout:
    """A journal that has just been printed, as its reader gets it."""
    assert journal.printed_at is not None
    assert journal.printed_by is not None
    return Printout(
        id=journal.id,
        name=TEMPLATES[journal.template].name,
        unit=unit,
        person=person.name,
        identity_number=person.identity_number,
        protected=person.protected,
        status=journal.status,
        opened_at=journal.opened_at,
        opened_by=journal.opened_by,
        closed_at=journal.closed_at,
        closed_by=journal.closed_by,
        printed_at=journal.printed_at,
        printed_by=journal.printed_by,
        notes=[_note(history, now) for history in notes],
    )


def _note(history: History, now: datetime) -> PrintedNote:
    note, saved = history.note, history.saved
    return PrintedNote(
        id=note.id,
        noted_at=saved.content.noted_at or note.noted_at,
        heading=saved.content.heading.name if saved.content.heading else note.heading,
        keywords=[keyword.name for keyword in saved.content.keywords or ()],
        text=history.text,
        author=saved.by,
        saved_at=saved.at,
        locked=is_locked(note, now),
        corrections=corrections(history.entries),
        correction_requests=correction_requests(history.entries),
        versions=versions(history.entries),
    )
