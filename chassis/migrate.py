"""Bring a service's database up to its tables, as the role that owns it, and give the service its rights."""

from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.tables import WRITE_ONCE

SERVICES = Path(__file__).parent.parent / "services"

GRANT = """
    GRANT USAGE ON SCHEMA public TO {role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};
    REVOKE UPDATE, DELETE, TRUNCATE ON {write_once} FROM {role}"""


def config(service: str) -> Config:
    """Alembic's settings for one service."""
    settings = Config()
    settings.set_main_option("script_location", str(SERVICES / service / "migrations"))
    settings.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    return settings


def run(metadata: MetaData) -> None:
    """What each service's `migrations/env.py` calls."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


async def migrate(url: str, service: str, metadata: MetaData, owner: str | None = None) -> None:
    """Upgrade the database to the newest migration and grant the service's role what it needs, in one transaction.

    url: a role that may act as `owner`, by default `<service>_owner`. Tables marked `write_once` in their info may be
    added to and read by the service, never changed.
    """
    write_once = {*WRITE_ONCE, *(name for name, table in metadata.tables.items() if table.info.get("write_once"))}

    def upgrade(connection: Connection) -> None:
        settings = config(service)
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
        made = write_once & set(inspect(connection).get_table_names())
        if made:
            for statement in GRANT.format(role=service, write_once=", ".join(sorted(made))).split(";"):
                connection.execute(text(statement))

    await as_owner(url, owner or f"{service}_owner", upgrade)


async def as_owner(url: str, owner: str, work: Any) -> None:
    """Do something synchronous with a connection that acts as the database's owner, in one transaction."""
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f'SET LOCAL ROLE "{owner}"'))
            await connection.run_sync(work)
    finally:
        await engine.dispose()
