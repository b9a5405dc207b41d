"""The same as pages, for a browser without JavaScript."""

import re

import pytest

from tests.support import heard
from tests.support.heard import ASSIGNMENT, row
from tests.support.municipality import unit
from tests.support.stafett import Running


@pytest.mark.requirement("TRE-MSG-01")
async def test_the_inbox_page_shows_what_is_unread_links_to_it_and_marks_it_as_read(notify: Running) -> None:
    await notify.deliver(heard.received())
    async with notify.browser("eva.nyberg") as eva:
        page = (await eva.get("/notify/inbox")).text
        assert "Du har 1 oläst meddelande." in page
        assert f'<a href="/execution/assignments/{ASSIGNMENT}">Nytt uppdrag</a>' in page
        assert '<span class="tag">Oläst</span>' in page
        assert "<details>\n<summary>Visa slag och markera som lästa</summary>" in page
        action = re.search(r'action="(/notify/inbox/[0-9a-f-]{36}/reading)"', page)
        assert action
        done = await eva.post(action[1])
        assert (done.status_code, done.headers["location"]) == (303, "/notify/inbox")
        page = (await eva.get("/notify/inbox")).text
    assert "Du har inga olästa meddelanden." in page
    assert "Oläst</span>" not in page


async def test_all_of_a_kind_are_marked_from_the_page(notify: Running) -> None:
    await notify.deliver(heard.received())
    async with notify.browser("eva.nyberg") as eva:
        assert 'name="kind" value="new_assignment"' in (await eva.get("/notify/inbox?kind=new_assignment")).text
        done = await eva.post("/notify/inbox/reading", data={"kind": "new_assignment"})
        assert done.status_code == 303
        assert "Inga meddelanden att visa" in (await eva.get("/notify/inbox?unread=true")).text
        refused = await eva.post("/notify/inbox/reading", data={})
    assert refused.status_code == 422
    assert "Fel: Inkorg" in refused.text


async def test_an_empty_inbox_and_nothing_sent_say_what_will_come_there(notify: Running) -> None:
    async with notify.browser("lina.dahl") as lina:
        assert "Inkorgen är tom." in (await lina.get("/notify/inbox")).text
        assert "Du har inte skickat något." in (await lina.get("/notify/sent")).text


async def test_what_is_moot_says_so(notify: Running) -> None:
    await notify.deliver(heard.received(), heard.distributed(row(1)), heard.registered(), heard.deviation_closed())
    async with notify.browser("eva.nyberg") as eva:
        assert '<span class="tag">Inte längre aktuellt</span>' in (await eva.get("/notify/inbox")).text
    async with notify.browser("jonas.ek") as jonas:
        page = (await jonas.get("/notify/sent")).text
    assert "Omar Haddad" in page
    assert '<span class="tag">Inte längre aktuellt</span>' in page


async def test_the_name_of_a_unit_is_text_and_never_markup(notify: Running) -> None:
    await notify.deliver(heard.received())
    await notify.sql("UPDATE replica_unit SET name = '<b>{unit}</b> åäö' WHERE unit_id = $1", unit("blandaren"))
    async with notify.browser("eva.nyberg") as eva:
        assert "&lt;b&gt;{unit}&lt;/b&gt; åäö" in (await eva.get("/notify/inbox")).text


async def test_a_long_inbox_leads_on_to_older_notices_in_the_same_selection(notify: Running) -> None:
    await notify.sql(
        "INSERT INTO notices (id, kind, to_id, unit_id, about_id, created_at, status) SELECT gen_random_uuid(),"
        " 'distributed', $1, $1, gen_random_uuid(), clock_timestamp(), 'open' FROM generate_series(1, 30)",
        unit("blandaren-ute"),
    )
    async with notify.browser("jonas.ek") as jonas:
        page = (await jonas.get("/notify/inbox?kind=distributed&unread=true")).text
        older = re.search(r'href="(\?kind=distributed&amp;unread=true&amp;after=[0-9a-f-]{36})"', page)
        assert older
        page = (await jonas.get(f"/notify/inbox{older[1].replace('&amp;', '&')}")).text
    assert page.count('<span class="tag">Oläst</span>') == 5


async def test_kinds_are_chosen_on_the_page_and_the_refusal_keeps_what_was_ticked(notify: Running) -> None:
    async with notify.browser("karin.berg") as karin:
        page = (await karin.get("/notify/preferences")).text
        name = re.search(r'id="acknowledged" name="(opted_out\.\d+)"', page)
        assert name
        done = await karin.post("/notify/preferences", data={name[1]: "acknowledged"})
        assert (done.status_code, done.headers["location"]) == (303, "/notify/preferences")
        page = (await karin.get("/notify/preferences")).text
        assert re.findall(r'id="(\w+)"[^>]* checked', page) == ["acknowledged"]
        refused = await karin.post("/notify/preferences", data={name[1]: "acknowledged", "opted_out.99": "feedback"})
        assert refused.status_code == 422
        assert "Det går inte att välja bort ”Återkoppling på din avvikelse”" in refused.text
        assert re.findall(r'id="(\w+)"[^>]* checked', refused.text) == ["acknowledged"]
        nothing_ticked = {"content-type": "application/x-www-form-urlencoded"}
        assert (await karin.post("/notify/preferences", headers=nothing_ticked)).status_code == 303
        page = (await karin.get("/notify/preferences")).text
    assert " checked" not in page
