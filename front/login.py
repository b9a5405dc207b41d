"""Log in: to the provider with a code challenge, and back with a code that is exchanged for the session."""

import re
import secrets
import time
from typing import Annotated
from urllib.parse import urlencode, urlsplit

import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from chassis.issuer import Issuer
from chassis.session import cookie_names, sent_cookies
from front.attempt import ATTEMPT_SECONDS, Attempt, authorization_url, begun, left_behind, local
from front.exchange import token_for
from front.refusals import LoginDenied, LoginFailed, NotSetUp, TokenTooLong, WrongIssuer
from front.settings import FrontSettings

router = APIRouter()

BROWSERS_KEEP = 4096
"""Bytes of a cookie's name and value (RFC 6265 6.1); a larger one is silently dropped."""
SETTING_ERRORS = {"invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope"}


@router.get("/login")
async def log_in(request: Request, back: Annotated[str, Query(alias="next")] = "", here: bool = False) -> Response:
    settings: FrontSettings = request.app.state.settings
    if not here and request.headers.get("host") != urlsplit(settings.public_url).netloc:
        # The attempt's cookie must be kept for the host that the provider sends people back to.
        return RedirectResponse(f"{settings.public_url}/login?{urlencode({'next': back, 'here': 'true'})}", 303)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    attempt = Attempt(state, nonce, verifier, local(back), settings.secure)
    request.scope["stafett.attempt"] = attempt
    issuer: Issuer = request.app.state.issuer
    endpoint = (await issuer.published()).endpoint("authorization")
    url = authorization_url(
        endpoint, attempt, settings.audience, settings.callback, scope=settings.scope, acr=settings.acr
    )
    response = RedirectResponse(url, 303, headers={"Cache-Control": "no-store"})
    for name in left_behind(sent_cookies(request), settings.secure):
        forget(response, name, settings)
    response.set_cookie(
        attempt.cookie,
        attempt.kept(),
        max_age=ATTEMPT_SECONDS,
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )
    return response


@router.get("/login/callback")
async def come_back(
    request: Request, state: str = "", code: str = "", error: str = "", iss: str | None = None
) -> Response:
    settings: FrontSettings = request.app.state.settings
    issuer: Issuer = request.app.state.issuer
    attempt = begun(sent_cookies(request), state, settings.secure)
    request.scope["stafett.attempt"] = attempt
    if iss is not None and iss != issuer.issuer:
        structlog.get_logger().warning("the answer to a login names another issuer")
        raise WrongIssuer
    if error or not code:
        raise refusal(error)
    token, claims = await token_for(code, attempt, issuer, settings)
    name = cookie_names(settings.public_url)[0]
    if len(name) + len(token) > BROWSERS_KEEP:
        structlog.get_logger().error("the issuer's token is too long for a cookie", length=len(token))
        raise TokenTooLong
    response = RedirectResponse(attempt.back, 303, headers={"Cache-Control": "no-store"})
    response.set_cookie(
        name,
        token,
        max_age=max(0, int(claims["exp"]) - int(time.time())),
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )
    forget(response, attempt.cookie, settings)
    return response


@router.get("/login/done")
async def done(request: Request) -> Response:
    """For who logs in beside a form that waits in another tab."""
    shown: Response = request.app.state.pages.show("done.html", {})
    return shown


def refusal(error: str) -> LoginFailed:
    """What a provider's error means for who tried (RFC 6749 4.1.2.1, Core 3.1.2.6)."""
    known = error if re.fullmatch(r"[a-z_]{1,40}", error) else "unknown"
    structlog.get_logger().warning("the issuer refused a login", error=known)
    if known in SETTING_ERRORS:
        return NotSetUp()
    return LoginDenied() if known == "access_denied" else LoginFailed()


def forget(response: Response, name: str, settings: FrontSettings) -> None:
    """Let the browser drop an attempt's cookie."""
    response.delete_cookie(name, secure=settings.secure, httponly=True, samesite="lax")
