"""The session: a verified token in a cookie, set by the front and read by every service."""

from collections.abc import Mapping

COOKIE = "stafett"
HOST_COOKIE = f"__Host-{COOKIE}"
"""Browsers let nobody but this very host set it, and only over https."""


def cookie_names(public_url: str) -> tuple[str, ...]:
    """The names under which a session is accepted (it is set under the first): both when the address is not told."""
    if not public_url:
        return HOST_COOKIE, COOKIE
    return (HOST_COOKIE,) if public_url.startswith("https://") else (COOKIE,)


def session_token(cookies: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The token of the session; empty when there is none."""
    return next((cookies[name] for name in names if cookies.get(name)), "")
