"""Who a service is to PostgreSQL, and the addresses it connects with."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit


@dataclass(frozen=True)
class Account:
    """A service's role in PostgreSQL. The password is None where loopback connections are trusted."""

    service: str
    password: str | None = None


def at_database(admin: str, name: str) -> str:
    """The same server and login, another database."""
    return urlunsplit(urlsplit(admin)._replace(path=f"/{name}"))


def as_role(admin: str, account: Account, name: str | None = None) -> str:
    """The URL a service itself connects with."""
    parts = urlsplit(admin)
    secret = f":{quote(account.password, safe='')}" if account.password else ""
    role = quote(account.service, safe="{}")  # `{service}` stays: Settings puts the name there
    host = parts.netloc.rsplit("@", 1)[-1]
    return urlunsplit(parts._replace(netloc=f"{role}{secret}@{host}", path=f"/{name or account.service}"))
