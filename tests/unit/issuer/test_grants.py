from dataclasses import replace

import pytest

from cli.issuer.grants import Asked, Client, Faulty, Grant, NotOurs, answer_url, asked, challenge_of, redeem

CLIENT = Client("us", "https://us/login/callback", "https://us/logout")
CHALLENGE = challenge_of("verifier")
QUERY = {
    "client_id": "us",
    "redirect_uri": CLIENT.callback,
    "response_type": "code",
    "scope": "openid profile",
    "state": "s",
    "nonce": "n",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
FORM = {
    "grant_type": "authorization_code",
    "client_id": "us",
    "redirect_uri": CLIENT.callback,
    "code_verifier": "verifier",
}
GRANT = Grant("jonas.ek", Asked(CLIENT.callback, "s", "n", CHALLENGE), until=100)


def test_a_request_in_order_is_understood() -> None:
    assert asked(QUERY, CLIENT) == GRANT.asked


@pytest.mark.parametrize("wrong", [{"client_id": "a"}, {"redirect_uri": f"{CLIENT.callback}/"}, {"redirect_uri": ""}])
def test_only_our_client_at_exactly_its_address_is_answered(wrong: dict[str, str]) -> None:
    with pytest.raises(NotOurs):
        asked(QUERY | wrong, CLIENT)


def test_nobody_is_logged_in_without_a_page() -> None:
    with pytest.raises(Faulty, match="login_required"):
        asked(QUERY | {"prompt": "none"}, CLIENT)


def test_a_code_is_good_for_its_person() -> None:
    assert redeem(GRANT, FORM, None, CLIENT, now=100) == "jonas.ek"
    assert redeem(GRANT, FORM, ("us", ""), CLIENT, now=100) == "jonas.ek"
    assert redeem(GRANT, FORM | {"client_secret": "x"}, None, replace(CLIENT, secret="x"), now=0) == "jonas.ek"


@pytest.mark.parametrize(
    ("form", "now", "error"),
    [
        ({}, 101, "invalid_grant"),
        ({"code_verifier": "another"}, 0, "invalid_grant"),
        ({"code_verifier": ""}, 0, "invalid_grant"),
        ({"redirect_uri": "https://evil"}, 0, "invalid_grant"),
        ({"grant_type": "password"}, 0, "unsupported_grant_type"),
        ({"client_id": "another"}, 0, "invalid_client"),
    ],
)
def test_a_code_is_good_for_nothing_else(form: dict[str, str], now: float, error: str) -> None:
    with pytest.raises(Faulty, match=error):
        redeem(GRANT, FORM | form, None, CLIENT, now)


def test_a_code_that_was_never_given_and_a_wrong_secret_give_nothing() -> None:
    with pytest.raises(Faulty, match="invalid_grant"):
        redeem(None, FORM, None, CLIENT, 0)
    for given in (("us", "y"), None):
        with pytest.raises(Faulty, match="invalid_client"):
            redeem(GRANT, FORM, given, replace(CLIENT, secret="x"), 0)


def test_the_answer_says_who_gave_it() -> None:
    assert (
        answer_url("https://us/cb", "https://i", "a b", code="c")
        == "https://us/cb?code=c&state=a+b&iss=https%3A%2F%2Fi"
    )
