"""HTTP in: one transaction per request, the same route for JSON and for HTML forms, refusals in words.

A door is a plain FastAPI route on a `Router()`. `@page("x.html")` on a GET shows its answer as a page to a browser;
`@form("/path/of/the/page")` on a POST sends a browser on to `Done.location`, or shows the page again with the refusal
and everything that was typed.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, MutableMapping
from typing import Annotated, Any, TypeVar
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, field_validator
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.auth import Actor, Issuer, NotLoggedIn, load_actor
from chassis.database import Database, Transaction, is_transient
from chassis.decision import Refused
from chassis.envelope import Cause
from chassis.pages import Pages
from chassis.problems import FieldError, Problem, field_errors
from chassis.telemetry import describe

COOKIE = "stafett"
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Command(BaseModel):
    """What someone asks for: the body of a door, as JSON or as a form."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, str_max_length=20_000)

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: object) -> object:
        """PostgreSQL's text takes every character but NUL, and UTF-8 every one but half a surrogate pair."""
        if any(re.search(r"[\x00\ud800-\udfff]", text) for text in _texts(value)):
            raise ValueError("Texten innehåller ett tecken som inte går att spara. Ta bort det och försök igen.")
        return value


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


class Done(BaseModel):
    """It is done: where to look, and a sentence for the one who did it."""

    id: UUID
    location: str
    message: str = ""


class Crossed(Refused):
    """Formuläret skickades från en annan webbplats och togs inte emot. Öppna sidan igen och försök på nytt."""

    status = 403


class ReadWithoutLog(Exception):
    """A door showed somebody's data without `tx.saw`: no log, no read."""


def page(template: str) -> Callable[[Endpoint], Endpoint]:
    """Show what this GET answers as a page when a browser asks."""
    return _mark("page", template)


def form(shown_on: str) -> Callable[[Endpoint], Endpoint]:
    """The path of the page that holds this door's form, with the door's own path parameters."""
    return _mark("form", shown_on)


def _mark(name: str, value: str) -> Callable[[Endpoint], Endpoint]:
    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, name, value)
        return endpoint

    return mark


def wants_page(request: Request) -> bool:
    """True for a browser: it names HTML before (or without) JSON."""
    accept = request.headers.get("accept", "")
    html, plain = accept.find("text/html"), accept.find("application/json")
    return html >= 0 and (plain < 0 or html < plain)


class Door(APIRoute):
    """A route that speaks JSON and HTML."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def speak(request: Request) -> Response:
            if request.headers.get("content-type", "").startswith(FORM_TYPES):
                request.scope["stafett.typed"], request = await _form_as_json(request)
            response = await handle(request)
            return self._for_browser(request, response) if wants_page(request) else response

        return speak

    def _for_browser(self, request: Request, response: Response) -> Response:
        template = getattr(self.endpoint, "page", None)
        if template is not None:
            pages: Pages = request.app.state.pages
            said: Mapping[str, Any] = request.scope.get("stafett.said") or {}
            return pages.show(
                template, json.loads(bytes(response.body)), actor=request.scope.get("stafett.actor"), **said
            )
        if hasattr(self.endpoint, "form"):
            return RedirectResponse(json.loads(bytes(response.body))["location"], 303)
        return response


class Router(APIRouter):
    """A feature's own doors."""

    def __init__(self) -> None:
        super().__init__(route_class=Door)


async def _form_as_json(request: Request) -> tuple[dict[str, Any], Request]:
    """What was typed, and the same request with it as a JSON body: `rows.0.unit_id` is a place in a list.

    A field left empty counts as not filled in.
    """
    fields = await request.form()
    typed = {name: value for name, value in fields.multi_items() if isinstance(value, str)}
    body = json.dumps(_nested({name: value for name, value in typed.items() if value.strip()})).encode()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(n, v) for n, v in request.scope["headers"] if n not in (b"content-type", b"content-length")]
    headers.append((b"content-type", b"application/json"))
    return typed, Request({**request.scope, "headers": headers}, receive)


def _nested(flat: Mapping[str, str]) -> Any:
    tree: dict[str, Any] = {}
    for name, value in flat.items():
        place = tree
        *path, last = name.split(".")
        for step in path:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                break
        else:
            place[last] = value
    return _lists(tree)


def _lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    if tree and all(re.fullmatch(r"\d{1,3}", key) for key in tree):
        return [_lists(tree[key]) for key in sorted(tree, key=int)]
    return {key: _lists(value) for key, value in tree.items()}


class ShownAgain(Response):
    """The page that holds the form, with what was refused and what was typed, as the answer to the form.

    The query string of the form's own action is the page's too, so that the same selection is shown again.
    """

    def __init__(self, path: str, problem: Problem, typed: Mapping[str, str]) -> None:
        super().__init__(status_code=problem.status)
        self._path = path
        self._said = {"problem": problem, "typed": typed}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        keep = [(n, v) for n, v in scope["headers"] if n not in (b"content-type", b"content-length")]
        again = {**scope, "method": "GET", "path": self._path, "raw_path": self._path.encode()}
        for stale in ("path_params", "endpoint", "route", "router", "fastapi_inner_astack", "fastapi_function_astack"):
            again.pop(stale, None)

        async def with_status(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                message["status"] = self.status_code
            await send(message)

        await scope["app"]({**again, "headers": keep, "stafett.said": self._said}, receive, with_status)


def as_problem(error: Refused | RequestValidationError) -> Problem:
    """A refusal as RFC 9457 says it, in the user's language."""
    if isinstance(error, RequestValidationError):
        return Problem(
            type="invalid", title="Det finns ett problem med det du fyllt i.", status=422, errors=field_errors(error)
        )
    errors = [FieldError(field=error.field, code=error.code, message=str(error))] if error.field else []
    return Problem(type=error.code, title=str(error), status=error.status, errors=errors)


async def transaction(request: Request) -> AsyncIterator[Transaction]:
    """The request's transaction; the token is verified before a connection is taken."""
    database: Database = request.app.state.database
    request.scope["stafett.login"] = await _login(request)
    cause = Cause(traceparent=parent) if (parent := request.headers.get("traceparent")) else Cause()
    async with database.transaction(cause) as tx:
        yield tx
        if tx.unlogged and request.method in SAFE:
            raise ReadWithoutLog


async def _login(request: Request) -> Any:
    issuer: Issuer = request.app.state.issuer
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        token = request.cookies.get(COOKIE, "")
        if request.method not in SAFE and request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise Crossed
    if not token:
        raise NotLoggedIn
    return await issuer.verify(token)


# scope="function" commits before the response is sent; the default would answer first and commit afterwards.
Tx = Annotated[Transaction, Depends(transaction, scope="function")]


async def actor(request: Request, tx: Tx) -> Actor:
    """The member who asks, with the roles of today."""
    who = await load_actor(tx, request.scope["stafett.login"], tx.today)
    request.scope["stafett.actor"] = who
    return who


By = Annotated[Actor, Depends(actor)]


async def _refused(request: Request, error: Exception) -> Response:
    """Comes when the transaction has been rolled back: a form is shown again on what is really there."""
    assert isinstance(error, Refused | RequestValidationError)
    shown_on = getattr(request.scope.get("endpoint"), "form", None)
    if shown_on is None or not wants_page(request) or isinstance(error, NotLoggedIn | Crossed):
        return answer(request, as_problem(error))
    return ShownAgain(shown_on.format(**request.path_params), as_problem(error), request.scope.get("stafett.typed", {}))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    titles = {404: "Sidan finns inte.", 405: "Det går inte att göra så här.", 413: "Det du skickade är för stort."}
    title = titles.get(error.status_code, "Begäran gick inte att förstå.")
    return answer(request, Problem(type=f"http-{error.status_code}", title=title, status=error.status_code))


def _failed(request: Request, error: Exception) -> Response:
    """Nothing of a failure reaches the user but what to do, and nothing of what was written reaches the log."""
    if is_transient(error):
        title = "Tjänsten når inte sin databas just nu. Det du skrev är inte sparat. Försök igen om en stund."
        return answer(request, Problem(type="database-away", title=title, status=503))
    route = getattr(request.scope.get("route"), "path", "")
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
    """A problem as JSON, or as a page."""
    headers = {"Retry-After": "5"} if problem.status == 503 else {}
    if wants_page(request):
        pages: Pages = request.app.state.pages
        response: Response = pages.show("problem.html", {}, problem=problem, actor=request.scope.get("stafett.actor"))
        response.status_code = problem.status
        response.headers.update(headers)
        return response
    body = problem.model_dump(mode="json", exclude_defaults=True) | {"type": problem.type}
    return JSONResponse(body, problem.status, headers, media_type="application/problem+json")


def add_refusals(app: FastAPI) -> None:
    """Every way a request can end without success, as a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _refused)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_middleware(LastResort)
