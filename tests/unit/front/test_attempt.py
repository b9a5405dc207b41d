import base64
import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from front.attempt import Attempt, authorization_url, begun, end_session_url, left_behind, local
from front.refusals import NotBegunHere

STATE = "s" * 43
ATTEMPT = Attempt(STATE, "nonce", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "/execution/my-units", secure=True)


def test_a_browser_remembers_its_attempt() -> None:
    assert begun({ATTEMPT.cookie: ATTEMPT.kept()}, STATE, secure=True) == ATTEMPT


def test_over_https_only_a_cookie_that_no_other_host_can_set_counts() -> None:
    plain = replace(ATTEMPT, secure=False)
    assert (ATTEMPT.cookie, plain.cookie) == (f"__Host-stafett-login-{STATE}", f"stafett-login-{STATE}")
    assert begun({plain.cookie: plain.kept()}, STATE, secure=False) == plain
    with pytest.raises(NotBegunHere):
        begun({plain.cookie: plain.kept()}, STATE, secure=True)


def test_attempts_are_small_enough_to_be_sent_with_every_request() -> None:
    for back in ("/a" * 300, "/" + '"' * 599, "/å" * 200):
        longest = replace(ATTEMPT, nonce=STATE, back=local(back))
        assert longest.back == back
        assert len(longest.cookie) + len(longest.kept()) < 2048
        assert begun({longest.cookie: longest.kept()}, STATE, secure=True) == longest


@pytest.mark.parametrize("kept", ["", "not base64", "e30=", base64.b64encode(b'["one"]').decode(), "bnVsbA=="])
def test_what_is_no_attempt_is_refused(kept: str) -> None:
    with pytest.raises(NotBegunHere):
        begun({ATTEMPT.cookie: kept}, STATE, secure=True)


@pytest.mark.parametrize("state", ["", "other" * 9, STATE[1:], f"{STATE}; a=b"])
def test_an_answer_to_no_attempt_of_this_browser_is_refused(state: str) -> None:
    with pytest.raises(NotBegunHere):
        begun({ATTEMPT.cookie: ATTEMPT.kept(), f"__Host-stafett-login-{STATE[1:]}": ATTEMPT.kept()}, state, secure=True)


def test_a_cookie_that_somebody_has_changed_leads_to_no_other_site() -> None:
    kept = base64.urlsafe_b64encode(json.dumps(["n", "v", "//evil.example"]).encode()).decode()
    assert begun({ATTEMPT.cookie: kept}, STATE, secure=True).back == "/notify/inbox"


def test_the_challenge_is_the_one_that_rfc_7636_computes() -> None:
    assert ATTEMPT.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_only_the_newest_unfinished_attempts_are_kept() -> None:
    for secure, before in ((True, "__Host-stafett-login-"), (False, "stafett-login-")):
        names = [f"{before}{number:043}" for number in range(7)]
        others = ["stafett", f"{before}x", f"another-{names[0]}"]
        assert left_behind(dict.fromkeys([*names, *others], ""), secure) == names[:5]


@pytest.mark.parametrize(
    "path", ["/execution/my-units", "/deviation/deviations?unit=1&kind=a%20b", "/notify/inbox#x", "/login/done"]
)
def test_a_page_of_ours_is_gone_back_to(path: str) -> None:
    assert local(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "notify/inbox", "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example"),
        *("/\t/evil.example", "/a\\b", "/a\r\nb", " /notify", "javascript:alert(1)", "/" + "a" * 600, "/" + "å" * 300),
        *("/login", "/login?next=/", "/login/callback?code=1", "/logout", "/logout?", "/?x"),
    ],
)
def test_another_site_and_a_login_are_not_gone_back_to(path: str) -> None:
    assert local(path) == "/notify/inbox"


def test_the_provider_is_asked_at_its_own_address_which_may_have_a_query() -> None:
    url = authorization_url(
        "https://idp.example/auth?tenant=1", ATTEMPT, "us", "https://us/cb", scope="openid", acr="loa3"
    )
    asked = parse_qs(urlsplit(url).query)
    assert url.startswith("https://idp.example/auth?tenant=1&response_type=code")
    assert (asked["state"], asked["nonce"], asked["acr_values"]) == ([STATE], ["nonce"], ["loa3"])
    assert ATTEMPT.verifier not in url
    assert "acr_values" not in authorization_url("https://idp.example", ATTEMPT, "us", "cb", scope="openid", acr="")


def test_the_provider_is_told_of_a_logout_without_the_token() -> None:
    url = end_session_url("https://idp.example/end", "us", "https://us/logout")
    assert url == "https://idp.example/end?client_id=us&post_logout_redirect_uri=https%3A%2F%2Fus%2Flogout"
