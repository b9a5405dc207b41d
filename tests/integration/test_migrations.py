"""Migrating an empty database gives exactly the tables of tables.py; the service gets no more rights than it needs."""

from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Enum, MetaData, text

from chassis.migrate import as_owner, config
from chassis.tables import WRITE_ONCE
from cli.accounts import Account, at_database
from cli.blueprints import blueprint
from cli.prepare import make_database
from contracts.topology import SERVICES
from tests.support.stafett import Ground


@pytest.mark.parametrize("service", SERVICES)
async def test_the_migrations_give_exactly_the_tables(ground: Ground, service: str) -> None:
    metadata = blueprint(service).metadata
    found: list[object] = []

    def compare(connection: Connection) -> None:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        found.extend(compare_metadata(context, metadata))

    database = at_database(ground.admin, await ground.template(service, filled=False))
    await as_owner(database, f"{service}_owner", compare)
    assert found == []


async def fill(database: str, metadata: MetaData) -> set[str]:
    """A row with something in every column, in each table that has none; gives the tables."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("SET session_replication_role = replica")  # what rows refer to is not there
        columns = await connection.fetch(COLUMNS)
        tables = {column["table"] for column in columns}
        for table in tables:
            names = [column["name"] for column in columns if column["table"] == table]
            values = [made_up(column, metadata) for column in columns if column["table"] == table]
            if not await connection.fetchval(f'SELECT count(*) FROM "{table}"'):
                quoted = ", ".join(f'"{name}"' for name in names)
                await connection.execute(f'INSERT INTO "{table}" ({quoted}) VALUES ({", ".join(values)})')
        return tables
    finally:
        await connection.close()


COLUMNS = """
    SELECT c.table_name "table", c.column_name "name", c.udt_name "type" FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> 'alembic_version'
        AND c.is_identity = 'NO' AND c.is_generated = 'NEVER' ORDER BY c.ordinal_position"""
MADE_UP = {
    "uuid": "gen_random_uuid()",
    "timestamptz": "now()",
    "date": "now()",
    "bool": "false",
    "jsonb": "'[]'",
    "time": "'10:00'",
}


def made_up(column: asyncpg.Record, metadata: MetaData) -> str:
    """A value for a column, in SQL: of a list of codes the first."""
    table = metadata.tables.get(column["table"])
    kind = table.columns[column["name"]].type if table is not None and column["name"] in table.columns else None
    if isinstance(kind, Enum):
        return f"'{kind.enums[0]}'"
    if column["type"].startswith("_"):
        return "'{}'"
    return MADE_UP.get(column["type"], "'1'")


@pytest.mark.parametrize("service", SERVICES)
async def test_what_is_there_is_there_after_each_migration(ground: Ground, service: str) -> None:
    metadata, settings = blueprint(service).metadata, config(service)
    name = f"{service}_{uuid4().hex}"
    database = at_database(ground.admin, name)
    await make_database(ground.admin, Account(service), name)
    steps = [step.revision for step in ScriptDirectory.from_config(settings).walk_revisions()]
    tables: set[str] = set()

    for step in reversed(steps):

        def upgrade(connection: Connection, step: str = step) -> None:
            settings.attributes["connection"] = connection
            command.upgrade(settings, step)

        await as_owner(database, f"{service}_owner", upgrade)
        tables |= await fill(database, metadata)
    connection = await asyncpg.connect(database)
    try:
        left = {table: await connection.fetchval(f'SELECT count(*) FROM "{table}"') for table in tables}
    finally:
        await connection.close()
    assert left == dict.fromkeys({"outbox", "inbox", *metadata.tables} & tables, 1)


@pytest.mark.parametrize(
    ("service", "revision", "there", "found"),
    [
        (
            "execution",
            "20261123_first_tables",
            "UPDATE assignments SET status = 'distributed', queue_unit_ids = ARRAY[id], waiting_since = '2026-11-02Z'",
            "SELECT unacknowledged_since = '2026-11-02Z' AND reminded = 0 FROM assignments",
        ),
        (
            "authority",
            "20261123_first_tables",
            "UPDATE persons SET family_name = 'Åkesson', given_name = 'Eva'",
            "SELECT search_name = 'åkesson eva' FROM persons",
        ),
        (
            "deviation",
            "20261123_first_tables",
            "UPDATE deviations SET comment = ''",
            "SELECT number = 10001 FROM deviations",
        ),
    ],
)
async def test_what_a_new_column_says_of_what_was_there(
    ground: Ground, service: str, revision: str, there: str, found: str
) -> None:
    metadata, settings, name = blueprint(service).metadata, config(service), f"{service}_{uuid4().hex}"
    database = at_database(ground.admin, name)
    await make_database(ground.admin, Account(service), name)

    async def upgrade(to: str) -> None:
        def run(connection: Connection) -> None:
            settings.attributes["connection"] = connection
            command.upgrade(settings, to)

        await as_owner(database, f"{service}_owner", run)

    await upgrade(revision)
    await fill(database, metadata)
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(there)
        await upgrade("head")
        assert await connection.fetchval(found)
    finally:
        await connection.close()


@pytest.mark.requirement("DOM-SEC-01")
@pytest.mark.parametrize("service", SERVICES)
async def test_the_service_may_not_change_what_is_written_once_nor_its_own_schema(ground: Ground, service: str) -> None:
    tables = blueprint(service).metadata.tables
    once = {*WRITE_ONCE, *(name for name, table in tables.items() if table.info.get("write_once"))}
    rights: list[tuple[str, str]] = []
    creating: list[bool] = []

    def ask(connection: Connection) -> None:
        query = "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = :service"
        rights.extend((row[0], row[1]) for row in connection.execute(text(query), {"service": service}))
        allowed = text("SELECT has_schema_privilege(:service, 'public', 'CREATE')")
        creating.append(bool(connection.scalar(allowed, {"service": service})))

    database = at_database(ground.admin, await ground.template(service, filled=False))
    await as_owner(database, f"{service}_owner", ask)
    assert {right for table, right in rights if table in once} == {"INSERT", "SELECT"}
    assert creating == [False]
