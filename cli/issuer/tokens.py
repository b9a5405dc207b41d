"""The demo issuer itself: its key, its tokens, and the codes it has given out."""

import json
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from cli.issuer.grants import CODE_SECONDS, Asked, Client, Grant
from cli.issuer.settings import AUDIENCE, DemoIssuerSettings

LEVEL = "http://id.sambi.se/loa/loa3"
TOKEN_SECONDS = 8 * 3600


def new_key() -> ECKey:
    """A signing key, of a name that no other has: whoever remembers another doesn't take it for that one."""
    return ECKey.generate_key("P-256", {"kid": f"demo-{secrets.token_hex(4)}", "use": "sig", "alg": "ES256"})


def kept_key(file: Path) -> ECKey:
    """The signing key in a file, made there when missing, so that logins outlive a restart."""
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return ECKey.import_key(json.loads(file.read_text()))
    key = new_key()
    with os.fdopen(opened, "w") as made:
        json.dump(key.as_dict(private=True), made)
    return key


@dataclass
class DemoIssuer:
    """Its name and address, the address of its pages, and tokens of anyone."""

    url: str
    pages_url: str = ""
    """Where browsers reach it; the same address when empty."""
    client_url: str = ""
    """Where Stafett is; the origin of the pages when empty."""
    audience: str = AUDIENCE
    secret: str = ""
    key: ECKey = field(default_factory=new_key)
    grants: dict[str, Grant] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    """Login -> what there is for them to do, as the page tells."""

    @classmethod
    def of(cls, settings: DemoIssuerSettings) -> "DemoIssuer":
        """The issuer that the settings describe."""
        file = settings.demo_issuer_key
        return cls(
            settings.issuer,
            settings.pages_url,
            settings.client_url,
            settings.audience,
            settings.client_secret.get_secret_value(),
            kept_key(file) if file else new_key(),
        )

    @property
    def client(self) -> Client:
        """Stafett, the only client."""
        return Client(self.audience, f"{self.client_url}/login/callback", f"{self.client_url}/logout", self.secret)

    def token(self, login: str, **claims: Any) -> str:
        """A token that says the bearer is `login`; valid for eight hours unless the claims say otherwise."""
        now = int(time.time())
        said = {
            "iss": self.url,
            "aud": self.audience,
            "sub": login,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "auth_time": now,
            "acr": LEVEL,
            "amr": ["swk"],
            **claims,
        }
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, said, self.key)

    def grant(self, login: str, asked: Asked) -> str:
        """A code for who has chosen to be `login`."""
        now = time.time()
        for code in [code for code, grant in self.grants.items() if grant.until < now]:
            self.grants.pop(code, None)
        code = secrets.token_urlsafe(32)
        self.grants[code] = Grant(login, asked, now + CODE_SECONDS)
        return code

    def discovery(self) -> dict[str, Any]:
        """What it publishes about itself (OpenID Connect Discovery 1.0)."""
        own = self.url.rstrip("/")
        pages = self.pages_url or own
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{pages}/authorize",
            "end_session_endpoint": f"{pages}/end-session",
            "token_endpoint": f"{own}/token",
            "jwks_uri": f"{own}/keys",
            "scopes_supported": ["openid"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "acr_values_supported": [LEVEL],
            "authorization_response_iss_parameter_supported": True,
        }

    def keys(self) -> dict[str, Any]:
        """Its public key."""
        return {"keys": [self.key.as_dict(private=False)]}
