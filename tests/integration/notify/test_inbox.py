"""The inbox as it is read: per person, by kind, in pages, and without what one has opted out of."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.database import Database
from services.notify.features.inbox import MOST_COUNTED, PAGE_SIZE
from services.notify.features.settle_news import settle_news
from tests.support import heard
from tests.support.heard import ASSIGNMENT, row
from tests.support.municipality import member, unit
from tests.support.queries import statements
from tests.support.stafett import Running, body

INBOX = "/notify/inbox"
FILL = """
    INSERT INTO notices (id, kind, to_id, unit_id, about_id, created_at, status)
    SELECT gen_random_uuid(), $2, $1, $1, gen_random_uuid(), clock_timestamp() - n * interval '1 minute', $3
    FROM generate_series(1, $4) n"""


async def opened(notify: Running, login: str, **query: Any) -> Any:
    async with notify.client(login) as client:
        return body(await client.get(INBOX, params=query))


async def counts(notify: Running, login: str) -> dict[str, int]:
    return {one["kind"]: one["count"] for one in (await opened(notify, login))["unread"]}


async def only(notify: Running, login: str) -> Any:
    (line,) = (await opened(notify, login))["notices"]
    return line


@pytest.mark.requirement("TRE-MSG-01", "F-24")
async def test_reading_is_per_person(notify: Running) -> None:
    await notify.deliver(heard.received())
    id = (await only(notify, "eva.nyberg"))["id"]
    async with notify.client("eva.nyberg") as eva:
        done = body(await eva.post(f"{INBOX}/{id}/reading"))
        assert done["location"] == INBOX
        body(await eva.post(f"{INBOX}/{id}/reading"))
    read = await only(notify, "eva.nyberg")
    assert (read["unread"], read["read_at"] is None) == (False, False)
    assert (await opened(notify, "eva.nyberg", unread=True))["notices"] == []
    assert (await only(notify, "omar.haddad"))["unread"] is True
    assert await counts(notify, "omar.haddad") == {"new_assignment": 1}


async def test_somebody_elses_notice_can_be_neither_seen_nor_marked(notify: Running) -> None:
    await notify.deliver(heard.received())
    id = (await only(notify, "eva.nyberg"))["id"]
    async with notify.client("lina.dahl") as lina:
        assert body(await lina.get(INBOX))["notices"] == []
        assert body(await lina.post(f"{INBOX}/{id}/reading"), 404)["type"] == "not-found"
        assert body(await lina.post(f"{INBOX}/{uuid4()}/reading"), 404)["type"] == "not-found"
    assert await notify.sql("SELECT 1 FROM readings") == []


async def test_all_of_a_kind_are_read_at_once_and_only_by_the_one_who_reads(notify: Running) -> None:
    await notify.deliver(heard.received(), heard.received(assignment_id=uuid4()), heard.registered())
    assert await counts(notify, "omar.haddad") == {"new_assignment": 2, "deviation": 1}
    async with notify.client("omar.haddad") as omar:
        body(await omar.post(f"{INBOX}/reading", json={"kind": "new_assignment"}))
        assert await counts(notify, "omar.haddad") == {"deviation": 1}
        body(await omar.post(f"{INBOX}/reading", json={"kind": "deviation"}))
        body(await omar.post(f"{INBOX}/reading", json={"kind": "deviation"}))
    assert await counts(notify, "omar.haddad") == {}
    assert await counts(notify, "eva.nyberg") == {"new_assignment": 2}


async def test_an_unknown_kind_is_refused_in_words(notify: Running) -> None:
    async with notify.client("omar.haddad") as omar:
        refused = body(await omar.post(f"{INBOX}/reading", json={"kind": "gossip\u0000"}), 422)
        assert refused["errors"][0]["field"] == "kind"
        refused = body(await omar.get(INBOX, params={"kind": "gossip"}), 422)
    assert refused["errors"][0]["message"] == "Välj ett av alternativen."


async def test_without_a_login_there_is_no_inbox(notify: Running) -> None:
    async with notify.client() as stranger:
        for path in (INBOX, "/notify/sent", "/notify/preferences"):
            assert body(await stranger.get(path), 401)["type"] == "not-logged-in"


async def test_a_kind_that_is_opted_out_of_is_neither_listed_nor_counted(notify: Running) -> None:
    await notify.deliver(heard.acknowledged(), heard.started())
    async with notify.client("karin.berg") as karin:
        body(await karin.put("/notify/preferences", json={"opted_out": ["acknowledged"]}))
        chosen = body(await karin.get("/notify/preferences"))["kinds"]
        assert [one["kind"] for one in chosen if one["opted_out"]] == ["acknowledged"]
        assert (await only(notify, "karin.berg"))["kind"] == "started"
        assert await counts(notify, "karin.berg") == {"started": 1}
        asked_for = (await opened(notify, "karin.berg", kind="acknowledged"))["notices"]
        assert [line["kind"] for line in asked_for] == ["acknowledged"]
        body(await karin.put("/notify/preferences", json={"opted_out": []}))
    assert await counts(notify, "karin.berg") == {"acknowledged": 1, "started": 1}


@pytest.mark.parametrize("kind", ["deviation", "manager_missing", "feedback"])
async def test_what_must_be_told_cannot_be_opted_out_of(notify: Running, kind: str) -> None:
    async with notify.client("omar.haddad") as omar:
        refused = body(await omar.put("/notify/preferences", json={"opted_out": [kind]}), 422)
        assert refused["type"] == "must-be-told"
        assert refused["title"].startswith("Det går inte att välja bort")
        assert refused["errors"][0]["field"] == "opted_out"
        assert not any(one["opted_out"] for one in body(await omar.get("/notify/preferences"))["kinds"])


@pytest.mark.requirement("TRE-DEV-20", "TRE-MSG-01")
async def test_the_deviations_one_has_registered_are_among_what_one_has_sent(notify: Running) -> None:
    await notify.deliver(heard.registered())
    await notify.deliver(heard.registered(manager=None, deviation_id=UUID(int=2)), heard.acknowledged())
    await notify.deliver(heard.manager_missing().model_copy(update={"deviation_id": UUID(int=2)}))
    async with notify.client("jonas.ek") as jonas:
        found = body(await jonas.get("/notify/sent"))["notices"]
    assert [(line["subject"], line["to"], line["about"]) for line in found] == [
        ("Avvikelse utan ansvarig chef", "användarstöd", f"/deviation/deviations/{UUID(int=2)}"),
        ("Kvitterat uppdrag", "Karin Berg", f"/execution/assignments/{ASSIGNMENT}"),
        ("Ny avvikelse", "Omar Haddad", f"/deviation/deviations/{heard.DEVIATION}"),
    ]
    assert {line["unit"] for line in found} == {"Blandaren htj ute (Leanlink)"}
    async with notify.client("omar.haddad") as omar:
        assert body(await omar.get("/notify/sent")) == {"notices": [], "after": None}


async def all_pages(notify: Running, login: str, path: str, **query: Any) -> list[list[Any]]:
    pages, after = [], None
    async with notify.client(login) as client:
        while True:
            got = body(await client.get(path, params=query | ({"after": after} if after else {})))
            pages.append(got["notices"])
            if (after := got["after"]) is None:
                return pages


async def test_the_inbox_comes_in_pages_the_newest_first(notify: Running) -> None:
    for kind, to_id in (("new_assignment", unit("blandaren")), ("distributed", unit("blandaren-ute"))):
        await notify.sql(FILL, to_id, kind, "open", PAGE_SIZE)
    await notify.sql("UPDATE notices SET created_at = date_trunc('hour', created_at)")
    for unread in (False, True):
        pages = await all_pages(notify, "eva.nyberg", INBOX, unread=unread)
        lines = [line for page in pages for line in page]
        assert [len(page) for page in pages] == [PAGE_SIZE, PAGE_SIZE]
        assert len({line["id"] for line in lines}) == 2 * PAGE_SIZE
        assert [line["created_at"] for line in lines] == sorted((line["created_at"] for line in lines), reverse=True)


async def test_what_is_sent_comes_in_pages(notify: Running) -> None:
    await notify.sql(FILL, member("karin.berg"), "acknowledged", "open", PAGE_SIZE + 1)
    await notify.sql("UPDATE notices SET actor_member_id = $1", member("jonas.ek"))
    assert [len(page) for page in await all_pages(notify, "jonas.ek", "/notify/sent")] == [PAGE_SIZE, 1]


async def asked(notify: Running, login: str) -> list[tuple[str, Any]]:
    with statements(notify) as seen:
        await opened(notify, login)
    return [(statement, parameters) for statement, parameters in seen if "notices" in statement]


async def test_opening_takes_as_many_queries_for_many_notices_as_for_none(notify: Running) -> None:
    none = await asked(notify, "omar.haddad")
    await notify.deliver(heard.received(), heard.distributed(row(1)), heard.registered())
    await notify.sql(FILL, unit("blandaren-ute"), "distributed", "open", 100)
    assert len(await asked(notify, "omar.haddad")) == len(none) == 2


@pytest.mark.parametrize("query", [{}, {"unread": True}, {"kind": "deviation"}])
async def test_opening_never_goes_through_all_that_was_ever_told(notify: Running, query: dict[str, Any]) -> None:
    for number in range(20):
        await notify.sql(FILL, uuid4(), "acknowledged", "settled", 500)
        await notify.sql(FILL, uuid4(), ("new_assignment", "deviation")[number % 2], "open", 100)
    await notify.deliver(heard.received(), heard.registered())
    await notify.sql("ANALYZE")
    with statements(notify) as seen:
        shown = await opened(notify, "omar.haddad", **query)
    assert shown["notices"]
    database: Database = notify.app.state.database
    of_notices = [(statement, parameters) for statement, parameters in seen if "notices" in statement]
    assert len(of_notices) == 2
    async with database.engine.connect() as connection:
        for statement, parameters in of_notices:
            plan = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            assert "Seq Scan on notices" not in "\n".join(plan.scalars())


@pytest.mark.parametrize(("there", "said"), [(MOST_COUNTED, "Du har 100 olästa"), (250, "Du har fler än 100 olästa")])
async def test_unread_notices_are_counted_up_to_a_hundred(notify: Running, there: int, said: str) -> None:
    await notify.sql(FILL, unit("blandaren-ute"), "distributed", "open", there)
    with statements(notify) as seen:
        shown = await opened(notify, "omar.haddad")
    assert [(one["count"], one["more"]) for one in shown["unread"]] == [(100, there > 100)]
    ((statement, parameters),) = [one for one in seen if "unread" in one[0]]
    async with notify.app.state.database.engine.connect() as connection:
        plan = (await connection.exec_driver_sql(f"EXPLAIN ANALYZE {statement}", parameters)).scalars().all()
    counted = re.findall(r"Nested Loop  .*actual.*rows=([\d.]+)", "\n".join(plan))
    assert [float(rows) for rows in counted] == [min(there, MOST_COUNTED + 1)], plan
    async with notify.browser("omar.haddad") as omar:
        assert said in (await omar.get(INBOX)).text


async def test_old_news_to_a_unit_no_longer_counts_as_unread_but_what_waits_for_somebody_does(notify: Running) -> None:
    await notify.deliver(heard.received(assignment_id=uuid4()), heard.withdrawn(), heard.acknowledged())
    await notify.sql("UPDATE notices SET created_at = created_at - interval '91 days'")
    await notify.deliver(heard.withdrawn().model_copy(update={"assignment_id": uuid4()}))
    database: Database = notify.app.state.database
    async with database.transaction() as tx:
        await settle_news(tx)
    assert await counts(notify, "eva.nyberg") == {"new_assignment": 1, "assignment_withdrawn": 1}
    assert await counts(notify, "karin.berg") == {"acknowledged": 1}
    assert len((await opened(notify, "eva.nyberg"))["notices"]) == 3
