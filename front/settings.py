"""What an operator sets for the front, from the environment: STAFETT_ISSUER, STAFETT_PUBLIC_URL and so on."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.settings import HTTPS, issuer_over_https, safe


class FrontSettings(BaseSettings):
    """Settings of the front: how Stafett is known to the provider, and where people find it."""

    model_config = SettingsConfigDict(env_prefix="STAFETT_", extra="ignore", frozen=True)

    issuer: Annotated[str, Field(validate_default=True)] = ""
    """OpenID Connect issuer, exactly as its tokens and its discovery document say it; there is no login without one."""
    audience: str = "stafett"
    """Our client id at the provider; its tokens are for this audience."""
    client_secret: SecretStr = SecretStr("")
    """Our secret at the provider; empty for a public client, which proves itself by PKCE alone. When not in the
    environment it is read from the file `stafett_client_secret` in the folder of secrets."""
    public_url: str = "http://127.0.0.1:8080"
    """The address people use. The provider must know its `/login/callback` and, for logging out, its `/logout`."""
    scope: str = "openid"
    """What is asked for; the token must stay small enough for a cookie."""
    acr: str = ""
    """Levels of assurance that are good enough, the best first, with spaces between; any when empty."""

    @field_validator("issuer")
    @classmethod
    def _named(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(
                "STAFETT_ISSUER must be the OpenID Connect issuer, as its discovery document says it, "
                "such as https://login.example.se"
            )
        return issuer_over_https(value)

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        parts = urlsplit(value.rstrip("/"))
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
            raise ValueError("STAFETT_PUBLIC_URL must be an address without a path, such as https://stafett.example.se")
        if not safe(parts):
            raise ValueError(f"STAFETT_PUBLIC_URL {HTTPS}")
        return value.rstrip("/")

    @property
    def secure(self) -> bool:
        """True when people come over https."""
        return self.public_url.startswith("https://")

    @property
    def callback(self) -> str:
        """Where the provider sends people back to."""
        return f"{self.public_url}/login/callback"
