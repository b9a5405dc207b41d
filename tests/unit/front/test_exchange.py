from typing import Any

import pytest

from chassis.decision import Refused
from chassis.issuer import LoginUnavailable
from front.exchange import check, id_token, posts_secret
from front.login import refusal
from front.refusals import LevelTooLow, LoginDenied, LoginFailed, NotSetUp, NotVouchedFor

GOOD = {"nonce": "n", "acr": "loa3"}


def test_a_token_for_this_attempt_is_taken() -> None:
    check(GOOD, "n", [], "stafett")
    check(GOOD, "n", ["loa4", "loa3"], "stafett")
    check(GOOD | {"azp": "stafett"}, "n", [], "stafett")


@pytest.mark.parametrize(
    ("changes", "levels", "why"),
    [
        ({"nonce": "å"}, [], NotVouchedFor),
        ({"nonce": None}, [], NotVouchedFor),
        ({"azp": "another"}, [], NotVouchedFor),
        ({"azp": None}, [], NotVouchedFor),
        ({}, ["loa4"], LevelTooLow),
        ({"acr": None}, ["loa4"], LevelTooLow),
    ],
)
def test_a_token_for_another_attempt_or_of_too_low_a_level_is_not(
    changes: dict[str, Any], levels: list[str], why: type[Refused]
) -> None:
    with pytest.raises(why):
        check(GOOD | changes, "n", levels, "stafett")


def test_without_a_nonce_no_token_is_taken() -> None:
    with pytest.raises(NotVouchedFor):
        check({"acr": "loa3"}, "n", [], "stafett")


def test_the_token_is_taken_from_the_providers_answer() -> None:
    assert id_token(200, {"id_token": "t", "access_token": "a"}) == "t"


@pytest.mark.parametrize(
    ("status", "said", "why"),
    [
        (503, None, LoginUnavailable),
        (400, {"error": "invalid_grant"}, LoginFailed),
        (401, {"error": "invalid_client"}, NotSetUp),
        (400, {"error": "invalid_request"}, NotSetUp),
        (200, {"access_token": "a"}, NotSetUp),
        (200, {"id_token": 1}, NotSetUp),
        (200, ["id_token"], NotSetUp),
        (403, "no", NotSetUp),
    ],
)
def test_an_answer_without_a_token_says_whose_fault_it_is(status: int, said: object, why: type[Refused]) -> None:
    with pytest.raises(Refused) as refused:
        id_token(status, said)
    assert type(refused.value) is why


@pytest.mark.parametrize(
    ("methods", "posted"),
    [
        (None, False),
        (["client_secret_basic", "client_secret_post"], False),
        (["client_secret_post"], True),
        (["private_key_jwt"], False),
    ],
)
def test_the_secret_goes_where_the_provider_takes_it(methods: list[str] | None, posted: bool) -> None:
    assert posts_secret({} if methods is None else {"token_endpoint_auth_methods_supported": methods}) is posted


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("access_denied", LoginDenied),
        ("invalid_scope", NotSetUp),
        ("server_error", LoginFailed),
        ("", LoginFailed),
        ("Moira Mustafsson", LoginFailed),
    ],
)
def test_what_the_provider_refuses_with_becomes_what_the_reader_can_do(error: str, why: type[Refused]) -> None:
    assert type(refusal(error)) is why
