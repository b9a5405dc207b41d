import re

import httpx
import pytest

from tests.support.authority import (
    FOLLOW_UP,
    acknowledged,
    declined,
    distributed,
    ended,
    followed_up,
    received,
    sent,
)
from tests.support.forms import content
from tests.support.stafett import Running


async def test_the_list_says_what_it_shows_also_when_it_is_empty(authority: Running, karin: httpx.AsyncClient) -> None:
    async with authority.browser("karin.berg") as browser:
        assert "Din enhet har inga uppdrag ännu." in (await browser.get("/authority/assignments")).text
        id = await sent(karin, family_name="<b>Mustafsson</b>")
        page = (await browser.get("/authority/assignments")).text
        assert (await browser.get("/authority/assignments?status=")).text == page
        nothing = (await browser.get("/authority/assignments?status=closed")).text
    assert f'<a href="/authority/assignments/{id}">&lt;b&gt;Mustafsson&lt;/b&gt;, Moira</a>' in page
    assert "<caption>Enhetens uppdrag, det nyaste först</caption>" in page
    assert "Morgonhjälp, Servicelägenhet" in page
    assert "Inga uppdrag på din enhet har den statusen just nu." in nothing


@pytest.mark.requirement("TRE-ASSIGN-06")
async def test_the_page_of_an_order_shows_how_far_it_has_come(authority: Running, karin: httpx.AsyncClient) -> None:
    id = await sent(karin)
    await authority.deliver(received(id), distributed(id, "blandaren-ute"), acknowledged(id))
    async with authority.browser("karin.berg") as browser:
        page = (await browser.get(f"/authority/assignments/{id}")).text
    assert page.count('aria-current="step"') == 1
    assert '<li class="passed" aria-current="step"><strong>Kvitterad</strong>' in page
    assert "23 november 2026 kl.\N{NO-BREAK SPACE}11.00</time> av Jonas Ek, Blandaren htj ute (Leanlink)" in page
    assert "<li><strong>Påbörjad</strong> <span>inte ännu</span></li>" in page
    assert "Utföraren har inte avgett någon måluppföljning ännu." in page


async def test_an_order_is_withdrawn_from_its_page(authority: Running, karin: httpx.AsyncClient) -> None:
    id = await sent(karin)
    path = f"/authority/assignments/{id}"
    async with authority.browser("karin.berg") as browser:
        assert "Återta uppdraget" in (await browser.get(path)).text
        refused = await browser.post(f"{path}/withdrawal", data={"reason": ""})
        assert refused.status_code == 422
        assert '<a href="#reason">Fyll i Orsak.</a>' in refused.text
        assert '<p class="error" id="reason-error">Fyll i Orsak.</p>' in refused.text
        assert "<title>Fel: PO 5/11" in refused.text
        done = await browser.post(f"{path}/withdrawal", data={"reason": "wrong_provider"})
        assert (done.status_code, done.headers["location"]) == (303, path)
        page = (await browser.get(path)).text
    assert "Återtagen" in page
    assert "(orsak: fel utförare)" in page
    assert re.findall(r'<form[^>]*action="([^"]*)"', content(page)) == [f"{path}/replacement"]


async def test_a_decline_is_confirmed_from_the_page_and_the_provider_s_words_are_shown_as_text(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    id = await sent(karin)
    await authority.deliver(declined(id))
    path = f"/authority/assignments/{id}"
    async with authority.browser("karin.berg") as browser:
        assert "Fullt till jul &lt;b&gt;tyvärr&lt;/b&gt;." in (await browser.get(path)).text
        done = await browser.post(f"{path}/decline-confirmation")
        assert done.status_code == 303
        assert "Nej bekräftat" in (await browser.get(path)).text


async def test_an_order_is_closed_from_its_page(authority: Running, karin: httpx.AsyncClient) -> None:
    id = await sent(karin)
    await authority.deliver(distributed(id, "blandaren-ute"), ended(id))
    path = f"/authority/assignments/{id}"
    async with authority.browser("karin.berg") as browser:
        done = await browser.post(f"{path}/closing", data={"reason": "goals_met"})
        assert done.status_code == 303
        page = (await browser.get(path)).text
    assert "<strong>Avslutad</strong>" in page
    assert "<strong>Kvitterad</strong> <span>uppgift saknas</span>" in page


async def test_a_follow_up_is_read_and_received_from_its_page(authority: Running, karin: httpx.AsyncClient) -> None:
    id = await sent(karin)
    await authority.deliver(followed_up(id, authority.keys))
    path = f"/authority/follow-ups/{FOLLOW_UP}"
    async with authority.browser("karin.berg") as browser:
        assert f'<a href="{path}">Uppföljning 1</a>' in (await browser.get(f"/authority/assignments/{id}")).text
        page = (await browser.get(path)).text
        assert 'srcdoc="&lt;p&gt;Moira går ut varje dag.&lt;/p&gt;"' in page
        assert (await browser.post(f"{path}/receipt")).headers["location"] == path
        page = (await browser.get(path)).text
    assert "av Karin Berg" in page
    assert "<form" not in content(page)


async def test_a_draft_says_that_nothing_is_sent(authority: Running, karin: httpx.AsyncClient) -> None:
    id = await sent(karin)
    (row,) = await authority.sql("SELECT decision_id FROM assignments")
    answer = await karin.post(
        "/authority/assignments",
        json={"decision_id": str(row["decision_id"]), "assignment_name": "Utan utförare", "goals": ["Mål"]},
    )
    async with authority.browser("karin.berg") as browser:
        page = (await browser.get(answer.json()["location"])).text
        assert "Ingenting är skickat ännu." in page
        assert str(id) not in page
        assert (await browser.get("/authority/assignments/0192a000-0000-7000-8000-000000000000")).status_code == 404
