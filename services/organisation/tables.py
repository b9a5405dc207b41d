"""The whole schema of the organisation service."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.database import Rows, Transaction, coded
from chassis.tables import chassis_tables
from contracts.organisation import ServiceMark, UnitKind
from services.organisation.managers import Managers
from services.organisation.member import Member
from services.organisation.unit import Unit

metadata = chassis_tables()

units = Rows(
    Unit,
    Table(
        "units",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("name", Text, nullable=False),
        Column("kind", coded(UnitKind), nullable=False),
        Column("parent_id", Uuid, ForeignKey("units.id")),
        Column("path", ARRAY(Uuid), nullable=False),
        Column("business_area", Text),
        Column("internal", Boolean, nullable=False),
        Column("mark", coded(ServiceMark)),
        Column("ended_on", Date),
        Column("code", Text, unique=True),
        Index("ix_units_path", "path", postgresql_using="gin"),
    ),
)

members = Rows(
    Member,
    Table(
        "members",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("name", Text, nullable=False),
        Column("title", Text, nullable=False),
        Column("login", Text, nullable=False, unique=True),
        Column("email", Text),
        Column("memberships", JSONB, nullable=False),
        Column("unit_ids", ARRAY(Uuid), nullable=False),
        Index("ix_members_name", "name", "id"),
        Index("ix_members_units", "unit_ids", postgresql_using="gin"),
    ),
)

managers = Rows(
    Managers,
    Table(
        "managers",
        metadata,
        Column("unit_id", Uuid, ForeignKey("units.id"), primary_key=True),
        Column("terms", JSONB, nullable=False),
    ),
)


async def one_at_a_time(tx: Transaction) -> None:
    """Wait for other changes to the organisation, and keep them waiting until this one is committed.

    What a change may do depends on more rows than it writes (the whole tree, other members' logins); readers go on.
    """
    await tx.execute(text("LOCK TABLE units, members, managers IN SHARE ROW EXCLUSIVE MODE"))
