"""What the demo issuer grants: who may ask (OpenID Connect Core 3.1.2, PKCE), and what a code is good for, once."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

CODE_SECONDS = 60


@dataclass(frozen=True)
class Client:
    """The one application that may ask, and its addresses."""

    id: str
    callback: str
    after_logout: str
    secret: str = ""


@dataclass(frozen=True)
class Asked:
    """A request for a login that is in order."""

    callback: str
    state: str
    nonce: str
    challenge: str


@dataclass(frozen=True)
class Grant:
    """What a code stands for, until a time (seconds since 1970)."""

    login: str
    asked: Asked
    until: float


class NotOurs(Exception):
    """Asked by an unknown client, or for another address than its own: never sent there, told on a page instead."""


class Faulty(Exception):
    """The client's request is wrong; it is told so with an OAuth error code, at its own address."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def asked(query: Mapping[str, str], client: Client) -> Asked:
    """The request in a query. NotOurs when it isn't our client's, Faulty when it is but wrong."""
    if query.get("client_id") != client.id or query.get("redirect_uri") != client.callback:
        raise NotOurs
    if query.get("response_type") != "code":
        raise Faulty("unsupported_response_type")
    if "openid" not in query.get("scope", "").split():
        raise Faulty("invalid_scope")
    challenge = query.get("code_challenge", "")
    if query.get("code_challenge_method") != "S256" or len(challenge) != 43:
        raise Faulty("invalid_request")
    if query.get("prompt") == "none":
        raise Faulty("login_required")
    return Asked(client.callback, query.get("state", ""), query.get("nonce", ""), challenge)


def redeem(
    grant: Grant | None, form: Mapping[str, str], basic: tuple[str, str] | None, client: Client, now: float
) -> str:
    """Whose token a code gives; grant: what it stood for, if anything. Faulty when it gives none."""
    id, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
    if id != client.id or (client.secret and not hmac.compare_digest(secret.encode(), client.secret.encode())):
        raise Faulty("invalid_client")
    if form.get("grant_type") != "authorization_code":
        raise Faulty("unsupported_grant_type")
    if grant is None or now > grant.until or form.get("redirect_uri") != grant.asked.callback:
        raise Faulty("invalid_grant")
    if not hmac.compare_digest(challenge_of(form.get("code_verifier", "")), grant.asked.challenge):
        raise Faulty("invalid_grant")
    return grant.login


def challenge_of(verifier: str) -> str:
    """S256 of RFC 7636 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def answer_url(callback: str, issuer: str, state: str, **said: str) -> str:
    """The client's address with the answer in it, and who gave it (RFC 9207)."""
    mark = "&" if urlsplit(callback).query else "?"
    return f"{callback}{mark}{urlencode({**said, 'state': state, 'iss': issuer})}"
