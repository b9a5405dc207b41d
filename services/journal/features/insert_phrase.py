"""Insert a phrase (infoga frastext): it comes last in the text, where whoever writes goes on; nothing is saved."""

from uuid import UUID

from pydantic import ConfigDict, Field

from chassis.decision import Invalid
from chassis.http import By, Command, FilledIn, Router, Tx, fills_in
from contracts.event import Code
from services.journal.journal import Journal, journal_step, writer
from services.journal.lookups import read_history, read_journal
from services.journal.note import note_step, only_author
from services.journal.template import TEMPLATES

router = Router()


class InsertPhrase(Command):
    """The phrase, and the text so far; what else is in the form is left as it is."""

    model_config = ConfigDict(extra="ignore")

    phrase: Code | None = Field(default=None, title="Frastext")
    text: str = Field(default="", title="Text")


class ChoosePhrase(Invalid):
    """Välj den frastext som ska infogas."""


@router.post("/journals/{id}/phrases")
@fills_in("/journal/journals/{id}/notes/new")
async def insert_phrase(id: UUID, command: InsertPhrase, by: By, tx: Tx) -> FilledIn:
    journal, person = await read_journal(tx, id)
    writer(journal, person, by)
    journal_step(journal, "write")
    return insert(journal, command)


@router.post("/journals/{id}/notes/{note_id}/phrases")
@fills_in("/journal/journals/{id}/notes/{note_id}/edit")
async def insert_phrase_in_note(id: UUID, note_id: UUID, command: InsertPhrase, by: By, tx: Tx) -> FilledIn:
    journal, person = await read_journal(tx, id)
    who = writer(journal, person, by)
    history = await read_history(tx, journal, note_id)
    note_step(history.note, "edit", tx.now)
    only_author(history.note, who)
    journal_step(journal, "edit")
    return insert(journal, command)


def insert(journal: Journal, command: InsertPhrase) -> FilledIn:
    """The phrase on a line of its own after what has been typed, ticked as used, and none chosen any more."""
    if command.phrase is None:
        raise ChoosePhrase("phrase")
    template = TEMPLATES[journal.template]
    phrase = template.phrase(journal.unit_id, command.phrase, "phrase")
    number = template.phrases_at(journal.unit_id).index(phrase)
    text = "\n".join(part for part in (command.text, phrase.text) if part)
    return FilledIn(
        fields={"phrase": "", "text": text, f"phrases_used.{number}": phrase.code},
        message="Frastexten är infogad sist i texten. Ändra den så att den stämmer, och spara sedan.",
    )
