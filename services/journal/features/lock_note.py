"""Write-protect a note (lås): its author at will, else by itself at the set midnight."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from chassis.auth import Actor
from chassis.database import Transaction
from chassis.decision import Decision
from chassis.http import By, Done, Router, Tx, form
from chassis.jobs import Left, each
from services.journal.journal import signature, writer
from services.journal.lookups import load_history, load_journal, save_history
from services.journal.note import History, lock_by_itself, locked, note_step, only_author
from services.journal.person import Person
from services.journal.tables import notes

router = Router()

BATCH = 200


@router.post("/journals/{id}/notes/{note_id}/lock")
@form("/journal/journals/{id}/notes/{note_id}")
async def lock_note(id: UUID, note_id: UUID, by: By, tx: Tx) -> Done:
    journal, person = await load_journal(tx, id)
    before = await load_history(tx, journal, note_id)
    await save_history(tx, lock(before, person, by, tx.now), len(before.entries))
    return Done(id=note_id, location=f"/journal/journals/{id}/notes/{note_id}", message="Anteckningen är skrivskyddad.")


def lock(history: History, person: Person, by: Actor, now: datetime) -> Decision[History]:
    who = writer(history.journal, person, by)
    note_step(history.note, "lock", now)
    only_author(history.note, who)
    return replace(locked(history, now, signature(by, who), now), by=who)


async def lock_due_notes(tx: Transaction) -> Left:
    """Tell that notes whose time has come are write-protected; they already are, by the clock alone."""
    note = notes.table.c
    due = select(note.id, note.journal_id).where(note.locked_at.is_(None), note.locks_at <= tx.now)
    found = await tx.execute(due.order_by(func.random()).limit(BATCH))
    journals = {row.id: row.journal_id for row in found}

    async def one(id: UUID) -> None:
        journal, _ = await load_journal(tx, journals[id])
        before = await load_history(tx, journal, id)
        await save_history(tx, lock_by_itself(before, tx.now), len(before.entries))

    return await each(tx, journals, one)
