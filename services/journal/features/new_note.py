"""Ny anteckning: the form on a page of its own, so that nothing else on it can lose what is being written."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from chassis import replica
from chassis.http import By, Router, Tx, page
from services.journal.journal import writer
from services.journal.lookups import milestones_in, read_journal
from services.journal.note_form import NoteForm, new_note_form
from services.journal.template import TEMPLATES

router = Router()


class NewNote(BaseModel):
    """The form for a new note, and what is still to be written in the journal."""

    journal_id: UUID
    journal: str
    unit: str
    person: str
    protected: bool
    started_at: datetime | None
    informed_at: datetime | None
    form: NoteForm


@router.get("/journals/{id}/notes/new")
@page("new_note.html")
async def new_note(id: UUID, by: By, tx: Tx) -> NewNote:
    journal, person = await read_journal(tx, id)
    started_at, informed_at = await milestones_in(tx, id)
    await tx.saw(writer(journal, person, by), [person.id], "read", f"journal/{id}/notes/new")
    names = await replica.unit_names(tx, [journal.unit_id])
    return NewNote(
        journal_id=id,
        journal=TEMPLATES[journal.template].name,
        unit=names.get(journal.unit_id, "okänd enhet"),
        person=person.name,
        protected=person.protected,
        started_at=started_at,
        informed_at=informed_at,
        form=new_note_form(journal, tx.now, started=started_at is not None),
    )
