"""The whole schema of the authority service."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.database import Rows, coded
from chassis.tables import chassis_tables
from contracts.authority import Protection
from contracts.execution import ActionDecision
from services.authority.aid_decision import AidDecision
from services.authority.assignment import Assignment, OrderStatus, Phase
from services.authority.follow_up import FollowUp
from services.authority.identity_number import IdentityType, Sex
from services.authority.person import Person

metadata = chassis_tables()

numbers = Table(
    "numbers",
    metadata,
    Column("number", BigInteger, Identity(always=True, start=700_001), primary_key=True),
    Column("given_to", Uuid, nullable=False),
)
"""The running numbers people know a case (ärendenummer) and a decision (beslutsnummer) by."""

persons = Rows(
    Person,
    Table(
        "persons",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("authority_unit_id", Uuid, nullable=False),
        Column("case_number", Text, nullable=False, unique=True),
        Column("identity_number", Text, unique=True),
        Column("identity_type", coded(IdentityType), nullable=False),
        Column("family_name", Text, nullable=False),
        Column("given_name", Text, nullable=False),
        Column("sex", coded(Sex), nullable=False),
        Column("birth_year", Integer),
        Column("registered_by", Uuid, nullable=False),
        Column("registered_at", DateTime(timezone=True), nullable=False),
        Column("contact_language", Text),
        Column("interpreter_need", Text),
        Column("registered_address", Text),
        Column("protection", coded(Protection), nullable=False),
        Column("cleared", ARRAY(Uuid), nullable=False),
        Column("corrections", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
        Column("search_name", Text, nullable=False, server_default=""),
        CheckConstraint("(identity_type = 'none') = (identity_number IS NULL)", name="identity"),
        CheckConstraint("protection <> 'protected_registration' OR registered_address IS NULL", name="address"),
        Index("ix_persons_unit", "authority_unit_id", "id"),
        Index("ix_persons_name", text("to_tsvector('simple'::regconfig, search_name)"), postgresql_using="gin"),
        info={"personal": True},
    ),
)

decisions = Rows(
    AidDecision,
    Table(
        "decisions",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
        Column("decision_number", Text, nullable=False, unique=True),
        Column("decided_on", Date, nullable=False),
        Column("decision_maker", Text, nullable=False),
        Column("decision_type", Text, nullable=False),
        Column("legal_basis", Text, nullable=False),
        Column("registered_by", Uuid, nullable=False),
        Column("registered_at", DateTime(timezone=True), nullable=False),
        Column("period_from", Date),
        Column("period_to", Date),
        CheckConstraint("period_to >= period_from", name="period"),
    ),
)

assignments = Rows(
    Assignment,
    Table(
        "assignments",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
        Column("decision_id", ForeignKey("decisions.id"), nullable=False, index=True),
        Column("authority_unit_id", Uuid, nullable=False),
        Column("drafted_by", Uuid, nullable=False),
        Column("drafted_at", DateTime(timezone=True), nullable=False),
        Column("assignment_name", Text, nullable=False),
        Column("unit_id", Uuid),
        Column("services", JSONB, nullable=False),
        Column("goals", JSONB, nullable=False),
        Column("cover_message", Text, nullable=False),
        Column("status", coded(OrderStatus), nullable=False),
        Column("case_worker_id", Uuid),
        Column("sent_at", DateTime(timezone=True)),
        Column("order", JSONB(none_as_null=True)),
        Column("replaces", ForeignKey("assignments.id"), unique=True),
        Column("replaced_by", Uuid),
        Column("decline", JSONB(none_as_null=True)),
        Column("line", JSONB, nullable=False),
        Column("phase", coded(Phase), nullable=False),
        CheckConstraint(
            "status IN ('draft', 'discarded') OR num_nulls(unit_id, case_worker_id, sent_at, \"order\") = 0",
            name="sent_whole",
        ),
        Index("ix_assignments_unit", "authority_unit_id", "id"),
        Index("ix_assignments_phase", "authority_unit_id", "phase", "id"),
    ),
)

follow_ups = Rows(
    FollowUp,
    Table(
        "follow_ups",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("assignment_id", ForeignKey("assignments.id"), nullable=False, index=True),
        Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
        Column("unit_id", Uuid, nullable=False),
        Column("round", Integer, nullable=False),
        Column("performed_on", Date),
        Column("action", coded(ActionDecision)),
        Column("signed_by", Uuid, nullable=False),
        Column("signed_at", DateTime(timezone=True), nullable=False),
        Column("submitted_at", DateTime(timezone=True), nullable=False),
        Column("document_sha256", Text, nullable=False),
        Column("report", JSONB, nullable=False),
        Column("intact", Boolean, nullable=False),
        Column("received_at", DateTime(timezone=True)),
        Column("received_by", Uuid),
        CheckConstraint("(received_at IS NULL) = (received_by IS NULL)", name="received_by_somebody"),
    ),
)
