"""Close a journal (avsluta): no more notes are written in it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from contracts.journal import JournalClosed
from services.journal.journal import Journal, journal_step, manager, signature
from services.journal.lookups import load_journal
from services.journal.person import Person
from services.journal.tables import journals

router = Router()


class CloseJournal(Command):
    """The journal is to be closed for good."""

    confirmed: bool = Field(default=False, title="Ja, journalen ska avslutas")


class NotConfirmed(Refused):
    """Är du säker på att du vill avsluta journalen?"""

    status = 422
    question = True


@router.post("/journals/{id}/closing")
@form("/journal/journals/{id}")
async def close_journal(id: UUID, command: CloseJournal, by: By, tx: Tx) -> Done:
    journal, person = await load_journal(tx, id)
    await tx.save(journals, close(journal, person, command, by, tx.now))
    return Done(id=id, location=f"/journal/journals/{id}", message="Journalen är avslutad.")


def close(journal: Journal, person: Person, command: CloseJournal, by: Actor, now: datetime) -> Decision[Journal]:
    who = manager(journal, person, by)
    status = journal_step(journal, "close")
    if not command.confirmed:
        raise NotConfirmed("confirmed")
    signed = signature(by, who)
    after = replace(journal, status=status, closed_at=now, closed_by=signed, changed_at=now, changed_by=signed)
    closed = JournalClosed(journal_id=journal.id, person_id=person.id, unit_id=journal.unit_id, closed_at=now)
    return Decision(after, (closed,), who)
