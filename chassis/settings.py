"""What an operator sets, from the environment: STAFETT_DATABASE_URL, STAFETT_AMQP_URL and so on."""

import re
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

NEARBY = re.compile(r"[a-z][a-z0-9_-]*", re.IGNORECASE)
"""A name without a dot: another container's."""

HTTPS = "must begin with https://; http is for this machine and the network of its containers alone"


class SecretMissing(Exception):
    """A password that a URL has a place for is in no file; the text says which, and what to do."""


def secret(folder: Path | None, name: str) -> str:
    """A password from its file in the folder of secrets. SecretMissing when there is none."""
    if folder is None:
        raise SecretMissing("a URL says {password}, but STAFETT_SECRETS names no folder with passwords")
    try:
        return (folder / name).read_text().strip()
    except OSError as error:
        why = "may not be read" if isinstance(error, PermissionError) else "is missing"
        raise SecretMissing(f"{folder / name} {why}; `stafett ops secrets` makes such files") from error


def own_login(amqp: str, service: str) -> bool:
    """True when a service has a login of its own at the broker, which then says who sent what."""
    return urlsplit(amqp).username == service


def safe(address: SplitResult) -> bool:
    """True when nobody on the way can read what is sent there: over https, or within this machine."""
    host = address.hostname or ""
    if address.scheme == "https" or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def issuer_over_https(issuer: str) -> str:
    """The issuer as it is. ValueError when somebody on the way could change what it says: its keys, who logs in."""
    parts = urlsplit(issuer)
    if issuer and not (safe(parts) or NEARBY.fullmatch(parts.hostname or "")):
        raise ValueError(f"STAFETT_ISSUER {HTTPS}")
    return issuer


class Settings(BaseSettings):
    """Settings of one service. In a URL, `{service}` stands for its name and `{password}` for its password."""

    model_config = SettingsConfigDict(env_prefix="STAFETT_", extra="ignore", frozen=True)

    service: str
    database_url: str = "postgresql://{service}@127.0.0.1:5432/{service}"
    amqp_url: str = "amqp://guest:guest@127.0.0.1:5672/"
    issuer: str = ""
    """OpenID Connect issuer whose tokens are accepted; nothing is served without one."""
    audience: str = "stafett"
    acr: str = ""
    """Levels of assurance that are good enough, with spaces between; any when empty."""
    public_url: str = ""
    """The address people use, if told: over https, only a cookie that this very host has set counts."""
    login_path: str = "/login"
    """Where a browser logs in."""
    logout_path: str = "/logout"
    """Where it logs out."""
    keys: Path = Path("keys")
    """Folder with `<service>.json` (private JWK set of this service) and `public.json` (public keys of all)."""
    secrets: Path | None = None
    """Folder with the service's passwords: files `postgres-<service>` and `rabbitmq-<service>`."""
    pool_size: int = 8
    poll_seconds: float = 1.0
    """How often relay and inbox look for work that nobody woke them for."""
    ask_again_seconds: float = 5.0
    """How long a gap in a subject's sequence may last before its owner is asked to send it again."""

    _over_https = field_validator("issuer")(issuer_over_https)

    @property
    def database(self) -> str:
        """The database URL of this service (contains a password: never log it)."""
        return self._filled(self.database_url, "postgres")

    @property
    def amqp(self) -> str:
        """The broker URL of this service (contains a password: never log it)."""
        return self._filled(self.amqp_url, "rabbitmq")

    def _filled(self, url: str, server: str) -> str:
        password = secret(self.secrets, f"{server}-{self.service}") if "{password}" in url else ""
        return url.format(service=self.service, password=quote(password, safe=""))
