"""Export a journal: the whole of it with its chain, which can be checked with nothing but the file."""

from datetime import datetime
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel
from sqlalchemy import select

from chassis import replica
from chassis.http import By, Router, Tx
from services.journal.chain import HOW
from services.journal.journal import Signature, manager, signature
from services.journal.lookups import read_journal
from services.journal.note import exported
from services.journal.tables import entries
from services.journal.template import TEMPLATES

router = Router()


class ExportedJournal(BaseModel):
    """A journal as a file. The texts are in the entries: every version of every note, in the order they were made."""

    journal_id: UUID
    name: str
    unit_id: UUID
    unit: str
    person_id: UUID
    person: str
    identity_number: str | None
    status: str
    opened_at: datetime
    opened_by: Signature
    closed_at: datetime | None
    closed_by: Signature | None
    exported_at: datetime
    exported_by: Signature
    how_to_check: str
    entry_count: int
    last_hash: str
    entries: list[dict[str, object]]


@router.get("/journals/{id}/export")
async def export_journal(id: UUID, by: By, tx: Tx, response: Response) -> ExportedJournal:
    journal, person = await read_journal(tx, id)
    who = manager(journal, person, by)
    table = entries.table
    chain = select(table).where(table.c.journal_id == id, table.c.number <= journal.entries).order_by(table.c.number)
    found = await tx.find(entries, chain)
    await tx.saw(who, [person.id], "export", f"journal/{id}")
    names = await replica.unit_names(tx, [journal.unit_id])
    response.headers["Content-Disposition"] = f'attachment; filename="journal-{id}.json"'
    response.headers["Cache-Control"] = "no-store"
    return ExportedJournal(
        journal_id=id,
        name=TEMPLATES[journal.template].name,
        unit_id=journal.unit_id,
        unit=names.get(journal.unit_id, "okänd enhet"),
        person_id=person.id,
        person=person.name,
        identity_number=person.identity_number,
        status=journal.status,
        opened_at=journal.opened_at,
        opened_by=journal.opened_by,
        closed_at=journal.closed_at,
        closed_by=journal.closed_by,
        exported_at=tx.now,
        exported_by=signature(by, who),
        how_to_check=HOW,
        entry_count=journal.entries,
        last_hash=journal.last_hash,
        entries=[exported(entry) for entry in found],
    )
