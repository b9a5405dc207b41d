"""A search takes no longer when there are many."""

import httpx

from tests.support.authority import register
from tests.support.queries import plan_for_any_values, statements
from tests.support.stafett import Running, body


async def test_a_name_is_looked_up_however_many_there_are(authority: Running, karin: httpx.AsyncClient) -> None:
    await register(karin, identity_number=None, de_identified=True)
    await authority.sql(MANY)
    await authority.sql("ANALYZE persons")
    with statements(authority) as seen:
        found = await karin.post("/authority/persons/search", json={"sought": "moira"})
        assert len(body(found)["persons"]) == 1
    ((statement, parameters),) = [one for one in seen if "search_name" in one[0] and "persons" in one[0]]
    plan = await plan_for_any_values(authority.database, statement, len(parameters))
    assert "Bitmap Index Scan on ix_persons_name" in plan, plan


MANY = """
    INSERT INTO persons SELECT (jsonb_populate_record(p, jsonb_build_object(
        'id', gen_random_uuid(), 'case_number', n, 'search_name', md5(n::text)))).*
    FROM persons p, generate_series(1, 5000) n"""
