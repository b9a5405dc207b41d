"""The URL a service connects with holds any password."""

from urllib.parse import unquote, urlsplit

from cli.accounts import Account, as_role


def test_a_password_may_hold_any_character() -> None:
    url = urlsplit(as_role("postgresql://postgres@db:5432/postgres", Account("journal", "p@ss/w:ö?#")))
    assert (url.username, unquote(url.password or ""), url.hostname, url.path) == (
        *("journal", "p@ss/w:ö?#"),
        *("db", "/journal"),
    )


def test_the_place_of_the_services_name_stays() -> None:
    url = as_role("postgresql://postgres:x@db:5432/postgres", Account("{service}"), "{service}")
    assert url == "postgresql://{service}@db:5432/{service}"
