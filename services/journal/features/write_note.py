"""Write a note (journalanteckning), and change it until it is write-protected; every version stays in the chain."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from uuid_utils.compat import uuid7

from chassis.auth import Actor
from chassis.clock import SWEDEN
from chassis.decision import Decision, Invalid
from chassis.http import By, Command, Done, Router, Tx, form
from chassis.seen import ChangedMeanwhile
from contracts.event import Code
from services.journal.journal import Journal, journal_step, signature, writer
from services.journal.lookups import load_history, load_journal, save_history
from services.journal.note import (
    Content,
    History,
    Kind,
    Note,
    enter,
    locked,
    locks_at,
    note_step,
    one_kind_of_line_break,
    only_author,
)
from services.journal.person import Person
from services.journal.settings import LOCK_AFTER
from services.journal.template import TEMPLATES, Coded

router = Router()

LONGEST_AGO = timedelta(days=3652)
"""What is noted is noted without delay: ten years ago is a slip of the pen."""


def swedish(moment: datetime) -> datetime:
    """A moment without a time zone, as a form gives it, is Swedish time."""
    return moment if moment.tzinfo else moment.replace(tzinfo=SWEDEN)


def each_once(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The codes without repetition, in their order."""
    return tuple(dict.fromkeys(codes))


class TypedNote(Command):
    """A note as somebody wants it to be."""

    noted_at: Annotated[datetime, AfterValidator(swedish)] = Field(title="Datum och tid")
    heading: Code = Field(title="Rubrik")
    keywords: Annotated[tuple[Code, ...], AfterValidator(each_once)] = Field(
        default=(), title="Nyckelord", max_length=20
    )
    phrase: Code | None = Field(default=None, title="Frastext")
    """Chosen and not inserted yet: a note is not saved so that somebody believes it is in it."""
    phrases_used: Annotated[tuple[Code, ...], AfterValidator(each_once)] = Field(
        default=(), title="Infogade frastexter", max_length=50
    )
    text: Annotated[str, AfterValidator(one_kind_of_line_break)] = Field(min_length=1, title="Text")


class Edit(TypedNote):
    """The same, and whether that is how it is to stay."""

    then_lock: bool = Field(default=False, title="Skrivskydda")
    seen: str | None = Field(default=None, max_length=64)
    """The hash of the entry that was opened."""


class NotedInFuture(Invalid):
    """Datum och tid kan inte ligga framåt i tiden."""


class NotedTooEarly(Invalid):
    """Datum och tid ligger mer än tio år bakåt. Kontrollera året."""


class PhraseNotInserted(Invalid):
    """Frastexten är vald men inte infogad i texten. Tryck på Infoga, eller välj ingen frastext."""


@router.post("/journals/{id}/notes")
@form("/journal/journals/{id}/notes/new")
async def write_note(id: UUID, command: TypedNote, by: By, tx: Tx) -> Done:
    journal, person = await load_journal(tx, id)
    decision = write(journal, person, command, by, uuid7(), tx.now, LOCK_AFTER)
    note = (await save_history(tx, decision, known=0)).note
    return Done(id=note.id, location=f"/journal/journals/{id}/notes/{note.id}", message="Anteckningen är sparad.")


@router.put("/journals/{id}/notes/{note_id}")
@router.post("/journals/{id}/notes/{note_id}")
@form("/journal/journals/{id}/notes/{note_id}/edit")
async def edit_note(id: UUID, note_id: UUID, command: Edit, by: By, tx: Tx) -> Done:
    journal, person = await load_journal(tx, id)
    before = await load_history(tx, journal, note_id)
    await save_history(tx, edit(before, person, command, by, tx.now, LOCK_AFTER), len(before.entries))
    said = "Anteckningen är sparad och skrivskyddad." if command.then_lock else "Ändringen är sparad."
    return Done(id=note_id, location=f"/journal/journals/{id}/notes/{note_id}", message=said)


def write(
    journal: Journal, person: Person, command: TypedNote, by: Actor, id: UUID, now: datetime, lock_after: timedelta
) -> Decision[History]:
    """When it was written is the system's time; when it happened is the writer's, and never ahead."""
    who = writer(journal, person, by)
    journal_step(journal, "write")
    content = content_of(command, journal, now)
    journal, entry = enter(journal, id, Kind.WRITTEN, content, signature(by, who), now)
    note = Note(
        id=id,
        journal_id=journal.id,
        author=entry.by,
        noted_at=command.noted_at,
        heading=command.heading,
        keywords=command.keywords,
        saved_at=now,
        locks_at=locks_at(now, lock_after),
        entry=entry.hash,
    )
    return Decision(History(journal, note, (entry,)), (), who)


def edit(
    history: History, person: Person, command: Edit, by: Actor, now: datetime, lock_after: timedelta
) -> Decision[History]:
    """Its author may, and the time until it is write-protected begins anew, or is over at once."""
    who = writer(history.journal, person, by)
    note_step(history.note, "edit", now)
    only_author(history.note, who)
    journal_step(history.journal, "edit")
    if command.seen not in (None, history.note.entry):
        raise ChangedMeanwhile
    content = content_of(command, history.journal, now)
    journal, entry = enter(history.journal, history.note.id, Kind.EDITED, content, signature(by, who), now)
    note = replace(
        history.note,
        author=entry.by,
        noted_at=command.noted_at,
        heading=command.heading,
        keywords=command.keywords,
        saved_at=now,
        locks_at=locks_at(now, lock_after),
        entry=entry.hash,
    )
    after = History(journal, note, (*history.entries, entry))
    if command.then_lock:
        return replace(locked(after, now, signature(by, who), now), by=who)
    return Decision(after, (), who)


def content_of(command: TypedNote, journal: Journal, now: datetime) -> Content:
    """What the entry holds. Refused when it lies ahead, or uses what the journal's template doesn't have."""
    if command.noted_at > now:
        raise NotedInFuture("noted_at")
    if command.noted_at < now - LONGEST_AGO:
        raise NotedTooEarly("noted_at")
    if command.phrase is not None:
        raise PhraseNotInserted("phrase")
    template = TEMPLATES[journal.template]
    phrases = [template.phrase(journal.unit_id, code, "phrases_used") for code in command.phrases_used]
    return Content(
        noted_at=command.noted_at.astimezone(UTC),
        heading=template.heading(command.heading),
        keywords=tuple(template.keyword(code) for code in command.keywords),
        phrases_used=tuple(Coded(phrase.code, phrase.name) for phrase in phrases) or None,
        text=command.text,
    )
