"""What to say of a server that can't be asked: which it is, what is wrong, what to do; never a password."""

import errno
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import asyncpg
from aiormq.exceptions import AMQPError, ChannelAccessRefused, ChannelNotFoundEntity, ProbableAuthenticationError
from sqlalchemy import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.telemetry import describe

REMEDIES = {
    "28": "is that login right, and has `./stafett ops init` been run?",
    "3D": "is that its name, and has `./stafett ops init` been run?",
    "42P01": "the tables are not made: run `./stafett ops init`",
    "40": "something else changed the same: type it again",
    "53": "end what uses it up, or try again later",
    "55P03": "another transaction holds it: try again later",
    "57014": "it took longer than it may: try again when less goes on",
    "57P": "it starts or stops: try again in a moment",
}
"""The beginning of an SQLSTATE -> what to do."""
OF_A_SERVICE = "`./stafett ops init` gives each service's own role its rights: use that role, or run it"


class Unreachable(Exception):
    """A server can't be asked, or refuses; the text is the sentence for whoever typed the command."""


def postgres_address(url: str, name: str) -> URL:
    """The parts of a database's address. Unreachable when it is none; `name` says where it stands."""
    try:
        parts = make_url(url)
        if parts.drivername == "postgresql":
            return parts
    except (ArgumentError, ValueError):
        pass  # said below; the error itself quotes the address, which may hold a password
    raise Unreachable(f"{name} is no address of a database: write postgresql://user:password@host:5432/database")


def amqp_place(url: str, name: str) -> str:
    """HOST:PORT of a broker's address. Unreachable when it is none; `name` says where it stands."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("amqp", "amqps") and parts.hostname:
            return f"{parts.hostname}:{parts.port or (5671 if parts.scheme == 'amqps' else 5672)}"
    except ValueError:
        pass  # as above
    raise Unreachable(f"{name} is no address of a broker: write amqp://user:password@host:5672/")


def management_address(url: str, name: str = "--broker-admin") -> str:
    """The address as it is. Unreachable when it can't be that of RabbitMQ's management with a login."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.username and parts.port != 0:
            return url
    except ValueError:
        pass  # as above
    raise Unreachable(
        f"{name} is no address of RabbitMQ's management with a login: write http://user:password@host:15672"
    )


def of_postgres(error: BaseException, url: URL, advice: str, rights: str = OF_A_SERVICE) -> str | None:
    """The sentence for a database that can't be asked; None when that is not why it failed.

    advice: what to do where there is no server at all. rights: where the role lacks one.
    """
    place = f"{url.host or url.query.get('host') or 'the local socket'}:{url.port or 5432}"
    for cause in _causes(error):
        if isinstance(cause, asyncpg.PostgresError):
            return _refused(cause, place, rights)
        if isinstance(cause, asyncpg.InterfaceError | PoolTimeout):
            return f"the connection to PostgreSQL at {place} broke ({describe(cause)}): try again, or look at its log"
        if said := _absent(cause, place, "PostgreSQL", advice):
            return said
    return None


def of_broker(error: BaseException, url: str, name: str = "STAFETT_AMQP_URL") -> str | None:
    """The sentence for a broker that can't be asked or refuses; None when that is not why it failed."""
    place = amqp_place(url, name)
    login = unquote(urlsplit(url).username or "guest")
    causes = list(_causes(error))
    if any(isinstance(cause, ProbableAuthenticationError) for cause in causes):
        return f"the broker at {place} does not take the login {login}: is its password right?"
    if any(isinstance(cause, ChannelAccessRefused) for cause in causes):
        return f"the broker at {place} does not give the login {login} the right to that: use an administrator's"
    if any(isinstance(cause, ChannelNotFoundEntity) for cause in causes):
        return f"the broker at {place} has no such queue: run `./stafett ops init`"
    for cause in causes:
        if said := _absent(cause, place, "RabbitMQ", f"is {name} right, is the broker running?"):
            return said
    if isinstance(error, AMQPError | RuntimeError):
        return f"the broker at {place} refuses, or the connection broke ({describe(error)}): its log says why"
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The innermost first: what wraps it knows less."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or getattr(cause, "orig", None)
    return reversed(chain)


def _refused(error: asyncpg.PostgresError, place: str, rights: str) -> str | None:
    """What PostgreSQL itself says of a login or a right: it names roles, databases and tables, never what is in them.

    None for a mistake in what it was asked, which is the program's.
    """
    state = str(error.sqlstate or "")
    known = {"42501": rights, **REMEDIES}
    remedy = next((what for begin, what in known.items() if state.startswith(begin)), None)
    if remedy is not None:
        return f"{error.args[0]} at {place}: {remedy}"
    if getattr(error, "severity_en", None) == "FATAL" or state[:2] in ("08", "58"):
        return f"PostgreSQL at {place} can't go on ({type(error).__name__} {state}): its log says why"
    return None


def _absent(error: BaseException, place: str, server: str, advice: str) -> str | None:
    """What is said of an error of the network; None of any other. A file that is missing is none."""
    host = place.rsplit(":", 1)[0]
    if isinstance(error, socket.gaierror):
        return f"the host name {host} is not known: {advice}"
    if isinstance(error, TimeoutError) or _has(error, errno.EHOSTUNREACH) or _has(error, errno.ENETUNREACH):
        return f"{server} at {place} does not answer: is the way to it open, does it hang? Else {advice}"
    if isinstance(error, ConnectionRefusedError) or _has(error, errno.ECONNREFUSED):
        return f"nothing listens at {place}: {advice}"
    if isinstance(error, ssl.SSLError):
        return f"{server} at {place} can't be spoken to over TLS ({type(error).__name__}): {advice}"
    if isinstance(error, ConnectionError) and not isinstance(error, AMQPError):
        return f"{server} at {place} breaks the connection off: is that what listens there, is it starting?"
    return None


def _has(error: BaseException, number: int) -> bool:
    """asyncio puts what failed at each of a host's addresses into one error, whose text alone has their numbers."""
    return isinstance(error, OSError) and (error.errno == number or f"[Errno {number}]" in str(error))
