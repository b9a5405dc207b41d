"""The exchange: a code from the browser for a token from the provider, and what the token must say."""

import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
import structlog

from chassis.issuer import Claims, Issuer, LoginUnavailable, NotLoggedIn, Published, trusted
from chassis.telemetry import describe
from front.attempt import Attempt
from front.refusals import LevelTooLow, LoginFailed, NotSetUp, NotVouchedFor
from front.settings import FrontSettings

SECONDS = 10


async def token_for(code: str, attempt: Attempt, issuer: Issuer, settings: FrontSettings) -> tuple[str, Claims]:
    """The ID token that a code stands for, verified, and what it says. LoginFailed or LoginUnavailable otherwise."""
    token = await _redeem(code, attempt, await issuer.published(), settings)
    try:
        claims = await issuer.claims(token)
    except NotLoggedIn as error:
        structlog.get_logger().warning("the issuer's token is not valid here", error=describe(error.__cause__ or error))
        raise NotVouchedFor from error
    check(claims, attempt.nonce, settings.acr.split(), settings.audience)
    return token, claims


def check(claims: Claims, nonce: str, levels: list[str], client_id: str) -> None:
    """What an ID token must say beside being valid (Core 3.1.3.7): made for us and this attempt, and good enough."""
    if claims.get("azp", client_id) != client_id:
        raise NotVouchedFor
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise NotVouchedFor
    if levels and claims.get("acr") not in levels:
        raise LevelTooLow


async def _redeem(code: str, attempt: Attempt, published: Published, settings: FrontSettings) -> str:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": settings.callback,
        "client_id": settings.audience,
        "code_verifier": attempt.verifier,
    }
    secret = settings.client_secret.get_secret_value()
    basic = None
    if secret and posts_secret(published.document):
        form["client_secret"] = secret
    elif secret:  # both are form-encoded before they are put together: RFC 6749 2.3.1
        basic = httpx.BasicAuth(quote(settings.audience, safe=""), quote(secret, safe=""))
    try:
        async with httpx.AsyncClient(timeout=SECONDS, verify=trusted()) as client:
            answer = await client.post(published.endpoint("token"), data=form, auth=basic or httpx.USE_CLIENT_DEFAULT)
            said = answer.json() if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR else None
    except (httpx.HTTPError, ValueError) as error:
        structlog.get_logger().warning("the issuer's token endpoint can't be reached", error=describe(error))
        raise LoginUnavailable from error
    return id_token(answer.status_code, said)


def posts_secret(document: Mapping[str, Any]) -> bool:
    """True when the provider takes our secret in the form and not in the head, where it goes by default."""
    methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" not in methods and "client_secret_post" in methods


def id_token(status: int, said: Any) -> str:
    """The token in a provider's answer. LoginUnavailable, NotSetUp or LoginFailed when there is none."""
    if said is None:
        structlog.get_logger().warning("the issuer's token endpoint failed", status=status)
        raise LoginUnavailable
    token = said.get("id_token") if isinstance(said, dict) else None
    if status == httpx.codes.OK and isinstance(token, str):
        return token
    error = said.get("error") if isinstance(said, dict) else None
    structlog.get_logger().warning("the issuer gave no token", status=status, expired=error == "invalid_grant")
    raise LoginFailed if error == "invalid_grant" else NotSetUp
