"""Logging out: of Stafett at once, and of the provider when it wants to be told."""

from html import unescape
from re import search

import httpx

from cli.issuer import DemoIssuer
from tests.support.login import Site, heading, log_in, site


def onwards(page: httpx.Response) -> str:
    """Where the page leads at once: to the provider."""
    found = search(r'<meta http-equiv="refresh" content="0; url=([^"]*)">', page.text)
    assert found, page.text
    return unescape(found[1])


async def test_who_logs_out_is_out_here_and_at_the_provider_and_comes_back(stafett: Site) -> None:
    async with stafett.browser() as browser:
        await log_in(browser, "jonas.ek")
        token = browser.cookies["stafett"]
        assert heading(await browser.get("/logout")) == "Vill du logga ut?"
        left = await browser.post("/logout")
        assert (left.status_code, browser.cookies.get("stafett")) == (200, None)
        assert onwards(left).startswith(f"{stafett.url}/demo-issuer/end-session?")
        assert token not in left.text
        ended = await browser.get(onwards(left))
        assert ended.headers["location"] == f"{stafett.url}/logout"
        assert heading(await browser.get(ended.headers["location"])) == "Du är utloggad"


async def test_another_site_can_not_log_anybody_out(stafett: Site) -> None:
    async with stafett.browser(headers={"accept": "text/html", "sec-fetch-site": "cross-site"}) as browser:
        await log_in(browser, "jonas.ek")
        refused = await browser.post("/logout")
        assert refused.status_code == 403
        assert browser.cookies.get("stafett")


async def test_who_logs_out_while_the_provider_is_away_is_out_here_and_told_so() -> None:
    async with site(DemoIssuer("http://127.0.0.1:1")) as stafett, stafett.browser() as browser:
        browser.cookies.set("stafett", "a token", domain="127.0.0.1")
        left = await browser.post("/logout")
    assert (left.status_code, heading(left), browser.cookies.get("stafett")) == (200, "Du är utloggad", None)
    assert "inloggningstjänsten gick inte att nå" in left.text
