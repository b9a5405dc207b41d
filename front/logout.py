"""Log out: the session's cookie is dropped, and the provider is told when it wants to be."""

from fastapi import APIRouter, Request, Response

from chassis.forms import from_another_site
from chassis.issuer import Issuer, LoginUnavailable
from chassis.refusals import Crossed
from chassis.session import COOKIE, HOST_COOKIE, cookie_names, sent_cookies, session_token
from front.attempt import end_session_url
from front.settings import FrontSettings

router = APIRouter()


@router.get("/logout")
async def ask(request: Request) -> Response:
    """Also where the provider sends people when they have logged out there."""
    settings: FrontSettings = request.app.state.settings
    logged_in = bool(session_token(sent_cookies(request), cookie_names(settings.public_url)))
    return shown(request, logged_in=logged_in)


@router.post("/logout")
async def log_out(request: Request) -> Response:
    """A page and no redirect: browsers let a form go to this host only, and the provider is another."""
    if from_another_site(request):
        raise Crossed
    settings: FrontSettings = request.app.state.settings
    issuer: Issuer = request.app.state.issuer
    away, endpoint = False, None
    try:
        endpoint = (await issuer.published()).optional_endpoint("end_session")
    except LoginUnavailable:
        away = True
    onwards = endpoint and end_session_url(endpoint, settings.audience, f"{settings.public_url}/logout")
    response = shown(request, onwards=onwards, away=away)
    for name in (COOKIE, HOST_COOKIE):
        response.delete_cookie(name, secure=settings.secure, httponly=True, samesite="lax")
    return response


def shown(request: Request, *, logged_in: bool = False, onwards: str | None = None, away: bool = False) -> Response:
    """The page; onwards: where to log out at the provider, away: it can't be told."""
    view = {"logged_in": logged_in, "onwards": onwards, "away": away}
    page: Response = request.app.state.pages.show("logout.html", view)
    return page
