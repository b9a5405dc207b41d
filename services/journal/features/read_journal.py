"""Read a journal: its notes, chosen by period, heading and keyword, what happened last first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import func, select

from chassis import replica
from chassis.clock import SWEDEN
from chassis.database import Transaction
from chassis.http import By, Router, Tx, page
from services.journal.journal import MANAGERS, WRITERS, JournalStatus, Signature, reader
from services.journal.lookups import Listed, NoteFilter, notes_in, read_journal
from services.journal.note import Note, is_locked
from services.journal.tables import notes
from services.journal.template import TEMPLATES, Coded, Template

router = Router()
Wanted = Annotated[NoteFilter, Query()]


class NoteLine(BaseModel):
    """One note with its signature line."""

    id: UUID
    noted_at: datetime
    heading: str
    keywords: list[str]
    text: str
    author: Signature
    saved_at: datetime
    locked: bool
    corrected: bool
    correction_requested: bool


class NoteList(BaseModel):
    """A page of notes; `after` gives the next page."""

    notes: list[NoteLine]
    after: UUID | None


class JournalView(BaseModel):
    """The journal as somebody at the unit reads it."""

    id: UUID
    name: str
    unit: str
    person_id: UUID
    person: str
    identity_number: str | None
    protected: bool
    status: str
    opened_at: datetime
    opened_by: Signature
    changed_at: datetime
    changed_by: Signature
    closed_at: datetime | None
    closed_by: Signature | None
    headings: list[Coded]
    keywords: list[Coded]
    wanted: NoteFilter
    listed: NoteList
    not_locked: int
    """Notes that their authors may still change (R-17)."""
    may_write: bool
    may_close: bool
    printed_at: datetime | None
    printed_by: Signature | None
    printed_as_it_is: bool
    """Nothing has been entered since."""
    may_export: bool
    now: str
    """What the form for a new note suggests: the moment in Swedish time."""


@router.get("/journals/{id}")
@page("journal.html")
async def read_whole_journal(id: UUID, by: By, tx: Tx, wanted: Wanted) -> JournalView:
    journal, person = await read_journal(tx, id)
    await tx.saw(reader(journal, person, by), [person.id], "read", f"journal/{id}")
    names = await replica.unit_names(tx, [journal.unit_id])
    template, still_open = TEMPLATES[journal.template], journal.status is JournalStatus.OPEN
    return JournalView(
        id=id,
        name=template.name,
        unit=names.get(journal.unit_id, "okänd enhet"),
        person_id=person.id,
        person=person.name,
        identity_number=person.identity_number,
        protected=person.protected,
        status=journal.status,
        opened_at=journal.opened_at,
        opened_by=journal.opened_by,
        changed_at=journal.changed_at,
        changed_by=journal.changed_by,
        closed_at=journal.closed_at,
        closed_by=journal.closed_by,
        headings=list(template.headings),
        keywords=list(template.keywords),
        wanted=wanted,
        listed=listed(*await notes_in(tx, id, wanted), template, tx.now),
        not_locked=await _not_locked(tx, id),
        may_write=still_open and journal.unit_id in by.units(WRITERS),
        may_close=still_open and journal.unit_id in by.units(MANAGERS),
        printed_at=journal.printed_at,
        printed_by=journal.printed_by,
        printed_as_it_is=journal.printed_as_it_is,
        may_export=journal.unit_id in by.units(MANAGERS),
        now=f"{tx.now.astimezone(SWEDEN):%Y-%m-%dT%H:%M}",
    )


@router.get("/journals/{id}/notes")
async def list_notes(id: UUID, by: By, tx: Tx, wanted: Wanted) -> NoteList:
    journal, person = await read_journal(tx, id)
    await tx.saw(reader(journal, person, by), [person.id], "list", f"journal/{id}/notes")
    return listed(*await notes_in(tx, id, wanted), TEMPLATES[journal.template], tx.now)


def listed(found: Sequence[Listed], after: UUID | None, template: Template, now: datetime) -> NoteList:
    """The notes as people read them."""
    return NoteList(notes=[_line(one.note, one.text, template, now) for one in found], after=after)


def _line(note: Note, text: str, template: Template, now: datetime) -> NoteLine:
    return NoteLine(
        id=note.id,
        noted_at=note.noted_at,
        heading=template.heading(note.heading).name,
        keywords=[template.keyword(code).name for code in note.keywords],
        text=text,
        author=note.author,
        saved_at=note.saved_at,
        locked=is_locked(note, now),
        corrected=note.corrections > 0,
        correction_requested=note.correction_requests > 0,
    )


async def _not_locked(tx: Transaction, journal_id: UUID) -> int:
    note = notes.table.c
    still = (note.journal_id == journal_id, note.locked_at.is_(None), note.locks_at > tx.now)
    return await tx.connection.scalar(select(func.count()).select_from(notes.table).where(*still)) or 0
