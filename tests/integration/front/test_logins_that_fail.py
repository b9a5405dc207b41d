"""Every login that fails says why and how to try again, and nothing of it reaches the log or another site."""

import json
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import structlog
from structlog.testing import capture_logs

from cli.issuer import DemoIssuer, demo_issuer
from tests.support.login import Site, begin, choose, heading, log_in, site


def refused(answer: httpx.Response, status: int, says: str) -> None:
    """A Swedish page with a way on, and no session."""
    assert (answer.status_code, says in heading(answer)) == (status, True), answer.text
    assert ">Logga in igen</a>" in answer.text
    assert "stafett=" not in ",".join(answer.headers.get_list("set-cookie"))


async def test_a_code_is_used_once(stafett: Site) -> None:
    async with stafett.browser() as browser:
        back = await choose(browser, await begin(browser), "jonas.ek")
        kept = [(cookie.name, cookie.value or "") for cookie in browser.cookies.jar]
        assert (await browser.get(back)).status_code == 303
        refused(await browser.get(back), 400, "är redan använd")
    async with stafett.browser(cookies=dict(kept)) as stolen:
        refused(await stolen.get(back), 400, "Inloggningen gick inte att slutföra.")


async def test_an_answer_to_an_attempt_of_another_browser_or_with_a_wrong_state_is_not_taken(stafett: Site) -> None:
    async with stafett.browser() as victim, stafett.browser() as attacker:
        back = await choose(attacker, await begin(attacker), "omar.haddad")
        refused(await victim.get(back), 400, "påbörjades i en annan webbläsare")
        own = parse_qs(urlsplit((await victim.get("/login")).headers["location"]).query)["state"][0]
        code = parse_qs(urlsplit(back).query)["code"][0]
        mixed = await victim.get("/login/callback", params={"state": own, "code": code})
        refused(mixed, 400, "Inloggningen gick inte att slutföra.")
        for state in ("", "x", own[:-1], f"{own};a=b"):
            answer = await victim.get("/login/callback", params={"state": state, "code": code})
            refused(answer, 400, "påbörjades i en annan webbläsare")


async def test_a_token_for_another_attempt_is_not_taken(stafett: Site) -> None:
    async with stafett.browser() as browser:
        back = await choose(browser, await begin(browser), "jonas.ek")
        issued = stafett.issuer.grants
        for code, grant in issued.items():
            issued[code] = replace(grant, asked=replace(grant.asked, nonce="another"))
        refused(await browser.get(back), 400, "Intyget från inloggningstjänsten godkändes inte.")


async def test_a_token_or_an_answer_of_another_issuer_is_not_taken(stafett: Site) -> None:
    async with stafett.browser() as browser:
        back = await choose(browser, await begin(browser), "jonas.ek")
        foreign = httpx.URL(back).copy_set_param("iss", "https://other.example")
        refused(await browser.get(foreign), 400, "inte från den inloggningstjänst som Stafett använder")
        back = await choose(browser, await begin(browser), "jonas.ek")
        stafett.issuer.url = "https://other.example"
        refused(await browser.get(back), 400, "Intyget från inloggningstjänsten godkändes inte.")


async def test_a_token_signed_with_another_key_is_not_taken(stafett: Site) -> None:
    async with stafett.browser() as browser:
        back = await choose(browser, await begin(browser), "jonas.ek")
        stafett.issuer.key = DemoIssuer("").key
        refused(await browser.get(back), 400, "Intyget från inloggningstjänsten godkändes inte.")


async def test_who_cancels_can_try_again_and_still_come_to_the_page(stafett: Site) -> None:
    async with stafett.browser() as browser:
        came_back = await log_in(browser, "", "/execution/my-units")
    refused(came_back, 403, "Inloggningen avbröts eller nekades.")
    assert '<a href="/login?next=/execution/my-units">Logga in igen</a>' in came_back.text


async def test_while_the_provider_is_away_people_are_told_so_and_so_is_the_operator(stafett: Site) -> None:
    async with site(DemoIssuer("http://127.0.0.1:1")) as without, without.browser() as browser:
        answer = await browser.get("/login?next=/execution/my-units")
        refused(answer, 503, "Inloggningstjänsten går inte att nå just nu.")
        assert '<a href="/login?next=/execution/my-units">Logga in igen</a>' in answer.text
        health = await browser.get("/front/health")
    assert (health.status_code, health.json()["issuer"]) == (503, "waiting: not reached")
    async with stafett.browser() as browser:
        assert (await browser.get("/front/health")).json() == {"service": "front", "ok": True, "issuer": "ready"}


async def test_a_provider_that_goes_away_in_the_middle_is_told_too() -> None:
    with ExitStack() as running:
        async with site(running.enter_context(demo_issuer())) as stafett, stafett.browser() as browser:
            back = await choose(browser, await begin(browser), "jonas.ek")
            running.close()
            refused(await browser.get(back), 503, "Inloggningstjänsten går inte att nå just nu.")


async def test_nothing_of_a_person_is_logged_when_a_login_fails(stafett: Site) -> None:
    structlog.reset_defaults()  # another test may have set logs up for the command
    name = stafett.issuer.url
    with capture_logs() as logs:
        async with stafett.browser() as browser:
            back = await choose(browser, await begin(browser), "jonas.ek")
            stafett.issuer.url = "https://other.example"
            await browser.get(back)
            await log_in(browser, "")
            stafett.issuer.url = name
            await log_in(browser, "")
    assert [line["event"] for line in logs] == [
        "the issuer's token is not valid here",
        "the answer to a login names another issuer",
        "the issuer refused a login",
    ]
    assert "jonas" not in json.dumps(logs)


async def test_an_address_that_leads_nowhere_is_told_in_swedish(stafett: Site) -> None:
    async with stafett.browser() as browser:
        nowhere = await browser.get("/nowhere")
        style = await browser.get("/front/static/stafett.css")
    assert (nowhere.status_code, heading(nowhere), style.status_code) == (404, "Sidan finns inte.", 200)
