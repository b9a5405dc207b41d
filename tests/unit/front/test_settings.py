import pytest
from pydantic import SecretStr, ValidationError

from chassis.issuer import Issuer, IssuerMissing
from chassis.session import cookie_names, session_token
from chassis.settings import Settings
from front.settings import FrontSettings

ISSUER = "https://login.example"


def test_the_address_people_use_is_an_origin() -> None:
    settings = FrontSettings(issuer=ISSUER, public_url="https://stafett.example/")
    assert (settings.callback, settings.secure) == ("https://stafett.example/login/callback", True)
    assert not FrontSettings(issuer=ISSUER, public_url="http://127.0.0.1:8080").secure


@pytest.mark.parametrize(
    "url", ["stafett.example", "https://stafett.example/a", "ftp://stafett.example", "https://", ""]
)
def test_what_is_no_origin_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(ValidationError, match=r"such as https://stafett\.example\.se"):
        FrontSettings(issuer=ISSUER, public_url=url)


def test_without_an_issuer_it_is_told_what_to_set() -> None:
    with pytest.raises(ValidationError, match=r"STAFETT_ISSUER must be .*, such as https://login\.example\.se"):
        FrontSettings(issuer="")
    with pytest.raises(IssuerMissing, match=r"STAFETT_ISSUER must be "):
        Issuer(Settings(service="journal", issuer="").issuer, "stafett")


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost", "https://stafett"]
)
def test_on_this_machine_https_is_not_needed(address: str) -> None:
    assert FrontSettings(issuer=address, public_url=address).issuer == address


def test_between_containers_https_is_not_needed_but_it_is_for_people_on_the_same_network() -> None:
    assert FrontSettings(issuer="http://demo-issuer:8080").issuer == "http://demo-issuer:8080"
    assert Settings(service="journal", issuer="http://demo-issuer:8080").issuer == "http://demo-issuer:8080"
    with pytest.raises(ValidationError, match=r"STAFETT_PUBLIC_URL must begin with https://"):
        FrontSettings(issuer=ISSUER, public_url="http://intranet:8080")


@pytest.mark.parametrize(
    "address",
    ["http://stafett.example", "http://10.0.0.7:8080", "http://167772167", "http://[fd00::7]", "http://0xa000007"],
)
def test_further_away_passwords_and_sessions_go_over_https_alone(address: str) -> None:
    with pytest.raises(ValidationError, match=r"STAFETT_ISSUER must begin with https://"):
        FrontSettings(issuer=address)
    with pytest.raises(ValidationError, match=r"STAFETT_PUBLIC_URL must begin with https://"):
        FrontSettings(issuer=ISSUER, public_url=address)
    with pytest.raises(ValidationError, match=r"STAFETT_ISSUER must begin with https://"):
        Settings(service="journal", issuer=address)


def test_the_secret_is_not_shown() -> None:
    assert "hemlig" not in repr(FrontSettings(issuer=ISSUER, client_secret=SecretStr("hemlig")))


def test_a_session_is_known_by_the_name_that_goes_with_the_address() -> None:
    both = {"stafett": "plain", "__Host-stafett": "own"}
    assert session_token(both, cookie_names("https://stafett.example")) == "own"
    assert session_token(both, cookie_names("http://127.0.0.1:8080")) == "plain"
    assert session_token(both, cookie_names("")) == "own"
    assert session_token({"stafett": "plain"}, cookie_names("https://stafett.example")) == ""
    assert session_token({"stafett": "plain"}, cookie_names("")) == "plain"
