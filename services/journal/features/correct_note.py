"""Correct a write-protected note (rätta): the operations manager alone, and what was written stays readable."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from chassis.auth import Actor
from chassis.decision import Decision, Invalid, NotAllowed
from chassis.http import By, Command, Done, Router, Tx, form
from chassis.pages import moment
from contracts.journal import NoteCorrected
from contracts.organisation import Role
from services.journal.journal import reader, signature
from services.journal.lookups import load_history, load_journal, save_history
from services.journal.note import Content, History, Kind, enter, lock_by_itself, note_step, one_kind_of_line_break
from services.journal.person import Person

router = Router()

Prose = Annotated[str, AfterValidator(one_kind_of_line_break)]


class CorrectNote(Command):
    """Some of the text is wrong, and this is what it should be; nothing typed as replacement strikes it out."""

    original_fragment: Prose = Field(min_length=1, title="Text som är fel")
    replacement: Prose = Field(default="", title="Rätt text")
    role_title: str = Field(min_length=1, max_length=100, title="Befattning")


class OnlyOperationsManager(NotAllowed):
    """Endast verksamhetschef kan rätta en skrivskyddad anteckning."""


class NotInText(Invalid):
    """Texten som ska rättas finns inte i anteckningen. Kopiera den precis som den står."""


class SeveralTimesInText(Invalid):
    """Texten finns på flera ställen i anteckningen. Ta med mer av texten runt omkring."""


class ChangesNothing(Invalid):
    """Den rätta texten är likadan som den som ska rättas."""


class NothingLeft(Invalid):
    """Hela anteckningen kan inte strykas. Skriv vad som ska stå i stället."""


@router.post("/journals/{id}/notes/{note_id}/corrections")
@form("/journal/journals/{id}/notes/{note_id}/correction")
async def correct_note(id: UUID, note_id: UUID, command: CorrectNote, by: By, tx: Tx) -> Done:
    journal, person = await load_journal(tx, id)
    before = await load_history(tx, journal, note_id)
    try:
        decision = correct(before, person, command, by, tx.now)
    except OnlyOperationsManager:
        tx.tried(reader(journal, person, by), person.id, "refused-correction", f"note/{note_id}")
        raise
    await save_history(tx, decision, len(before.entries))
    shown_on = f"/journal/journals/{id}/notes/{note_id}/corrections"
    return Done(id=note_id, location=shown_on, message="Rättelsen är sparad.")


def correct(history: History, person: Person, command: CorrectNote, by: Actor, now: datetime) -> Decision[History]:
    """R-11. That the note has been write-protected is entered first, when only the clock knew it."""
    reader(history.journal, person, by)
    if history.journal.unit_id not in by.units((Role.OPERATIONS_MANAGER,)):
        raise OnlyOperationsManager
    who = by.at(history.journal.unit_id, (Role.OPERATIONS_MANAGER,))
    note_step(history.note, "correct", now, moment(history.note.locks_at))
    protected = lock_by_itself(history, now)
    history = protected.state
    content = _content(history.text, command)
    signed = signature(by, who, command.role_title)
    journal, entry = enter(history.journal, history.note.id, Kind.CORRECTED, content, signed, now)
    note = replace(history.note, entry=entry.hash, corrections=history.note.corrections + 1)
    corrected = NoteCorrected(journal_id=journal.id, note_id=note.id, corrected_at=now)
    return Decision(History(journal, note, (*history.entries, entry)), (*protected.events, corrected), who)


def _content(text: str, command: CorrectNote) -> Content:
    original, replacement = command.original_fragment, command.replacement
    offset = text.find(original)
    if offset < 0:
        raise NotInText("original_fragment")
    if text.find(original, offset + 1) >= 0:
        raise SeveralTimesInText("original_fragment")
    if original == replacement:
        raise ChangesNothing("replacement")
    after = text[:offset] + replacement + text[offset + len(original) :]
    if not after.strip():
        raise NothingLeft("replacement")
    return Content(text=after, original_fragment=original, offset=offset, replacement=replacement)
