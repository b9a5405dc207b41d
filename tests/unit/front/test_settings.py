import pytest
from pydantic import SecretStr, ValidationError

from chassis.session import cookie_names, session_token
from front.settings import FrontSettings


def test_the_address_people_use_is_an_origin() -> None:
    settings = FrontSettings(public_url="https://stafett.example/")
    assert (settings.callback, settings.secure) == ("https://stafett.example/login/callback", True)
    assert not FrontSettings(public_url="http://127.0.0.1:8080").secure


@pytest.mark.parametrize(
    "url", ["stafett.example", "https://stafett.example/a", "ftp://stafett.example", "https://", ""]
)
def test_what_is_no_origin_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(ValidationError, match=r"such as https://stafett\.example\.se"):
        FrontSettings(public_url=url)


def test_the_secret_is_not_shown() -> None:
    assert "hemlig" not in repr(FrontSettings(client_secret=SecretStr("hemlig")))


def test_a_session_is_known_by_the_name_that_goes_with_the_address() -> None:
    both = {"stafett": "plain", "__Host-stafett": "own"}
    assert session_token(both, cookie_names("https://stafett.example")) == "own"
    assert session_token(both, cookie_names("http://127.0.0.1:8080")) == "plain"
    assert session_token(both, cookie_names("")) == "own"
    assert session_token({"stafett": "plain"}, cookie_names("https://stafett.example")) == ""
    assert session_token({"stafett": "plain"}, cookie_names("")) == "plain"
