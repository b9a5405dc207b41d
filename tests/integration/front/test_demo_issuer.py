"""The demo's provider: it grants only what it is asked for rightly, and lets nobody forget that it is a demo."""

import stat
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from chassis.issuer import Issuer
from cli.issuer import AUDIENCE, DemoIssuer, DemoIssuerSettings, issuer_app
from cli.issuer.grants import challenge_of
from tests.support.login import Site, begin, choose, heading

VERIFIER = "v" * 43


def request_of(site: Site, **changes: str | None) -> dict[str, str]:
    """The query of a login that is in order, but for the changes."""
    asked = {
        "response_type": "code",
        "client_id": AUDIENCE,
        "redirect_uri": f"{site.url}/login/callback",
        "scope": "openid",
        "state": "s",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (asked | changes).items() if value is not None}


async def code(site: Site, browser: httpx.AsyncClient) -> str:
    """A code for Jonas."""
    page = await browser.get("/demo-issuer/authorize", params=request_of(site))
    return parse_qs(urlsplit(await choose(browser, page, "jonas.ek")).query)["code"][0]


async def redeem(site: Site, browser: httpx.AsyncClient, head: Mapping[str, str], **changes: str) -> httpx.Response:
    """The code's exchange, in order but for the changes."""
    form = {
        "grant_type": "authorization_code",
        "client_id": AUDIENCE,
        "redirect_uri": f"{site.url}/login/callback",
        "code_verifier": VERIFIER,
        **changes,
    }
    return await browser.post(f"{site.issuer.url}/token", data=form, headers=head)


async def test_everybody_is_offered_by_side_on_a_page_that_says_it_is_a_demo(stafett: Site) -> None:
    async with stafett.browser() as browser:
        page = await begin(browser)
        style = await browser.get("/demo-issuer/static/demo.css")
    assert (heading(page), style.status_code) == ("Vem är du?", 200)
    assert "demonstration med påhittade personer" in page.text
    assert "skriv aldrig in uppgifter om verkliga personer" in page.text
    assert "<li>Eva Nyberg, samordnare, fördelar det.</li>" in page.text
    assert (
        '<button type="submit" name="login" value="jonas.ek"><strong>Jonas Ek</strong> <span>Undersköterska</span> '
        "<span>Blandaren htj ute (Leanlink)</span></button>"
    ) in page.text
    for side in ("Myndighet", "Utförare: ÄO Äldreomsorg", "Stöd och administration"):
        assert f"<legend>{side}</legend>" in page.text


@pytest.mark.parametrize("wrong", [{"client_id": "another"}, {"redirect_uri": "https://evil.example/login/callback"}])
async def test_who_asks_for_another_client_or_address_is_sent_nowhere(stafett: Site, wrong: dict[str, str]) -> None:
    async with stafett.browser() as browser:
        for answer in (
            await browser.get("/demo-issuer/authorize", params=request_of(stafett, **wrong)),
            await browser.post(
                "/demo-issuer/authorize", params=request_of(stafett, **wrong), data={"login": "jonas.ek"}
            ),
        ):
            assert (answer.status_code, "location" in answer.headers) == (400, False)
            assert heading(answer) == "Inloggningen kan inte börja här"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
    ],
)
async def test_a_request_without_a_challenge_or_for_something_else_is_refused(
    stafett: Site, wrong: dict[str, str | None], error: str
) -> None:
    async with stafett.browser() as browser:
        for answer in (
            await browser.get("/demo-issuer/authorize", params=request_of(stafett, **wrong)),
            await browser.post(
                "/demo-issuer/authorize", params=request_of(stafett, **wrong), data={"login": "jonas.ek"}
            ),
        ):
            said = parse_qs(urlsplit(answer.headers["location"]).query)
            assert (said["error"], said["state"]) == ([error], ["s"])


async def test_nobody_is_vouched_for_who_is_not_of_the_demo(stafett: Site) -> None:
    async with stafett.browser() as browser:
        page = await browser.get("/demo-issuer/authorize", params=request_of(stafett))
        assert "error=access_denied" in await choose(browser, page, "anna.verklig")


async def test_a_code_gives_a_token_once_to_who_knows_the_verifier(stafett: Site) -> None:
    async with stafett.browser() as browser:
        good = await code(stafett, browser)
        answer = await redeem(stafett, browser, {}, code=good)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert (await Issuer(stafett.issuer.url, AUDIENCE).verify(answer.json()["id_token"])).subject == "jonas.ek"
        again = await redeem(stafett, browser, {}, code=good)
        assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
        for wrong in ({"code_verifier": "w" * 43}, {"redirect_uri": "https://evil.example"}, {"client_id": "other"}):
            answer = await redeem(stafett, browser, {}, code=await code(stafett, browser), **wrong)
            assert "id_token" not in answer.text


async def test_a_secret_is_asked_for_when_there_is_one(stafett: Site) -> None:
    stafett.issuer.secret = "hemlig"
    async with stafett.browser() as browser:
        for secret, status in (("hemlig", 200), ("fel", 401)):
            basic = {"authorization": f"Basic {b64encode(f'{AUDIENCE}:{secret}'.encode()).decode()}"}
            assert (await redeem(stafett, browser, basic, code=await code(stafett, browser))).status_code == status
        for head in ({}, {"authorization": "Basic %"}):
            assert (await redeem(stafett, browser, head, code=await code(stafett, browser))).status_code == 401


async def test_who_has_logged_out_is_only_sent_to_the_client_s_own_page(stafett: Site) -> None:
    async with stafett.browser() as browser:
        ended = await browser.get("/demo-issuer/end-session?post_logout_redirect_uri=https://evil.example")
    assert (ended.status_code, heading(ended)) == (200, "Du är utloggad")


async def test_alone_it_has_one_name_and_two_addresses_and_answers_whether_the_proxy_keeps_the_path_or_not() -> None:
    settings = DemoIssuerSettings(
        issuer="http://demo-issuer:9000", demo_issuer_public_url="http://localhost:8080/demo-issuer/"
    )
    transport = httpx.ASGITransport(issuer_app(DemoIssuer.of(settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://demo-issuer:9000") as client:
        found = (await client.get("/.well-known/openid-configuration")).json()
        query = {"client_id": AUDIENCE, "redirect_uri": "http://localhost:8080/login/callback"}
        answers = [
            await client.get(path, params=query)
            for path in ("/authorize", urlsplit(found["authorization_endpoint"]).path)
        ]
    assert found["issuer"] == "http://demo-issuer:9000"
    assert found["authorization_endpoint"] == "http://localhost:8080/demo-issuer/authorize"
    assert found["end_session_endpoint"] == "http://localhost:8080/demo-issuer/end-session"
    assert found["token_endpoint"] == "http://demo-issuer:9000/token"
    assert found["jwks_uri"] == "http://demo-issuer:9000/keys"
    for answer in answers:
        assert answer.headers["location"].startswith("http://localhost:8080/login/callback?error=")


def test_its_key_is_kept_in_a_file_that_only_it_can_read(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    first, second = (DemoIssuer.of(DemoIssuerSettings(demo_issuer_key=file)) for _ in range(2))
    assert first.keys() == second.keys()
    assert "d" not in first.keys()["keys"][0]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    others = [first, *(DemoIssuer.of(DemoIssuerSettings()) for _ in range(2))]
    assert len({issuer.key.kid for issuer in others}) == 3
