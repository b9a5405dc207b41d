"""The tables every service has: outbox, inbox, access log, and the replica of who works where."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

WRITE_ONCE = ("access_log", "inbox_attempt", "operator_act")
"""Tables whose rows the service's own database role may add and read, never change."""


def at(name: str, default: bool = False) -> Column[object]:
    """A moment in time; with default, the moment it was written."""
    moment = func.clock_timestamp() if default else None
    return Column(name, DateTime(timezone=True), nullable=not default, server_default=moment)


def chassis_tables() -> MetaData:
    """A new schema with the tables of the chassis; a service adds its own to it."""
    metadata = MetaData(naming_convention=NAMING)
    _outbox(metadata)
    _history(metadata)
    _inbox(metadata)
    _logs(metadata)
    _answered(metadata)
    _organisation(metadata)
    return metadata


def _outbox(metadata: MetaData) -> None:
    unpublished = text("published_at IS NULL")
    Table(
        "outbox",
        metadata,
        Column("position", BigInteger, Identity(always=True), primary_key=True),
        Column("id", Uuid, nullable=False, unique=True),
        Column("subject", Text, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("type", Text, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("receiver", Text),
        at("written_at", default=True),
        at("published_at"),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        at("next_at", default=True),
        Column("last_error", Text),
        UniqueConstraint("subject", "sequence"),
        Index("ix_outbox_unpublished", "position", postgresql_where=unpublished),
        Index("ix_outbox_held_back", "subject", "sequence", postgresql_where=unpublished),
        Index("ix_outbox_correlation", text("(headers ->> 'ce-correlationid')")),
    )
    Table(
        "outbox_subject",
        metadata,
        Column("subject", Text, primary_key=True),
        Column("sequence", BigInteger, nullable=False),
    )


def _history(metadata: MetaData) -> None:
    """What is to be sent again: single messages, and requests that have not been gone through yet."""
    Table(
        "outbox_resend",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("position", BigInteger, nullable=False),
        Column("receiver", Text, nullable=False),
        UniqueConstraint("position", "receiver"),
    )
    Table(
        "outbox_resend_request",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("receiver", Text, nullable=False),
        Column("subject", Text),
        Column("first", BigInteger, nullable=False),
        Column("after", BigInteger, nullable=False, server_default=text("0")),  # so far it has been gone through
        Column("upto", BigInteger, nullable=False),
        Index("ix_outbox_resend_request_same", "receiver", text("coalesce(subject, '')"), "first", unique=True),
    )


def _inbox(metadata: MetaData) -> None:
    Table(
        "inbox",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("owner", Text, primary_key=True),  # the id is the owner's word: another's message may have the same
        Column("subject", Text, nullable=False),
        Column("sequence", BigInteger),
        Column("type", Text, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("status", Text, nullable=False),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        at("next_at", default=True),
        Column("last_error", Text),
        at("received_at", default=True),
        at("applied_at"),
        Index(
            "ix_inbox_open",
            "owner",
            "subject",
            "sequence",
            postgresql_where=text("status IN ('waiting', 'failed', 'parked', 'skipped')"),
        ),
        Index("ix_inbox_stuck", "status", "received_at", postgresql_where=text("status IN ('failed', 'parked')")),
        Index("ix_inbox_subject", "subject"),
    )
    Table(
        "inbox_position",
        metadata,
        Column("owner", Text, primary_key=True),
        Column("subject", Text, primary_key=True),
        Column("last", BigInteger, nullable=False, server_default=text("0")),
        at("asked_at"),
    )
    Table("inbox_catch_up", metadata, Column("owner", Text, primary_key=True), at("asked_at", default=True))


def _logs(metadata: MetaData) -> None:
    Table(
        "inbox_attempt",
        metadata,
        Column("number", BigInteger, Identity(always=True), primary_key=True),
        Column("id", Uuid, nullable=False, index=True),
        at("at", default=True),
        Column("error", Text, nullable=False),
    )
    Table(
        "access_log",
        metadata,
        Column("number", BigInteger, Identity(always=True), primary_key=True),
        at("at", default=True),
        Column("member_id", Uuid, nullable=False),
        Column("role", Text, nullable=False),
        Column("unit_id", Uuid),
        Column("person_id", Uuid, nullable=False),
        Column("action", Text, nullable=False),
        Column("what", Text, nullable=False),
        Column("why", Text, nullable=False),
        Index("ix_access_log_person", "person_id", "at"),
        Index("ix_access_log_member", "member_id", "at"),
    )
    Table(
        "operator_act",
        metadata,
        Column("number", BigInteger, Identity(always=True), primary_key=True),
        at("at", default=True),
        Column("operator", Text, nullable=False),
        Column("act", Text, nullable=False, index=True),
        Column("what", Text, nullable=False),
        Column("why", Text, nullable=False),
    )


def _answered(metadata: MetaData) -> None:
    Table(
        "answered",
        metadata,
        Column("login", Text, primary_key=True),
        Column("key", Uuid, primary_key=True),
        Column("digest", LargeBinary, nullable=False),
        Column("answer", JSONB),
        at("at", default=True),
        Index("ix_answered_at", "at"),
        Index("ix_answered_digest", "login", "digest"),
    )


def _organisation(metadata: MetaData) -> None:
    Table(
        "replica_unit",
        metadata,
        Column("unit_id", Uuid, primary_key=True),
        Column("name", Text, nullable=False),
        Column("path", ARRAY(Uuid), nullable=False),
        Column("kind", Text, nullable=False),
        Column("business_area", Text),
        Column("internal", Boolean, nullable=False),
        Column("mark", Text),
        Column("ended_on", Date),
    )
    Table(
        "replica_member",
        metadata,
        Column("member_id", Uuid, primary_key=True),
        Column("login", Text, nullable=False, index=True),
        Column("name", Text, nullable=False),
        Column("title", Text, nullable=False),
        Column("email", Text),
    )
    Table(
        "replica_membership",
        metadata,
        Column("member_id", Uuid, nullable=False, index=True),
        Column("unit_id", Uuid, nullable=False, index=True),
        Column("role", Text, nullable=False),
        Column("valid_from", Date),
        Column("valid_to", Date),
    )
    Table(
        "replica_manager",
        metadata,
        Column("unit_id", Uuid, nullable=False, index=True),
        Column("member_id", Uuid, nullable=False),
        Column("deputy", Boolean, nullable=False),
        Column("valid_from", Date, nullable=False),
        Column("valid_to", Date),
    )
