"""Lists of deviations: in order, page by page, and no slower for all that has been closed."""

import re

import pytest

from tests.support.municipality import member
from tests.support.queries import statements
from tests.support.reports import asked, reported
from tests.support.stafett import Running

LIST = "/deviation/deviations"
COLUMNS = "person_id, kind, business_area, category, unit_id, occurred_on, occurred_at, course_of_events, reported_by, \
reported_on, involved_professions, manager_id, lex, feedback, history"
COPIES = f"""
    INSERT INTO deviations (id, registered_at, status, {COLUMNS})
    SELECT gen_random_uuid(), registered_at - (n / 2) * interval '1 hour', $1, {COLUMNS}
    FROM deviations, generate_series(1, $2) AS n WHERE status = 'with_manager'"""
MOVED = re.sub("(unit_id|manager_id)", r"md5(\1::text || n)::uuid", COLUMNS)
ELSEWHERE = f"""
    INSERT INTO deviations (id, registered_at, status, {COLUMNS})
    SELECT gen_random_uuid(), registered_at, status,
        {MOVED}
    FROM deviations, generate_series(1, 30) AS n WHERE status = 'closed'"""


@pytest.mark.parametrize(("status", "newest_first"), [("closed", True), ("under_analysis", False), (None, False)])
async def test_what_was_closed_before_costs_nothing(deviation: Running, status: str | None, newest_first: bool) -> None:
    await reported(deviation, person_id=None)
    for given, many in (("closed", 1_000), ("under_analysis", 60)):
        await deviation.sql(COPIES, given, many)
    await deviation.sql(ELSEWHERE)
    await deviation.sql("ANALYZE")
    with statements(deviation) as seen:
        first = await asked(deviation, "omar.haddad", LIST, **({"status": status} if status else {}))
    ((statement, parameters),) = [one for one in seen if "course_of_events" in one[0]]
    async with deviation.app.state.database.engine.connect() as connection:
        plan = (await connection.exec_driver_sql(f"EXPLAIN ANALYZE {statement}", parameters)).scalars().all()
    told = "\n".join(plan)
    read = [float(rows) for rows in re.findall(r"Scan.* on deviations.*actual.*rows=([\d.]+)", told)]
    assert read
    assert max(read) <= 26, plan
    assert max([0.0, *map(float, re.findall(r"Rows Removed by Filter: ([\d.]+)", told))]) <= 26, plan
    rest = await asked(deviation, "omar.haddad", LIST, after=first["after"], **({"status": status} if status else {}))
    shown = [*first["deviations"], *rest["deviations"]]
    moments = [line["registered_at"] for line in shown]
    assert (len({line["id"] for line in shown}), moments) == (50, sorted(moments, reverse=newest_first))
    assert {line["status"] for line in shown} <= ({status} if status else {"with_manager", "under_analysis"})


async def test_what_was_given_to_somebody_is_theirs_to_handle_where_they_work_and_nowhere_else(
    deviation: Running,
) -> None:
    await reported(deviation, person_id=None)
    assert (await asked(deviation, "jonas.ek", LIST))["deviations"] == []
    await deviation.sql("UPDATE deviations SET manager_id = $1", member("jonas.ek"))
    for login in ("jonas.ek", "omar.haddad"):
        assert len((await asked(deviation, login, LIST))["deviations"]) == 1, "given to one, answered for by the other"
    await deviation.sql("UPDATE deviations SET unit_id = gen_random_uuid()")
    for login in ("jonas.ek", "omar.haddad"):
        assert (await asked(deviation, login, LIST))["deviations"] == []
