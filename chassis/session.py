"""The session: a verified token in a cookie, set by the front and read by every service."""

from collections.abc import Mapping

from starlette.requests import Request

COOKIE = "stafett"
HOST_COOKIE = f"__Host-{COOKIE}"
"""Browsers let nobody but this very host set it, and only over https."""


def cookie_names(public_url: str) -> tuple[str, ...]:
    """The names under which a session is accepted (it is set under the first): both when the address is not told."""
    if not public_url:
        return HOST_COOKIE, COOKIE
    return (HOST_COOKIE,) if public_url.startswith("https://") else (COOKIE,)


def sent_cookies(request: Request) -> dict[str, str]:
    """The browser's cookies by their exact names; of two with the same name, the first.

    Starlette's own trims more than RFC 6265 knows as white space: a name that another host set, begun with such a
    character, would pass as one that no other host can set.
    """
    pairs = (pair.strip(" \t") for header in request.headers.getlist("cookie") for pair in header.split(";"))
    cookies: dict[str, str] = {}
    for name, found, value in (pair.partition("=") for pair in pairs):
        if found:
            cookies.setdefault(name, value)
    return cookies


def session_token(cookies: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The token of the session; empty when there is none."""
    return next((cookies[name] for name in names if cookies.get(name)), "")
