"""Read a note with every version and correction of it, the original always readable."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from chassis import replica
from chassis.auth import Actor
from chassis.database import Transaction
from chassis.http import By, Router, Tx, page
from contracts.organisation import Role
from services.journal.journal import WRITERS, Journal, JournalStatus, Signature, reader
from services.journal.lookups import read_history, read_journal
from services.journal.note import History, NoteStatus, is_locked, note_status
from services.journal.note_form import NoteForm, note_form
from services.journal.person import Person
from services.journal.template import TEMPLATES, Coded
from services.journal.versions import (
    Correction,
    CorrectionRequest,
    Version,
    correction_requests,
    corrections,
    fragments,
    versions,
)

router = Router()
Chosen = Annotated[int, Query(title="Text som är fel")]


class NoteView(BaseModel):
    """The note as somebody at the unit reads it."""

    id: UUID
    journal_id: UUID
    journal: str
    unit: str
    person: str
    identity_number: str | None
    protected: bool
    status: str
    noted_at: datetime
    heading: Coded
    keywords: list[Coded]
    phrases_used: list[Coded]
    text: str
    original: str
    author: Signature
    saved_at: datetime
    locks_at: datetime
    locked_at: datetime | None
    locked: bool
    corrections: list[Correction]
    correction_requests: list[CorrectionRequest]
    chain: list[Version]
    may_edit: bool
    may_correct: bool
    may_request: bool
    fragments: list[str]
    """What whoever may correct chooses from, and what has been chosen."""
    chosen: str
    title: str
    """The reader's own title, suggested as befattning."""
    form: NoteForm
    """For changing it."""


@router.get("/journals/{id}/notes/{note_id}")
@page("note.html")
async def read_note(id: UUID, note_id: UUID, by: By, tx: Tx) -> NoteView:
    return await _read(tx, id, note_id, by, f"note/{note_id}")


@router.get("/journals/{id}/notes/{note_id}/corrections")
@page("corrections.html")
async def read_corrections(id: UUID, note_id: UUID, by: By, tx: Tx) -> NoteView:
    """Every correction and version, on a page where nothing can be changed (TRE-CORR-05)."""
    return await _read(tx, id, note_id, by, f"note/{note_id}/corrections")


@router.get("/journals/{id}/notes/{note_id}/edit")
@page("edit_note.html")
async def edit_note_page(id: UUID, note_id: UUID, by: By, tx: Tx) -> NoteView:
    return await _read(tx, id, note_id, by, f"note/{note_id}")


@router.get("/journals/{id}/notes/{note_id}/correction")
@page("correct_note.html")
async def correct_note_page(id: UUID, note_id: UUID, by: By, tx: Tx, fragment: Chosen = 0) -> NoteView:
    return await _read(tx, id, note_id, by, f"note/{note_id}", fragment)


@router.get("/journals/{id}/notes/{note_id}/correction-request")
@page("request_correction.html")
async def request_correction_page(id: UUID, note_id: UUID, by: By, tx: Tx) -> NoteView:
    return await _read(tx, id, note_id, by, f"note/{note_id}")


async def _read(tx: Transaction, id: UUID, note_id: UUID, by: Actor, what: str, fragment: int = 0) -> NoteView:
    journal, person = await read_journal(tx, id)
    who = reader(journal, person, by)
    history = await read_history(tx, journal, note_id)
    await tx.saw(who, [person.id], "read", what)
    names = await replica.unit_names(tx, [journal.unit_id])
    return view(history, person, names.get(journal.unit_id, "okänd enhet"), by, tx.now, fragment)


def view(history: History, person: Person, unit: str, by: Actor, now: datetime, fragment: int = 0) -> NoteView:
    """Heading, keywords and text come from the chain itself. fragment: which piece of text is wrong, the first is 1."""
    journal, note, template = history.journal, history.note, TEMPLATES[history.journal.template]
    saved = history.saved
    noted_at, protected = saved.content.noted_at or note.noted_at, is_locked(note, now)
    may_correct = protected and journal.unit_id in by.units((Role.OPERATIONS_MANAGER,))
    choices = fragments(history.text) if may_correct else []
    return NoteView(
        id=note.id,
        journal_id=journal.id,
        journal=template.name,
        unit=unit,
        person=person.name,
        identity_number=person.identity_number,
        protected=person.protected,
        status=note_status(note, now),
        noted_at=noted_at,
        heading=saved.content.heading or template.heading(note.heading),
        keywords=list(saved.content.keywords or ()),
        phrases_used=list(saved.content.phrases_used or ()),
        text=history.text,
        original=history.original,
        author=saved.by,
        saved_at=saved.at,
        locks_at=note.locks_at,
        locked_at=note.locked_at or (note.locks_at if protected else None),
        locked=protected,
        corrections=corrections(history.entries),
        correction_requests=correction_requests(history.entries),
        chain=versions(history.entries),
        may_edit=_may_edit(journal, note_status(note, now), saved.by.member_id, by),
        may_correct=may_correct,
        may_request=journal.unit_id in by.units(WRITERS),
        fragments=choices,
        chosen=choices[fragment - 1] if 0 < fragment <= len(choices) else "",
        title=by.title,
        form=note_form(journal, saved, noted_at),
    )


def _may_edit(journal: Journal, status: NoteStatus, author_id: UUID, by: Actor) -> bool:
    mine = author_id == by.member_id and journal.unit_id in by.units(WRITERS)
    return mine and status is NoteStatus.SAVED and journal.status is JournalStatus.OPEN
