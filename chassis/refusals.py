"""Every way a request can end without success: a problem in words, as JSON or as a page."""

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send
from uuid_utils.compat import uuid7

from chassis.database import is_transient
from chassis.decision import NotFound, Refused
from chassis.forms import KEPT, ONCE, ShownAgain, wants_page
from chassis.issuer import NotLoggedIn
from chassis.once import SURE, Done, DoneBefore, KeyUnreadable, SaidBefore, SentBefore
from chassis.pages import Pages
from chassis.problems import FieldError, Problem, field_errors
from chassis.telemetry import describe

JUST_DONE = "stafett-just-done"
JUST_DONE_SECONDS = 60


class Crossed(Refused):
    """Formuläret skickades från en annan webbplats och togs inte emot. Öppna sidan igen och försök på nytt."""

    status = 403


class LoggedInAgain(Refused):
    """Du är inloggad som {name}. Det som skrevs är inte sparat än: kontrollera att det är ditt, och skicka igen."""

    question = True


def as_problem(error: Refused | RequestValidationError, body: Any = None) -> Problem:
    """A refusal as RFC 9457 says it, in the user's language; body: the type of what was asked for."""
    if isinstance(error, RequestValidationError):
        title = "Det finns ett problem med det du fyllt i."
        return Problem(type="invalid", title=title, status=422, errors=field_errors(error, body))
    errors = [FieldError(field=error.field, code=error.code, message=str(error))] if error.field else []
    return Problem(type=error.code, title=str(error), status=error.status, errors=errors, question=error.question)


async def _refused(request: Request, error: Exception) -> Response:
    """Comes when the transaction has been rolled back: a form is shown again on what is really there."""
    assert isinstance(error, Refused | RequestValidationError)
    if isinstance(error, RequestValidationError) and any(fault["loc"][0] == "path" for fault in error.errors()):
        return answer(request, as_problem(NotFound()))  # an address with an id that cannot be one leads nowhere
    body = getattr(getattr(request.scope.get("route"), "body_field", None), "field_info", None)
    problem = as_problem(error, getattr(body, "annotation", None))
    shown_on = getattr(request.scope.get("endpoint"), "form", None)
    if isinstance(error, NotLoggedIn) and wants_page(request):
        return _log_in(request, problem, shown_on)
    if isinstance(error, Refused) and error.see and wants_page(request):
        return RedirectResponse(error.see.format_map(error.facts), 303)
    if isinstance(error, Crossed):
        request.scope.pop("stafett.typed", None)  # they are another site's words
    if shown_on is None or not wants_page(request) or isinstance(error, Crossed):
        return answer(request, problem)
    typed = dict(request.scope.get("stafett.typed", {}))
    if isinstance(error, SentBefore | SaidBefore | KeyUnreadable):
        typed[ONCE] = f"{SURE}{uuid7()}"  # the form that is shown now is a new one, of somebody who has been asked
    return ShownAgain(shown_on.format(**request.path_params), problem, typed)


def sent_on(request: Request, done: Done) -> Response:
    """To the page that shows what was done, which says so once: no session needed."""
    response = RedirectResponse(done.location, 303)
    sentence, end, _ = done.message.partition(".")
    if end and "?" not in done.location:
        response.set_cookie(
            JUST_DONE,
            quote(sentence + end),
            max_age=JUST_DONE_SECONDS,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
    return response


async def _done_before(request: Request, error: Exception) -> Response:
    """Answered as the first time."""
    assert isinstance(error, DoneBefore)
    if wants_page(request):
        return sent_on(request, Done.model_validate(error.answer))
    return JSONResponse(error.answer)


def _log_in(request: Request, problem: Problem, shown_on: str | None) -> Response:
    """The way to the login and back to the page. What was typed stays here until it can be shown in its form again."""
    typed = request.scope.get("stafett.typed", {})
    query = f"?{request.url.query}" if request.url.query else ""
    here = request.scope["path"] + query
    back = here if request.method == "GET" else (shown_on or "").format(**request.path_params)
    view = {"back": back, "action": here, "typed": typed if shown_on else {}, "kept": KEPT}
    pages: Pages = request.app.state.pages
    response = pages.show("log_in.html", view, problem=problem)
    response.status_code = problem.status
    return response


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    titles = {404: "Sidan finns inte.", 405: "Det går inte att göra så här.", 413: "Det du skickade är för stort."}
    title = titles.get(error.status_code, "Begäran gick inte att förstå.")
    return answer(request, Problem(type=f"http-{error.status_code}", title=title, status=error.status_code))


def _failed(request: Request, error: Exception) -> Response:
    """Nothing of a failure reaches the user but what to do, and nothing of what was written reaches the log."""
    route = getattr(request.scope.get("route"), "path", "")
    if is_transient(error):
        structlog.get_logger().warning("database away", method=request.method, route=route, error=describe(error))
        title = "Tjänsten når inte sin databas just nu. Det du skrev är inte sparat. Försök igen om en stund."
        return answer(request, Problem(type="database-away", title=title, status=503))
    structlog.get_logger().error("request failed", method=request.method, route=route, error=describe(error))
    title = (
        "Något gick fel hos oss. Det du skrev är inte sparat. Försök igen, och kontakta användarstöd om det upprepas."
    )
    return answer(request, Problem(type="failed", title=title, status=500))


class LastResort:
    """Answers what no handler answered, when nothing has been sent yet."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            await _failed(Request(scope, receive), error)(scope, receive, send)


def answer(request: Request, problem: Problem) -> Response:
    """A problem as JSON, or as a page with what somebody had written, when its own page can't be shown."""
    headers = {"Retry-After": "5"} if problem.status == 503 else {}
    if wants_page(request):
        pages: Pages = request.app.state.pages
        kept = [text for text in request.scope.get("stafett.typed", {}).values() if len(text.split()) > 1]
        actor = request.scope.get("stafett.actor")
        response: Response = pages.show("problem.html", {"kept": kept}, problem=problem, actor=actor)
        response.status_code = problem.status
        response.headers.update(headers)
        return response
    body = problem.model_dump(mode="json", exclude_defaults=True) | {"type": problem.type}
    return JSONResponse(body, problem.status, headers, media_type="application/problem+json")


def add_refusals(app: FastAPI) -> None:
    """Every way a request can end without success, as a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(DoneBefore, _done_before)
    app.add_exception_handler(RequestValidationError, _refused)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_middleware(LastResort)
