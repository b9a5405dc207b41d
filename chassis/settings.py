"""What an operator sets, from the environment: STAFETT_DATABASE_URL, STAFETT_AMQP_URL and so on."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one service. `{service}` in a URL stands for the service's name."""

    model_config = SettingsConfigDict(env_prefix="STAFETT_", extra="ignore", frozen=True)

    service: str
    database_url: str = "postgresql://{service}@127.0.0.1:5432/{service}"
    amqp_url: str = "amqp://guest:guest@127.0.0.1:5672/"
    issuer: str = "http://127.0.0.1:8099"
    """OpenID Connect issuer whose tokens are accepted."""
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
    pool_size: int = 8
    poll_seconds: float = 1.0
    """How often relay and inbox look for work that nobody woke them for."""
    ask_again_seconds: float = 5.0
    """How long a gap in a subject's sequence may last before its owner is asked to send it again."""

    @property
    def database(self) -> str:
        """The database URL of this service (contains a password: never log it)."""
        return self.database_url.format(service=self.service)

    @property
    def amqp(self) -> str:
        """The broker URL of this service (contains a password: never log it)."""
        return self.amqp_url.format(service=self.service)
