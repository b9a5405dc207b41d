"""Logging in: from the front to the provider and back, with a code that is exchanged for the session."""

import time
from dataclasses import replace
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from chassis.issuer import Issuer
from cli.issuer import AUDIENCE, LEVEL, DemoIssuer
from front.app import create_front
from front.settings import FrontSettings
from tests.support.login import Site, begin, choose, heading, log_in, site


def set_cookie(answer: httpx.Response, name: str) -> SimpleCookie:
    """A cookie that an answer sets, with its attributes."""
    return next(found for line in answer.headers.get_list("set-cookie") if name in (found := SimpleCookie(line)))


async def test_a_login_ends_on_the_page_it_began_at_with_the_providers_token_as_the_session(stafett: Site) -> None:
    async with stafett.browser() as browser:
        page = await begin(browser, "/execution/my-units?unit=1")
        came_back = await browser.get(await choose(browser, page, "jonas.ek"))
    assert (came_back.status_code, came_back.headers["location"]) == (303, "/execution/my-units?unit=1")
    session = set_cookie(came_back, "stafett")["stafett"]
    assert (session["httponly"], session["samesite"], session["path"]) == (True, "lax", "/")
    assert abs(int(session["max-age"]) - 8 * 3600) < 60
    said = await Issuer(stafett.issuer.url, AUDIENCE, LEVEL).verify(session.value)
    assert (said.subject, said.issuer, said.level, said.methods) == ("jonas.ek", stafett.issuer.url, LEVEL, ("swk",))
    assert abs((said.authenticated_at or 0) - time.time()) < 60
    assert [name for name in browser.cookies if name.startswith("stafett-login")] == []


async def test_the_provider_is_asked_with_a_challenge_and_learns_nothing_of_the_page_or_the_person(
    stafett: Site,
) -> None:
    async with stafett.browser() as browser:
        first, second = [await browser.get("/login?next=/execution/assignments/1") for _ in range(2)]
    asked, again = (parse_qs(urlsplit(answer.headers["location"]).query) for answer in (first, second))
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == [f"{stafett.url}/login/callback"]
    assert (asked["client_id"], asked["scope"], asked["code_challenge_method"]) == ([AUDIENCE], ["openid"], ["S256"])
    for name in ("state", "nonce", "code_challenge"):
        assert (asked[name] != again[name], len(asked[name][0])) == (True, 43)
    assert "assignments" not in first.headers["location"]


async def test_who_comes_to_no_page_in_particular_comes_to_the_inbox(stafett: Site) -> None:
    async with stafett.browser() as browser:
        assert (await browser.get("/")).headers["location"] == "/login"
        assert (await log_in(browser, "eva.nyberg")).headers["location"] == "/notify/inbox"
        assert (await browser.get("/")).headers["location"] == "/notify/inbox"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example"]
)
async def test_a_login_never_ends_on_another_site(stafett: Site, elsewhere: str) -> None:
    async with stafett.browser() as browser:
        assert (await log_in(browser, "eva.nyberg", elsewhere)).headers["location"] == "/notify/inbox"


async def test_two_tabs_may_log_in_at_the_same_time(stafett: Site) -> None:
    async with stafett.browser() as browser:
        one, other = await begin(browser, "/execution/my-units"), await begin(browser, "/deviation/my-reports")
        for page, end in ((one, "/execution/my-units"), (other, "/deviation/my-reports")):
            came_back = await browser.get(await choose(browser, page, "eva.nyberg"))
            assert came_back.headers["location"] == end


async def test_attempts_that_are_never_finished_do_not_pile_up(stafett: Site) -> None:
    async with stafett.browser() as browser:
        for _ in range(9):
            await browser.get("/login")
        kept = [cookie.name for cookie in browser.cookies.jar if cookie.name.startswith("stafett-login-")]
    assert len(kept) == 3


async def test_who_uses_another_name_of_the_host_is_moved_to_the_one_the_provider_knows(stafett: Site) -> None:
    async with stafett.browser(base_url=stafett.url.replace("127.0.0.1", "localhost")) as browser:
        moved = await browser.get("/login?next=/execution/my-units")
        assert moved.headers["location"] == f"{stafett.url}/login?next=%2Fexecution%2Fmy-units&here=true"
        began = await browser.get("/login?here=true")
    assert began.headers["location"].startswith(stafett.url + "/demo-issuer/authorize?")


async def test_over_https_session_and_attempt_are_cookies_that_no_other_host_can_set(issuer: DemoIssuer) -> None:
    issuer.client_url = "https://stafett.example"
    front = create_front(FrontSettings(issuer=issuer.url, public_url="https://stafett.example"))
    over_https = httpx.ASGITransport(front)
    async with (
        httpx.AsyncClient(transport=over_https, base_url="https://stafett.example") as browser,
        httpx.AsyncClient() as outside,
    ):
        asked = await browser.get("/login")
        (attempt,) = SimpleCookie(asked.headers["set-cookie"]).values()
        assert attempt.key.startswith("__Host-stafett-login-")
        assert (attempt["secure"], attempt["path"], attempt["domain"]) == (True, "/", "")
        back = await choose(outside, await outside.get(asked.headers["location"]), "jonas.ek")
        planted = {"cookie": f"{attempt.key.removeprefix('__Host-')}={attempt.value}"}
        async with httpx.AsyncClient(transport=over_https, base_url="https://stafett.example") as victim:
            assert (await victim.get(back, headers=planted)).json()["type"] == "not-begun-here"
        came_back = await browser.get(back)
        assert f'{attempt.key}=""; ' in ",".join(came_back.headers.get_list("set-cookie"))
    session = set_cookie(came_back, "__Host-stafett")["__Host-stafett"]
    assert (session["secure"], session["path"], session["domain"]) == (True, "/", "")


@pytest.mark.parametrize(("wanted", "location"), [(LEVEL, "/notify/inbox"), ("loa4", None)])
async def test_a_login_of_too_low_a_level_is_not_taken(issuer: DemoIssuer, wanted: str, location: str | None) -> None:
    async with site(issuer, acr=wanted) as stafett, stafett.browser() as browser:
        page = await begin(browser)
        assert parse_qs(page.url.query.decode())["acr_values"] == [wanted]
        came_back = await browser.get(await choose(browser, page, "jonas.ek"))
    assert came_back.headers.get("location") == location
    if location is None:
        assert (came_back.status_code, browser.cookies.get("stafett")) == (403, None)
        assert heading(came_back).startswith("Ditt sätt att logga in räcker inte")


@pytest.mark.parametrize(
    ("ours", "theirs", "status"), [("rätt & hemligt", "rätt & hemligt", 303), ("fel", "rätt", 502)]
)
async def test_the_front_proves_itself_with_its_secret(issuer: DemoIssuer, ours: str, theirs: str, status: int) -> None:
    issuer.secret = theirs
    async with site(issuer, client_secret=ours) as stafett, stafett.browser() as browser:
        came_back = await log_in(browser, "jonas.ek")
    assert came_back.status_code == status
    if status == 502:
        assert "inte rätt inställda mot varandra" in heading(came_back)


async def test_a_token_that_no_browser_would_keep_is_told_instead_of_lost(stafett: Site) -> None:
    async with stafett.browser() as browser:
        back = await choose(browser, await begin(browser), "jonas.ek")
        issued = stafett.issuer.grants
        issued.update({code: replace(grant, login="x" * 4000) for code, grant in issued.items()})
        came_back = await browser.get(back)
    assert (came_back.status_code, browser.cookies.get("stafett")) == (502, None)
    assert "fler uppgifter om dig än webbläsaren kan spara" in heading(came_back)
