"""The session where it is used: in a service, before it is there, while it lasts, and when it has ended."""

import time
from html import unescape
from re import findall, search

from tests.support.login import heading, log_in, site
from tests.support.provider import ASSIGNMENT, just_sent
from tests.support.stafett import Ground, Running

DECLINE = {"reason": "no_capacity", "holder": "provider", "explanation": 'Fullt till mars.\r\n"Hör av er" & <tack>'}

HIDDEN = r'<input type="hidden" name="([^"]*)" value="([^"]*)">'


async def test_who_opens_a_page_before_logging_in_comes_to_that_page_as_themself(execution: Running) -> None:
    await execution.deliver(just_sent())
    async with site(execution.issuer, {"execution": execution.app}) as stafett, stafett.browser() as browser:
        closed = await browser.get(ASSIGNMENT)
        link = search(r'<a href="/login\?next=([^"]*)">Logga in</a>', closed.text)
        assert (closed.status_code, link and link[1]) == (401, ASSIGNMENT)
        came_back = await log_in(browser, "eva.nyberg", ASSIGNMENT)
        page = await browser.get(came_back.headers["location"])
    assert page.status_code == 200
    assert "Eva Nyberg, Samordnare" in page.text
    assert '<form class="quiet" method="post" action="/logout"><button type="submit">Logga ut</button>' in page.text


async def test_what_was_typed_when_the_session_had_ended_is_kept_shown_again_and_sent(execution: Running) -> None:
    await execution.deliver(just_sent())
    ended = execution.issuer.token("eva.nyberg", exp=int(time.time()) - 60)
    async with site(execution.issuer, {"execution": execution.app}) as stafett, stafett.browser() as browser:
        browser.cookies.set("stafett", ended, domain="127.0.0.1")
        kept = await browser.post(f"{ASSIGNMENT}/decline?a=1", data=DECLINE)
        assert (kept.status_code, heading(kept)) == (401, "Du behöver logga in för att fortsätta.")
        assert "inte sparat" in kept.text
        hidden = {name: unescape(value) for name, value in findall(HIDDEN, kept.text)}
        assert hidden == DECLINE
        assert f'action="{ASSIGNMENT}/decline?a=1"' in kept.text
        again = await browser.post(f"{ASSIGNMENT}/decline?a=1", data=hidden | {"stafett-kept": "1"})
        assert again.status_code == 401
        assert "stafett-kept" not in str(findall(r'<input type="hidden"[^>]*>', again.text))
        browser.cookies.clear()
        done = await browser.get((await log_in(browser, "eva.nyberg", "/login/done")).headers["location"])
        assert heading(done) == "Du är inloggad"
        shown = await browser.post(f"{ASSIGNMENT}/decline?a=1", data=hidden | {"stafett-kept": "1"})
        assert shown.status_code == 409
        assert "Du är inloggad som Eva Nyberg." in shown.text
        assert '<option value="no_capacity" selected>' in shown.text
        assert "Fullt till mars." in shown.text
        assert await execution.sql("SELECT 1 FROM outbox WHERE type LIKE 'execution.assignment-declined%'") == []
        assert (await browser.post(f"{ASSIGNMENT}/decline", data=DECLINE)).status_code == 303


async def test_what_was_typed_is_also_kept_when_the_form_was_only_asked_for_again(execution: Running) -> None:
    async with execution.client() as nobody:
        kept = await nobody.post(
            f"{ASSIGNMENT}/decline", data=DECLINE | {"again": "x"}, headers={"accept": "text/html"}
        )
    assert kept.status_code == 401
    assert DECLINE.items() <= {name: unescape(value) for name, value in findall(HIDDEN, kept.text)}.items()


async def test_a_kept_form_from_another_site_is_not_shown(execution: Running) -> None:
    async with execution.browser("eva.nyberg") as eva:
        eva.headers["sec-fetch-site"] = "cross-site"
        refused = await eva.post(f"{ASSIGNMENT}/decline", data=DECLINE | {"stafett-kept": "1"})
    assert refused.status_code == 403
    assert "Fullt" not in refused.text


async def test_who_is_logged_in_but_unknown_here_is_offered_to_log_out(execution: Running) -> None:
    async with execution.browser("a.stranger") as stranger:
        refused = await stranger.get(ASSIGNMENT)
    assert (refused.status_code, "Logga ut" in refused.text) == (403, True)
    assert "finns inte i organisationen. Kontakta användarstöd." in heading(refused)


async def test_over_https_a_session_that_another_host_could_have_set_is_not_taken(clean: Ground) -> None:
    async with clean.service("execution", public_url="https://stafett.example") as running, running.client() as client:
        token = running.issuer.token("eva.nyberg")
        for name, status in (("stafett", 401), ("__Host-stafett", 200)):
            answer = await client.get("/execution/new-assignments", headers={"cookie": f"{name}={token}"})
            assert answer.status_code == status


async def test_a_token_of_too_low_a_level_opens_nothing(clean: Ground) -> None:
    async with clean.service("execution", acr="loa4") as running:
        for claims, status in (({}, 401), ({"acr": "loa4"}, 200)):
            async with running.client("eva.nyberg", **claims) as client:
                assert (await client.get("/execution/new-assignments")).status_code == status
