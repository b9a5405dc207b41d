"""What each service's login may do at the broker, and how RabbitMQ is told so through its management API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import httpx

from contracts.topology import DIRECT, SERVICES, exchange, queue

NOTHING = "^$"
"""A pattern that no name matches."""


@dataclass(frozen=True)
class Rights:
    """Patterns of what a login may declare, write to and read from, and of the routing keys of its own exchange."""

    configure: str
    write: str
    read: str
    keys: str


class BrokerRefuses(Exception):
    """The broker's management did not do as it was asked; the text says what it said and what to look at."""


def rights(service: str) -> Rights:
    """A service writes to its own exchange, its own types alone, and to the direct one; it reads its own queue."""
    own, direct, inbox = (re.escape(name) for name in (exchange(service), DIRECT, queue(service)))
    return Rights(
        configure=NOTHING,
        write=f"^({own}|{direct})$",
        read=f"^{inbox}$",
        keys=rf"^{re.escape(service)}\.",
    )


def virtual_host(amqp: str) -> str:
    """The virtual host that an AMQP URL names."""
    return unquote(urlsplit(amqp).path.removeprefix("/")) or "/"


def with_login_of(amqp: str, admin: str) -> str:
    """The same broker and virtual host, with the login of the management URL."""
    login, at, _ = urlsplit(admin).netloc.rpartition("@")
    parts = urlsplit(amqp)
    return urlunsplit(parts._replace(netloc=f"{login}{at}{parts.netloc.rsplit('@', 1)[-1]}"))


async def give_rights(admin: str, vhost: str, passwords: Mapping[str, str]) -> None:
    """Make each service's login with its password and exactly its rights; repeating it changes nothing.

    admin: URL of the management API with an administrator's login. BrokerRefuses when it doesn't do it.
    """
    parts = urlsplit(admin)
    login = (unquote(parts.username or ""), unquote(parts.password or ""))
    root = urlunsplit(parts._replace(netloc=parts.netloc.rsplit("@", 1)[-1]))
    place = quote(vhost, safe="")
    async with httpx.AsyncClient(base_url=root, auth=login, timeout=10) as api:
        for service in SERVICES:
            may = rights(service)
            permissions = {"configure": may.configure, "write": may.write, "read": may.read}
            topics = {"exchange": exchange(service), "write": may.keys, "read": NOTHING}
            await _put(api, f"/api/users/{service}", {"password": passwords[service], "tags": ""})
            await _put(api, f"/api/permissions/{place}/{service}", permissions)
            await _put(api, f"/api/topic-permissions/{place}/{service}", topics)


async def _put(api: httpx.AsyncClient, path: str, content: dict[str, str]) -> None:
    try:
        answer = await api.put(path, json=content)
    except httpx.HTTPError as error:
        raise BrokerRefuses(f"the broker's management at {api.base_url} can't be reached: {error}") from error
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise BrokerRefuses(f"{api.base_url} does not take the administrator's login: is its password right?")
    if not answer.is_success:
        raise BrokerRefuses(f"{api.base_url}{path} answers {answer.status_code}: {answer.text[:200]}")
