"""The whole schema of the deviation service."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Table,
    Text,
    Time,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.database import Rows, coded
from chassis.tables import chassis_tables
from contracts.authority import Protection
from contracts.deviation import Consequence, DeviationKind
from services.deviation.code_lists import Alone
from services.deviation.deviation import OPEN, Deviation, Status
from services.deviation.guidance import Guidance
from services.deviation.person import Carried, Person

metadata = chassis_tables()

STILL_OPEN = text("status IN ({})".format(", ".join(f"'{status}'" for status in OPEN)))
"""As SQL with the codes written out, so that the planner sees that the index below fits."""

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
        Column("case_worker_id", Uuid, nullable=False),
        Column("rows", JSONB, nullable=False),
        Column("cleared", ARRAY(Uuid), nullable=False),
    ),
)

deviations = Rows(
    Deviation,
    Table(
        "deviations",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("number", BigInteger, Identity(always=True, start=10_001), nullable=False, unique=True),
        Column("person_id", Uuid),
        Column("kind", coded(DeviationKind), nullable=False),
        Column("business_area", Text, nullable=False),
        Column("category", Text, nullable=False),
        Column("unit_id", Uuid, nullable=False),
        Column("occurred_on", Date, nullable=False),
        Column("occurred_at", Time, nullable=False),
        Column("course_of_events", Text, nullable=False),
        Column("reported_by", Uuid, nullable=False),
        Column("reported_on", Date, nullable=False),
        Column("registered_at", DateTime(timezone=True), nullable=False),
        Column("was_alone", coded(Alone)),
        Column("activity", Text),
        Column("residence_id", Uuid),
        Column("guidance", coded(Guidance)),
        Column("involved_professions", ARRAY(Text), nullable=False),
        Column("suggested_action", Text),
        Column("comment", Text),
        Column("manager_id", Uuid),
        Column("status", coded(Status), nullable=False),
        Column("lex", JSONB, nullable=False),
        Column("analysis", JSONB),
        Column("consequence", coded(Consequence)),
        Column("feedback", JSONB, nullable=False),
        Column("history", JSONB, nullable=False),
        CheckConstraint("manager_id IS NOT NULL OR status IN ('unassigned', 'removed')", name="has_manager"),
        Index("ix_deviations_unit", "unit_id", "status", "registered_at", "id"),
        Index("ix_deviations_manager", "manager_id", "status", "registered_at", "id"),
        Index("ix_deviations_reported_by", "reported_by", "registered_at", "id"),
        Index("ix_deviations_open", "registered_at", "id", postgresql_where=STILL_OPEN),
    ),
)
