"""Note that the individual considers something in a note to be wrong, whether it is corrected or not."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from chassis.auth import Actor
from chassis.decision import Decision
from chassis.http import By, Command, Done, Router, Tx, form
from services.journal.journal import signature, writer
from services.journal.lookups import load_history, load_journal, save_history
from services.journal.note import Content, History, Kind, enter, note_step, one_kind_of_line_break
from services.journal.person import Person

router = Router()

Prose = Annotated[str, AfterValidator(one_kind_of_line_break)]


class RequestCorrection(Command):
    """The individual's own view."""

    statement: Prose = Field(min_length=1, title="Vad den enskilde anser är fel")


@router.post("/journals/{id}/notes/{note_id}/correction-requests")
@form("/journal/journals/{id}/notes/{note_id}/correction-request")
async def request_correction(id: UUID, note_id: UUID, command: RequestCorrection, by: By, tx: Tx) -> Done:
    journal, person = await load_journal(tx, id)
    before = await load_history(tx, journal, note_id)
    await save_history(tx, request(before, person, command, by, tx.now), len(before.entries))
    return Done(
        id=note_id, location=f"/journal/journals/{id}/notes/{note_id}", message="Den enskildes uppfattning är noterad."
    )


def request(
    history: History, person: Person, command: RequestCorrection, by: Actor, now: datetime
) -> Decision[History]:
    """In every state of the note, and in a closed journal too: the law makes no exception."""
    who = writer(history.journal, person, by)
    note_step(history.note, "request-correction", now)
    content = Content(statement=command.statement)
    journal, entry = enter(
        history.journal, history.note.id, Kind.CORRECTION_REQUESTED, content, signature(by, who), now
    )
    note = replace(history.note, correction_requests=history.note.correction_requests + 1)
    return Decision(History(journal, note, (*history.entries, entry)), (), who)
