"""What is set for the demo issuer, from the environment: STAFETT_ISSUER, STAFETT_DEMO_ISSUER_PUBLIC_URL and so on."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

AUDIENCE = "stafett"


class DemoIssuerSettings(BaseSettings):
    """Settings of the demo issuer: its two addresses, and the one client it knows."""

    model_config = SettingsConfigDict(env_prefix="STAFETT_", extra="ignore", frozen=True)

    issuer: str = "http://127.0.0.1:8099"
    """Its name in every token, and where services and the front reach it."""
    demo_issuer_public_url: str = ""
    """Where browsers reach its pages, with a path or without; the same when empty."""
    demo_issuer_key: Path | None = None
    """File that keeps the signing key, made when missing; in memory alone when not set."""
    audience: str = AUDIENCE
    """The client's id."""
    client_secret: SecretStr = SecretStr("")
    """The client's secret; none is asked for when empty."""
    public_url: str = ""
    """Where the client is; the origin of the issuer's own pages when empty."""

    @property
    def pages_url(self) -> str:
        """Where browsers reach its pages."""
        return (self.demo_issuer_public_url or self.issuer).rstrip("/")

    @property
    def client_url(self) -> str:
        """Where the client is: its callback and its page after logging out are below."""
        own = urlsplit(self.pages_url)
        return (self.public_url or f"{own.scheme}://{own.netloc}").rstrip("/")
