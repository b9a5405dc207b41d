"""Migrating an empty database gives exactly the tables of tables.py; the service gets no more rights than it needs."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from chassis.migrate import as_owner
from chassis.tables import WRITE_ONCE
from cli.accounts import at_database
from cli.blueprints import blueprint
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
