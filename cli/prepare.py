"""Make what the services need before they start: roles, databases, tables, rights, keys and the broker's topology."""

import asyncpg

from chassis.migrate import migrate
from chassis.service import Blueprint
from cli.accounts import Account, at_database


async def make_database(admin: str, account: Account, name: str | None = None) -> None:
    """Make the service's two roles (its own, and the owner of its tables) and its database, where missing.

    admin: URL of a superuser. name: the database's name when it isn't the service's.
    """
    service, database = account.service, name or account.service
    connection = await asyncpg.connect(admin)
    try:
        roles = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
        if f"{service}_owner" not in roles:
            await connection.execute(f'CREATE ROLE "{service}_owner" NOLOGIN')
        if service not in roles:
            await connection.execute(f'CREATE ROLE "{service}" LOGIN')
        if account.password is not None:
            quoted = account.password.replace("'", "''")
            await connection.execute(f"ALTER ROLE \"{service}\" PASSWORD '{quoted}'")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await connection.execute(f'CREATE DATABASE "{database}" OWNER "{service}_owner"')
            await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
            await connection.execute(f'GRANT CONNECT ON DATABASE "{database}" TO "{service}"')
    finally:
        await connection.close()


async def make_tables(admin: str, blueprint: Blueprint, name: str | None = None) -> None:
    """Bring the service's database up to its newest migration."""
    await migrate(at_database(admin, name or blueprint.name), blueprint.name, blueprint.metadata)
