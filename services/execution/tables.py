"""The whole schema of the execution service."""

from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.database import Rows, coded
from chassis.tables import chassis_tables
from contracts.execution import ActionDecision
from services.execution.assignment import Assignment, Status
from services.execution.follow_up import FollowUp, FollowUpStatus

metadata = chassis_tables()

AT_UNITS = "status IN ('distributed', 'acknowledged', 'in_execution', 'ended')"
"""Units carry it out, or have just done so; what is closed leaves the index that lists are made from."""

assignments = Rows(
    Assignment,
    Table(
        "assignments",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("person_id", Uuid, nullable=False, index=True),
        Column("unit_id", Uuid, nullable=False),
        Column("authority_unit_id", Uuid, nullable=False),
        Column("case_worker_id", Uuid, nullable=False),
        Column("decision_id", Uuid, nullable=False),
        Column("order", JSONB, nullable=False),
        Column("sent_at", DateTime(timezone=True), nullable=False),
        Column("received_at", DateTime(timezone=True), nullable=False),
        Column("period_from", Date),
        Column("period_to", Date),
        Column("status", coded(Status), nullable=False),
        Column("rows", JSONB, nullable=False),
        Column("acknowledgements", JSONB, nullable=False),
        Column("started_on", Date),
        Column("closed_on", Date),
        Column("follow_up_rounds", Integer, nullable=False),
        Column("cleared", ARRAY(Uuid), nullable=False),
        Column("reminders", JSONB, nullable=False),
        Column("acts", JSONB, nullable=False),
        Column("unit_ids", ARRAY(Uuid), nullable=False),
        Column("queue_unit_ids", ARRAY(Uuid), nullable=False),
        Column("next_last_day", Date),
        Column("waiting_since", DateTime(timezone=True), nullable=False),
        Column("next_reminder_at", DateTime(timezone=True)),  # the release before reads it; a later one drops it
        Column("unacknowledged_since", DateTime(timezone=True)),
        Column("reminded", Integer, nullable=False, server_default=text("0")),
        Column("protected", Boolean, nullable=False),
        Column("named", ARRAY(Uuid), nullable=False),
        Column("sort_name", Text(collation="C"), nullable=False),
        Index("ix_assignments_queue", "queue_unit_ids", postgresql_using="gin"),
        Index("ix_assignments_units", "unit_ids", postgresql_using="gin", postgresql_where=text(AT_UNITS)),
        Index("ix_assignments_last_day", "next_last_day", postgresql_where=text("next_last_day IS NOT NULL")),
        Index("ix_assignments_reminder", "next_reminder_at", postgresql_where=text("next_reminder_at IS NOT NULL")),
        Index(
            "ix_assignments_unacknowledged",
            "unacknowledged_since",
            postgresql_where=text("unacknowledged_since IS NOT NULL"),
        ),
    ),
)


def shown_to(member_id: UUID) -> ColumnElement[bool]:
    """Those about persons whom a member may know of: the rule of `seen_by` for protected persons, in lists."""
    return or_(~assignments.table.c.protected, assignments.table.c.named.contains([member_id]))


my_persons = Table(
    "my_persons",
    metadata,
    Column("member_id", Uuid, primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Column("added_at", DateTime(timezone=True), nullable=False),
)

follow_ups = Rows(
    FollowUp,
    Table(
        "follow_ups",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("assignment_id", Uuid, ForeignKey("assignments.id"), nullable=False),
        Column("person_id", Uuid, nullable=False),
        Column("unit_id", Uuid, nullable=False),
        Column("round", Integer, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("created_by", Uuid, nullable=False),
        Column("ratings", JSONB, nullable=False),
        Column("status", coded(FollowUpStatus), nullable=False),
        Column("performed_on", Date),
        Column("performed", Text, nullable=False),
        Column("situation_change", Text, nullable=False),
        Column("action", coded(ActionDecision)),
        Column("action_text", Text, nullable=False),
        Column("changes", Text, nullable=False),
        Column("comment", Text, nullable=False),
        Column("signature_date", Date),
        Column("document", Text),
        Column("document_sha256", Text),
        Column("signature", Text),
        Column("signed_by", Uuid),
        Column("signed_at", DateTime(timezone=True)),
        Column("submitted_at", DateTime(timezone=True)),
        UniqueConstraint("assignment_id", "round"),
    ),
)
