"""The whole schema of the journal service."""

from sqlalchemy import Column, DateTime, Index, Integer, Table, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.database import Rows, coded
from chassis.tables import chassis_tables
from contracts.authority import Protection
from services.journal.journal import Journal, JournalStatus
from services.journal.note import Entry, Kind, Note
from services.journal.person import Carried, Person

metadata = chassis_tables()

persons = Rows(
    Person,
    Table(
        "persons",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("identity_number", Text),
        Column("family_name", Text, nullable=False),
        Column("given_name", Text, nullable=False),
        Column("protection", coded(Protection), nullable=False),
        Column("cleared", ARRAY(Uuid), nullable=False),
        Column("told_at", DateTime(timezone=True), nullable=False),
        Column("corrected_at", DateTime(timezone=True)),
        info={"personal": True},
    ),
)

carried = Rows(
    Carried,
    Table(
        "carried",
        metadata,
        Column("assignment_id", Uuid, primary_key=True),
        Column("person_id", Uuid, nullable=False, index=True),
        Column("rows", JSONB, nullable=False),
        Column("cleared", ARRAY(Uuid), nullable=False),
    ),
)

journals = Rows(
    Journal,
    Table(
        "journals",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("person_id", Uuid, nullable=False, index=True),
        Column("unit_id", Uuid, nullable=False),
        Column("template", Text, nullable=False),
        Column("opened_at", DateTime(timezone=True), nullable=False),
        Column("opened_by", JSONB, nullable=False),
        Column("changed_at", DateTime(timezone=True), nullable=False),
        Column("changed_by", JSONB, nullable=False),
        Column("status", coded(JournalStatus), nullable=False),
        Column("closed_at", DateTime(timezone=True)),
        Column("closed_by", JSONB),
        Column("printed_at", DateTime(timezone=True)),
        Column("printed_by", JSONB),
        Column("printed_entries", Integer, nullable=False),
        Column("entries", Integer, nullable=False),
        Column("last_hash", Text, nullable=False),
    ),
)

notes = Rows(
    Note,
    Table(
        "notes",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("journal_id", Uuid, nullable=False),
        Column("author", JSONB, nullable=False),
        Column("noted_at", DateTime(timezone=True), nullable=False),
        Column("heading", Text, nullable=False),
        Column("keywords", ARRAY(Text), nullable=False),
        Column("saved_at", DateTime(timezone=True), nullable=False),
        Column("locks_at", DateTime(timezone=True), nullable=False),
        Column("entry", Text, nullable=False),
        Column("locked_at", DateTime(timezone=True)),
        Column("corrections", Integer, nullable=False),
        Column("correction_requests", Integer, nullable=False),
        Index("ix_notes_in_order", "journal_id", "noted_at", "id"),
        Index("ix_notes_not_locked", "locks_at", postgresql_where=text("locked_at IS NULL")),
        info={"personal": True},
    ),
)

entries = Rows(
    Entry,
    Table(
        "entries",
        metadata,
        Column("hash", Text, primary_key=True),
        Column("journal_id", Uuid, nullable=False),
        Column("number", Integer, nullable=False),
        Column("note_id", Uuid, nullable=False, index=True),
        Column("kind", coded(Kind), nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("by", JSONB, nullable=False),
        Column("content", JSONB, nullable=False),
        Column("previous_hash", Text, nullable=False),
        UniqueConstraint("journal_id", "number"),
        info={"write_once": True, "personal": True},
    ),
)
"""The texts are here and nowhere else, where the service's own role can add and read but never change them."""
