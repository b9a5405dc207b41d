"""The slowest statement of a log of PostgreSQL, and its plan, without the values in it."""

import asyncpg

from bench.ground import Ground
from bench.growth import plans
from tests.support.stafett import eventually

SLOW = "SELECT count(*) FROM generate_series(1, $1::int) AS n WHERE n::text <> $2"


async def test_the_slowest_statement_of_one_database_is_explained_without_its_values(on: Ground) -> None:
    url, other = await on.fresh("bench_plans"), await on.fresh("bench_others")
    offset = on.postgres_log.stat().st_size
    await plans.told_all(on.servers.postgres, on=True)
    connection, elsewhere = await asyncpg.connect(url), await asyncpg.connect(other)
    try:
        await eventually(lambda: _logs(connection))
        await connection.fetchval("SELECT 1")
        await connection.fetchval(SLOW, 200_000, "somebody")
        await elsewhere.fetchval(SLOW, 400_000, "nobody")
        await plans.told_all(on.servers.postgres, on=False)
    finally:
        await connection.close()
        await elsewhere.close()
    shown = await plans.plan(url, on.postgres_log, offset)
    assert "FROM generate_series(1, '…'::int) AS n WHERE n::text <> '…'" in shown[0]
    assert any("Function Scan on generate_series" in line for line in shown)
    assert "somebody" not in "\n".join(shown)


async def _logs(connection: asyncpg.Connection) -> bool:
    return bool(await connection.fetchval("SHOW log_min_duration_statement") == "0")
