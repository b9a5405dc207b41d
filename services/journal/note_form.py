"""The form for a note: what there is to choose from, and what stands in it before anything is typed."""

from datetime import datetime

from pydantic import BaseModel

from chassis.clock import SWEDEN
from services.journal.journal import Journal
from services.journal.note import Entry
from services.journal.template import START, TEMPLATES, Coded, Phrase


class NoteForm(BaseModel):
    """What the form offers, and suggests."""

    headings: list[Coded]
    keyword_choices: list[Coded]
    phrase_choices: list[Phrase]
    noted_at: str
    """As a form field takes it, in Swedish time."""
    heading: str = ""
    keywords: list[str] = []
    phrases_used: list[str] = []
    text: str = ""
    seen: str = ""
    """The hash of the entry that is to be changed."""


def new_note_form(journal: Journal, now: datetime, *, started: bool) -> NoteForm:
    """For a new note, now; the first one of a journal is a start note (BOE-JOUR-05)."""
    form = _choices(journal, now)
    return form if started else form.model_copy(update={"heading": START.code})


def note_form(journal: Journal, saved: Entry, noted_at: datetime) -> NoteForm:
    """For changing a note, as its author saved it last."""
    content = saved.content
    return _choices(journal, noted_at).model_copy(
        update={
            "heading": content.heading.code if content.heading else "",
            "keywords": [keyword.code for keyword in content.keywords or ()],
            "phrases_used": [phrase.code for phrase in content.phrases_used or ()],
            "text": content.text or "",
            "seen": saved.hash,
        }
    )


def _choices(journal: Journal, noted_at: datetime) -> NoteForm:
    template = TEMPLATES[journal.template]
    return NoteForm(
        headings=list(template.headings),
        keyword_choices=list(template.keywords),
        phrase_choices=list(template.phrases_at(journal.unit_id)),
        noted_at=f"{noted_at.astimezone(SWEDEN):%Y-%m-%dT%H:%M}",
    )
