"""Growth: copies that differ where they must, and the slowest statement of a log."""

from bench.doors import door
from bench.growth.fill import Copied, ids, statement
from bench.growth.found import Grown, growth, tabled
from bench.growth.plans import bare, statements

LOG = """2026-11-28 14:00:00.000 UTC [7] execution LOG:  duration: 3.500 ms  execute __asyncpg_stmt_1__: SELECT *
\tFROM assignments WHERE id = $1 AND note = $2 AND other = $10
2026-11-28 14:00:00.000 UTC [7] execution DETAIL:  Parameters: $1 = 'a''b', $2 = NULL, $10 = '{x}'
2026-11-28 14:00:00.001 UTC [8] notify LOG:  duration: 99.000 ms  statement: SELECT 'another database'
2026-11-28 14:00:00.002 UTC [7] execution LOG:  duration: 8.250 ms  statement: SELECT 1
2026-11-28 14:00:00.003 UTC [7] execution LOG:  checkpoint starting: time
"""


def test_the_slowest_statement_comes_first_with_its_values_in_place() -> None:
    slowest, other = statements(LOG, "execution")
    assert (slowest.milliseconds, slowest.text) == (8.25, "SELECT 1")
    assert other.text == "SELECT *\n\tFROM assignments WHERE id = 'a''b' AND note = NULL AND other = '{x}'"


def test_what_is_shown_of_a_statement_has_no_values() -> None:
    assert bare("WHERE name = 'O''Hara' AND id = '7'") == "WHERE name = '…' AND id = '…'"


def test_a_copy_has_another_id_and_most_of_what_is_closed_another_unit() -> None:
    copied = Copied("rows", ids("id"), moved=("unit_id",))
    stays = statement("open", copied, ["id", "unit_id", "order"], (1, 9), moved=False)
    values = 'md5(t.id || \':\' || n)::uuid, t."unit_id", t."order"'
    source = "FROM open.rows t, generate_series(1, 9) AS n"
    assert stays == f'INSERT INTO rows ("id", "unit_id", "order") SELECT {values} {source}'
    assert "n % 40 = 0 THEN t.unit_id" in statement("closed", copied, ["id", "unit_id"], (1, 9), moved=True)


def test_growth_is_the_median_of_the_rounds_in_each_of_which_the_two_took_turns() -> None:
    assert round(growth([(1.0, 1.2), (10.0, 12.0), (5.0, 1.0)])) == 20


def test_what_grows_by_more_than_wanted_is_marked_and_its_plan_shown() -> None:
    found = Grown()
    for size, value in ((1, 10.0), (100, 10.5)):
        found.add("queue", size, (10.0, value))
        found.add("search", size, (10.0, value * size))
    found.plans["search"] = ["Seq Scan"]
    made = tabled(found, (1, 100))
    assert made.rows == (
        ("queue", "10.0", "10.0", "+0", "10.5", "10.0", "+5", "met"),
        ("search", "10.0", "10.0", "+0", "1,050", "10.0", "+10400", "MISSED"),
    )
    assert made.notes == ("the slowest statement of search", "Seq Scan")


def test_a_door_is_named_by_its_path_without_ids_and_query() -> None:
    path = "/execution/assignments/0192f0c1-0000-7000-8000-000000000001/rows?after=1"
    assert door("GET", path) == "GET /execution/assignments/{id}/rows"
