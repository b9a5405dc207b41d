"""The demo issuer's doors: what it publishes, its page to choose who to be, its tokens, and its way out."""

import socket
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import unquote, urlsplit

import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chassis.issuer import DISCOVERY
from chassis.pages import SECURITY
from cli.issuer import persons
from cli.issuer.grants import Faulty, NotOurs, answer_url, asked, redeem
from cli.issuer.tokens import TOKEN_SECONDS, DemoIssuer

HERE = Path(__file__).parent
CHASSIS_STATIC = HERE.parents[1] / "chassis" / "static"

router = APIRouter()


def issuer_app(issuer: DemoIssuer) -> FastAPI:
    """The issuer's app, at the root and at the path of its pages' address: a proxy may leave it in or take it away."""
    app = FastAPI(title="Stafett demo issuer", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.issuer = issuer
    app.state.sides = persons.sides(persons.load())
    app.state.templates = Environment(
        loader=FileSystemLoader(HERE / "pages"), autoescape=True, undefined=StrictUndefined
    )
    for prefix in dict.fromkeys(["", urlsplit(issuer.pages_url).path.rstrip("/")]):
        app.include_router(router, prefix=prefix)
        app.mount(f"{prefix}/static", StaticFiles(directory=HERE / "static"))
    return app


@router.get(DISCOVERY)
async def discovery(request: Request) -> Response:
    return JSONResponse(_issuer(request).discovery())


@router.get("/keys")
async def keys(request: Request) -> Response:
    return JSONResponse(_issuer(request).keys())


@router.get("/authorize")
async def choose(request: Request) -> Response:
    issuer = _issuer(request)
    try:
        asked(request.query_params, issuer.client)
    except NotOurs:
        return _page(request, "refused.html", 400)
    except Faulty as error:
        return _answer(request, error=error.error)
    sides = request.app.state.sides
    told = {"followed": persons.with_each(persons.FOLLOW, sides), "waiting": persons.with_each(issuer.waiting, sides)}
    return _page(request, "choose.html", sides=sides, told=told, query=request.url.query)


@router.post("/authorize")
async def be(request: Request) -> Response:
    """The page's form, whose address holds the same request."""
    issuer, chosen = _issuer(request), str((await request.form()).get("login", ""))
    try:
        wanted = asked(request.query_params, issuer.client)
    except NotOurs:
        return _page(request, "refused.html", 400)
    except Faulty as error:
        return _answer(request, error=error.error)
    if chosen not in {person.login for side in request.app.state.sides.values() for person in side}:
        return _answer(request, error="access_denied")
    return _answer(request, code=issuer.grant(chosen, wanted))


@router.post("/token")
async def token(request: Request) -> Response:
    issuer = _issuer(request)
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    grant = issuer.grants.pop(form.get("code", ""), None)  # whatever comes of it, a code is used once
    head = {"Cache-Control": "no-store"}
    try:
        login = redeem(grant, form, _basic(request), issuer.client, time.time())
    except Faulty as error:
        return JSONResponse({"error": error.error}, 401 if error.error == "invalid_client" else 400, head)
    assert grant is not None
    said = {
        "access_token": token_urlsafe(32),
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "id_token": issuer.token(login, **({"nonce": grant.asked.nonce} if grant.asked.nonce else {})),
    }
    return JSONResponse(said, headers=head)


@router.get("/end-session")
async def end_session(request: Request) -> Response:
    """Nobody stays logged in here, so there is nothing to end but to send them back."""
    client = _issuer(request).client
    if request.query_params.get("post_logout_redirect_uri") == client.after_logout:
        return RedirectResponse(client.after_logout, 303)
    return _page(request, "ended.html")


def _issuer(request: Request) -> DemoIssuer:
    issuer: DemoIssuer = request.app.state.issuer
    return issuer


def _answer(request: Request, **said: str) -> Response:
    """Back to the client."""
    issuer = _issuer(request)
    state = request.query_params.get("state", "")
    return RedirectResponse(answer_url(issuer.client.callback, issuer.url, state, **said), 303)


def _basic(request: Request) -> tuple[str, str] | None:
    """The client's id and secret from the request's head, if they are there (RFC 6749 2.3.1)."""
    kind, _, content = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        id, _, secret = b64decode(content).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote(id), unquote(secret)


def _page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page whose form may lead on to the client, also when that is on another host."""
    own, client = SECURITY["Content-Security-Policy"], _issuer(request).client.callback
    policy = own.replace("form-action 'self'", f"form-action 'self' {client}")
    text = request.app.state.templates.get_template(template).render(**values)
    return HTMLResponse(text, status, {**SECURITY, "Content-Security-Policy": policy})


@contextmanager
def demo_issuer() -> Iterator[DemoIssuer]:
    """An issuer on a free port of this machine, until the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    issuer = DemoIssuer(url, url, url)
    server = uvicorn.Server(uvicorn.Config(issuer_app(issuer), log_level="warning", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
