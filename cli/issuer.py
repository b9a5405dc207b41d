"""An OpenID Connect issuer for the demo and the tests: it vouches for whoever it is asked to, with real tokens."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

AUDIENCE = "stafett"
LEVEL = "http://id.sambi.se/loa/loa3"


class DemoIssuer:
    """Its address, and tokens of anyone."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = ECKey.generate_key("P-256", {"kid": "demo-1", "use": "sig", "alg": "ES256"})

    def token(self, login: str, **claims: Any) -> str:
        """A token that says the bearer is `login`; valid for eight hours unless the claims say otherwise."""
        now = int(time.time())
        said = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": login,
            "iat": now,
            "exp": now + 8 * 3600,
            "auth_time": now,
            "acr": LEVEL,
            "amr": ["swk"],
            **claims,
        }
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, said, self.key)

    def documents(self) -> dict[str, dict[str, Any]]:
        """What it publishes: path -> document."""
        return {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
            "/keys": {"keys": [self.key.as_dict(private=False)]},
        }


@contextmanager
def demo_issuer() -> Iterator[DemoIssuer]:
    """An issuer on a free port of this machine, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = issuer.documents().get(self.path)
            body = json.dumps(document).encode()
            self.send_response(200 if document else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: who asked for the keys is of no interest."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = DemoIssuer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
