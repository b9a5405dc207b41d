"""The whole schema of the notify service: ids, codes and moments."""

from sqlalchemy import Column, DateTime, Index, Table, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.database import Rows, coded
from chassis.tables import chassis_tables
from services.notify.matter import Matter
from services.notify.notice import Kind, Notice, Status
from services.notify.preferences import Preferences

metadata = chassis_tables()

OPEN = text("status = 'open'")
"""Written out wherever it is asked, so that the partial index below serves every plan."""

notices = Rows(
    Notice,
    Table(
        "notices",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("kind", coded(Kind), nullable=False),
        Column("to_id", Uuid, nullable=False),
        Column("unit_id", Uuid, nullable=False),
        Column("about_id", Uuid, nullable=False, index=True),
        Column("part_id", Uuid),
        Column("actor_member_id", Uuid),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("status", coded(Status), nullable=False),
        Index("ix_notices_place", "kind", "to_id", "created_at", "id"),
        Index("ix_notices_open", "kind", "to_id", "created_at", "id", postgresql_where=OPEN),
        Index("ix_notices_news", "kind", "created_at", postgresql_where=OPEN),
        Index(
            "ix_notices_sent",
            "actor_member_id",
            "created_at",
            "id",
            postgresql_where=text("actor_member_id IS NOT NULL"),
        ),
    ),
)

readings = Table(
    "readings",
    metadata,
    Column("member_id", Uuid, primary_key=True),
    Column("notice_id", Uuid, primary_key=True),
    Column("read_at", DateTime(timezone=True), nullable=False),
)

preferences = Rows(
    Preferences,
    Table(
        "preferences",
        metadata,
        Column("member_id", Uuid, primary_key=True),
        Column("opted_out", JSONB, nullable=False),
    ),
)

matters = Rows(
    Matter,
    Table(
        "matters",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("heard", JSONB, nullable=False),
        Column("past", JSONB, nullable=False),
        Column("rows", JSONB, nullable=False),
        Column("acknowledgements", JSONB, nullable=False),
        Column("read_parts", JSONB, nullable=False),
        Column("suspicions", JSONB, nullable=False),
        Column("manager_id", Uuid),
    ),
)
