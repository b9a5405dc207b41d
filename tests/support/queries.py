"""What a service asks its database, and how that is answered."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
from sqlalchemy import event as listen

from tests.support.stafett import Running


@contextmanager
def statements(running: Running) -> Iterator[list[tuple[str, Any]]]:
    """What is asked of the database meanwhile, with its parameters."""
    seen: list[tuple[str, Any]] = []
    engine = running.app.state.database.engine.sync_engine

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    listen.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        listen.remove(engine, "before_cursor_execute", note)


async def plan_for_any_values(database: str, statement: str, parameters: int) -> str:
    """How a statement is answered when PostgreSQL has made its plan without looking at the values."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        await connection.execute(f"PREPARE asked AS {statement}")
        values = ", ".join(["NULL"] * parameters)
        return "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN EXECUTE asked({values})"))
    finally:
        await connection.close()
