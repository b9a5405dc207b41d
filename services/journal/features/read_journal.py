"""Read a journal: its notes, chosen by period, heading and keyword, what happened last first."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from chassis import replica
from chassis.database import Transaction
from chassis.http import By, Router, Tx, page
from services.journal.journal import MANAGERS, WRITERS, Journal, JournalStatus, Signature, reader
from services.journal.lookups import NoteFilter, count_in, milestones_in, not_locked_in, notes_in, read_journal
from services.journal.note import Note, is_locked
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
    total: int
    """How many there are on all pages."""
    after: UUID | None


class Unfinished(BaseModel):
    """A note that is not write-protected yet."""

    id: UUID
    noted_at: datetime
    heading: str
    author: str
    locks_at: datetime


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
    not_locked: list[Unfinished]
    """Notes that their authors may still change (R-17), for whoever may close the journal."""
    started_at: datetime | None
    """When the first attempt to reach the person was made, as the start note says (BOE-JOUR-05)."""
    informed_at: datetime | None
    """When the person was last told that they may read what is written (BOE-JOUR-03)."""
    may_write: bool
    may_close: bool
    printed_at: datetime | None
    printed_by: Signature | None
    printed_as_it_is: bool
    """Nothing has been entered since."""
    may_export: bool


@router.get("/journals/{id}")
@page("journal.html")
async def read_whole_journal(id: UUID, by: By, tx: Tx, wanted: Wanted) -> JournalView:
    journal, person = await read_journal(tx, id)
    who, template = reader(journal, person, by), TEMPLATES[journal.template]
    shown = await _listed(tx, journal, wanted)
    unfinished = [_unfinished(note, template) for note in await not_locked_in(tx, id)]
    started_at, informed_at = await milestones_in(tx, id)
    await tx.saw(who, [person.id], "read", f"journal/{id}")
    names = await replica.unit_names(tx, [journal.unit_id])
    still_open, managed = journal.status is JournalStatus.OPEN, journal.unit_id in by.units(MANAGERS)
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
        listed=shown,
        not_locked=unfinished if still_open and managed else [],
        started_at=started_at,
        informed_at=informed_at,
        may_write=still_open and journal.unit_id in by.units(WRITERS),
        may_close=still_open and managed,
        printed_at=journal.printed_at,
        printed_by=journal.printed_by,
        printed_as_it_is=journal.printed_as_it_is,
        may_export=managed,
    )


@router.get("/journals/{id}/notes")
async def list_notes(id: UUID, by: By, tx: Tx, wanted: Wanted) -> NoteList:
    journal, person = await read_journal(tx, id)
    await tx.saw(reader(journal, person, by), [person.id], "list", f"journal/{id}/notes")
    return await _listed(tx, journal, wanted)


async def _listed(tx: Transaction, journal: Journal, wanted: NoteFilter) -> NoteList:
    found, after = await notes_in(tx, journal.id, wanted)
    template = TEMPLATES[journal.template]
    return NoteList(
        notes=[_line(one.note, one.text, template, tx.now) for one in found],
        total=await count_in(tx, journal.id, wanted),
        after=after,
    )


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


def _unfinished(note: Note, template: Template) -> Unfinished:
    heading = template.heading(note.heading).name
    return Unfinished(
        id=note.id, noted_at=note.noted_at, heading=heading, author=note.author.name, locks_at=note.locks_at
    )
