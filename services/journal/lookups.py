"""How a journal, its notes and its chain are read and written; everything written is in the order of the row's lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import ColumnElement, func, select, tuple_

from chassis.clock import SWEDEN
from chassis.database import Transaction
from chassis.decision import Decision, NotFound
from contracts.event import Code
from services.journal.journal import Journal
from services.journal.note import Entry, History, Note
from services.journal.person import Carried, Person
from services.journal.tables import carried, entries, journals, notes, persons
from services.journal.template import INFORMED, START

PAGE_SIZE = 25
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))]


class NoteFilter(BaseModel):
    """Which notes to show (TRE-JOUR-10); what a form leaves empty is not asked for."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    from_day: Day | None = Field(default=None, alias="from", title="Från och med")
    to_day: Day | None = Field(default=None, alias="to", title="Till och med")
    heading: Code | None = Field(default=None, title="Rubrik")
    keyword: Code | None = Field(default=None, title="Nyckelord")
    after: UUID | None = None
    """The last note of the page before."""

    @field_validator("*", mode="before")
    @classmethod
    def _filled_in(cls, value: object) -> object:
        return value or None


@dataclass(frozen=True)
class Listed:
    """A note and its present text."""

    note: Note
    text: str


async def load_journal(tx: Transaction, id: UUID) -> tuple[Journal, Person]:
    """The journal, its row locked, and whom it is about."""
    journal = await tx.load(journals, id)
    return journal, await tx.read(persons, journal.person_id)


async def read_journal(tx: Transaction, id: UUID) -> tuple[Journal, Person]:
    """The journal, without a lock, and whom it is about."""
    journal = await tx.read(journals, id)
    return journal, await tx.read(persons, journal.person_id)


async def load_history(tx: Transaction, journal: Journal, note_id: UUID) -> History:
    """A note to be changed, in a journal that has been loaded. NotFound when it is in another."""
    return await _history(tx, journal, await tx.load(notes, note_id))


async def read_history(tx: Transaction, journal: Journal, note_id: UUID) -> History:
    """A note with all that has been entered about it. NotFound when it is in another journal."""
    return await _history(tx, journal, await tx.read(notes, note_id))


async def read_histories(tx: Transaction, journal: Journal) -> list[History]:
    """Every note of the journal with all that has been entered about it, what happened first first."""
    in_order = select(notes.table).where(notes.table.c.journal_id == journal.id)
    found = await tx.find(notes, in_order.order_by(notes.table.c.noted_at, notes.table.c.id))
    chain: dict[UUID, list[Entry]] = {note.id: [] for note in found}
    table = entries.table
    for entry in await tx.find(entries, select(table).where(table.c.journal_id == journal.id).order_by(table.c.number)):
        chain[entry.note_id].append(entry)
    return [History(journal, note, tuple(chain[note.id])) for note in found]


async def _history(tx: Transaction, journal: Journal, note: Note) -> History:
    if note.journal_id != journal.id:
        raise NotFound
    table = entries.table
    query = select(table).where(table.c.note_id == note.id).order_by(table.c.number)
    return History(journal, note, tuple(await tx.find(entries, query)))


async def save_history(tx: Transaction, decision: Decision[History], known: int) -> History:
    """Write the journal and the note, and add the entries past the `known` first ones to the chain."""
    history = decision.state
    await tx.save(journals, Decision(history.journal))
    for entry in history.entries[known:]:
        await tx.save(entries, Decision(entry))
    await tx.save(notes, Decision(history.note, decision.events, decision.by))
    return history


async def carried_for(tx: Transaction, person_id: UUID) -> list[Carried]:
    """What units carry out for the person, assignment by assignment."""
    return await tx.find(carried, select(carried.table).where(carried.table.c.person_id == person_id))


async def journals_about(tx: Transaction, person_id: UUID) -> list[Journal]:
    """The person's journals at every unit, the newest first."""
    table = journals.table
    query = select(table).where(table.c.person_id == person_id).order_by(table.c.opened_at.desc(), table.c.id)
    return await tx.find(journals, query)


async def notes_in(tx: Transaction, journal_id: UUID, wanted: NoteFilter) -> tuple[Sequence[Listed], UUID | None]:
    """One page of notes, what happened last first, and after which note the next page begins."""
    table = notes.table.c
    query = (
        select(notes.table, entries.table.c.content["text"].astext.label("text"))
        .join(entries.table, entries.table.c.hash == table.entry)
        .where(*_chosen(journal_id, wanted))
        .order_by(table.noted_at.desc(), table.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if wanted.after:
        last = select(table.noted_at, table.id).where(table.id == wanted.after, table.journal_id == journal_id)
        query = query.where(tuple_(table.noted_at, table.id) < last.scalar_subquery())
    found = [Listed(notes.value(row), row.text) for row in await tx.execute(query)]
    shown = found[:PAGE_SIZE]
    return shown, shown[-1].note.id if len(found) > PAGE_SIZE else None


def _chosen(journal_id: UUID, wanted: NoteFilter) -> list[ColumnElement[bool]]:
    """What is true of the notes that are asked for, on whatever page."""
    note = notes.table.c
    chosen = [note.journal_id == journal_id]
    if wanted.from_day:
        chosen.append(note.noted_at >= _midnight(wanted.from_day))
    if wanted.to_day:
        chosen.append(note.noted_at < _midnight(wanted.to_day + timedelta(days=1)))
    if wanted.heading:
        chosen.append(note.heading == wanted.heading)
    if wanted.keyword:
        chosen.append(note.keywords.contains([wanted.keyword]))
    return chosen


async def count_in(tx: Transaction, journal_id: UUID, wanted: NoteFilter) -> int:
    """How many notes there are on all pages."""
    query = select(func.count()).select_from(notes.table).where(*_chosen(journal_id, wanted))
    return await tx.scalar(query) or 0


async def milestones_in(tx: Transaction, journal_id: UUID) -> tuple[datetime | None, datetime | None]:
    """When the first start note says that it began, and when the person was last told of their right to read."""
    note = notes.table.c
    query = select(
        func.min(note.noted_at).filter(note.heading == START.code),
        func.max(note.noted_at).filter(note.keywords.contains([INFORMED.code])),
    ).where(note.journal_id == journal_id)
    started_at, informed_at = (await tx.execute(query)).one()
    return started_at, informed_at


async def not_locked_in(tx: Transaction, journal_id: UUID) -> list[Note]:
    """The notes that their authors may still change, what happened first first."""
    note = notes.table.c
    still = (note.journal_id == journal_id, note.locked_at.is_(None), note.locks_at > tx.now)
    return await tx.find(notes, select(notes.table).where(*still).order_by(note.noted_at, note.id))


def _midnight(day: date) -> datetime:
    """When a Swedish calendar day begins."""
    return datetime.combine(day, time.min, SWEDEN)
