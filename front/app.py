"""Wiring and table of contents of the front."""

from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles

import chassis
from chassis.forms import wants_page
from chassis.issuer import Issuer, LoginUnavailable
from chassis.pages import Pages
from chassis.refusals import add_refusals, answer, as_problem
from chassis.session import cookie_names, sent_cookies, session_token
from front import login, logout
from front.attempt import START, Attempt
from front.refusals import LoginFailed
from front.settings import FrontSettings

NAME = "front"
STATIC = Path(chassis.__file__).parent / "static"

router = APIRouter()


def create_front(settings: FrontSettings) -> FastAPI:
    """The front's app; its own files and its health are below /front."""
    app = FastAPI(title="Stafett front", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.issuer = Issuer(settings.issuer, settings.audience)
    app.state.pages = Pages(NAME, {}, folder=Path(__file__).parent / "pages")
    add_refusals(app)
    app.add_exception_handler(LoginFailed, _failed)
    app.add_exception_handler(LoginUnavailable, _failed)
    for part in (router, login.router, logout.router):
        app.include_router(part)
    app.mount(f"/{NAME}/static", StaticFiles(directory=STATIC))
    return app


@router.get("/")
async def start(request: Request) -> Response:
    names = cookie_names(request.app.state.settings.public_url)
    return RedirectResponse(START if session_token(sent_cookies(request), names) else "/login", 303)


@router.get(f"/{NAME}/health")
async def health(request: Request) -> Response:
    """Whether people can log in; safe to show anyone."""
    issuer: Issuer = request.app.state.issuer
    try:
        await issuer.published()
    except LoginUnavailable:
        return JSONResponse({"service": NAME, "ok": False, "issuer": "waiting: not reached"}, 503)
    return JSONResponse({"service": NAME, "ok": True, "issuer": "ready"})


async def _failed(request: Request, error: Exception) -> Response:
    """A login that failed: why, and the way to try again and still come to where it was to lead."""
    assert isinstance(error, LoginFailed | LoginUnavailable)
    problem = as_problem(error)
    attempt: Attempt | None = request.scope.get("stafett.attempt")
    if not wants_page(request):
        response = answer(request, problem)
    else:
        view = {"back": attempt.back if attempt else ""}
        response = request.app.state.pages.show("failed.html", view, problem=problem)
        response.status_code = problem.status
    if attempt:
        login.forget(response, attempt.cookie, request.app.state.settings)
    return response
