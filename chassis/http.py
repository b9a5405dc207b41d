"""HTTP in: one transaction per request, the same route for JSON and for HTML forms, refusals in words.

A door is a plain FastAPI route on a `Router()`. `@page("x.html")` on a GET shows its answer as a page to a browser;
`@form("/path/of/the/page")` on a POST sends a browser on to `Done.location`, or shows the page again with the refusal
and everything that was typed. `@fills_in("/path/of/the/page")` shows the page again with some fields filled in.
"""

import json
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from chassis.auth import Actor, load_actor
from chassis.database import Database, Transaction
from chassis.envelope import TRACEPARENT, Cause
from chassis.forms import AGAIN, FORM_TYPES, Command, ShownAgain, form_as_json, from_another_site, wants_page
from chassis.issuer import Issuer, NotLoggedIn
from chassis.once import Done, first_time, remembered
from chassis.pages import Pages
from chassis.refusals import JUST_DONE, Crossed, LoggedInAgain, sent_on
from chassis.session import sent_cookies, session_token

__all__ = ["By", "Command", "Done", "FilledIn", "Router", "Tx", "fills_in", "form", "page"]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class FilledIn(BaseModel):
    """The form goes on: what these fields hold now, and a sentence for the one who fills it in."""

    fields: dict[str, str]
    message: str = ""


class ReadWithoutLog(Exception):
    """A door showed somebody's data without `tx.saw`: no log, no read."""


def page(template: str) -> Callable[[Endpoint], Endpoint]:
    """Show what this GET answers as a page when a browser asks."""
    return _mark("page", template)


def form(shown_on: str) -> Callable[[Endpoint], Endpoint]:
    """The path of the page that holds this door's form, with the door's own path parameters."""
    return _mark("form", shown_on)


def fills_in(shown_on: str) -> Callable[[Endpoint], Endpoint]:
    """The path of the page with the form that this door fills in: nothing is saved, and all that was typed is kept."""

    def mark(endpoint: Endpoint) -> Endpoint:
        return _mark("fills_in", shown_on)(_mark("form", shown_on)(endpoint))

    return mark


def _mark(name: str, value: str) -> Callable[[Endpoint], Endpoint]:
    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, name, value)
        return endpoint

    return mark


class Door(APIRoute):
    """A route that speaks JSON and HTML."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def speak(request: Request) -> Response:
            if request.headers.get("content-type", "").startswith(FORM_TYPES):
                typed, as_json = await form_as_json(request)
                request.scope["stafett.typed"] = as_json.scope["stafett.typed"] = typed
                shown_on = getattr(self.endpoint, "form", None)
                if AGAIN in typed and shown_on and wants_page(request):
                    return await _shown_again(request, shown_on, typed)
                request = as_json
            response = await handle(request)
            return self._for_browser(request, response) if wants_page(request) else response

        return speak

    def _for_browser(self, request: Request, response: Response) -> Response:
        template = getattr(self.endpoint, "page", None)
        if template is not None:
            pages: Pages = request.app.state.pages
            said: Mapping[str, Any] = request.scope.get("stafett.said") or {}
            just_done = unquote(sent_cookies(request).get(JUST_DONE, ""))
            who = {"actor": request.scope.get("stafett.actor"), "path": request.scope["path"]}
            shown = pages.show(template, json.loads(bytes(response.body)), **{"just_done": just_done, **who, **said})
            if just_done:
                shown.delete_cookie(JUST_DONE, httponly=True, samesite="lax")
            return shown
        if hasattr(self.endpoint, "fills_in"):
            filled = FilledIn.model_validate_json(bytes(response.body))
            shown_on = self.endpoint.fills_in.format(**request.path_params)
            return ShownAgain(shown_on, None, request.scope.get("stafett.typed", {}) | filled.fields, filled.message)
        if hasattr(self.endpoint, "form"):
            return sent_on(request, Done.model_validate_json(bytes(response.body)))
        return response


async def _shown_again(request: Request, shown_on: str, typed: Mapping[str, str]) -> Response:
    """The form with room for more; nothing is decided or saved, and the page's own rights hold."""
    await _login(request)
    return ShownAgain(shown_on.format(**request.path_params), None, typed)


class Router:
    """A feature's own doors. They are made into routes with the app: whoever only decides need not wait for that."""

    def __init__(self) -> None:
        self._doors: list[tuple[str, Callable[..., Any], Mapping[str, Any]]] = []

    def get(self, path: str, **how: Any) -> Callable[[Endpoint], Endpoint]:
        return self._door("GET", path, how)

    def post(self, path: str, **how: Any) -> Callable[[Endpoint], Endpoint]:
        return self._door("POST", path, how)

    def put(self, path: str, **how: Any) -> Callable[[Endpoint], Endpoint]:
        return self._door("PUT", path, how)

    def delete(self, path: str, **how: Any) -> Callable[[Endpoint], Endpoint]:
        return self._door("DELETE", path, how)

    def _door(self, method: str, path: str, how: Mapping[str, Any]) -> Callable[[Endpoint], Endpoint]:
        def keep(endpoint: Endpoint) -> Endpoint:
            self._doors.append((path, endpoint, {"methods": [method], **how}))
            return endpoint

        return keep

    def made(self) -> APIRouter:
        """FastAPI's own; what a command answers is kept for when it comes again."""
        router = APIRouter(route_class=Door)
        for path, endpoint, how in self._doors:
            door = endpoint if SAFE.issuperset(how["methods"]) else remembered(endpoint)
            router.add_api_route(path, door, **how)
        return router


async def transaction(request: Request) -> AsyncIterator[Transaction]:
    """The request's transaction; the token is verified before a connection is taken."""
    database: Database = request.app.state.database
    request.scope["stafett.login"] = await _login(request)
    parent = request.headers.get("traceparent", "")
    cause = Cause(traceparent=parent) if TRACEPARENT.fullmatch(parent) else Cause()
    async with database.transaction(cause) as tx:
        if request.method not in SAFE:
            request.scope["stafett.before"] = await first_time(tx, request, request.scope["stafett.login"].subject)
        yield tx
        if tx.unlogged and request.method in SAFE:
            raise ReadWithoutLog


async def _login(request: Request) -> Any:
    issuer: Issuer = request.app.state.issuer
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        token = session_token(sent_cookies(request), request.app.state.session_cookies)
        if request.method not in SAFE and from_another_site(request):
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
    if before := request.scope.get("stafett.before"):
        raise before
    if request.scope.get("stafett.kept"):
        raise LoggedInAgain(name=who.name)
    return who


By = Annotated[Actor, Depends(actor)]
