"""HTML forms: what was typed becomes a command, and a refused form is shown again with everything in it."""

import json
import re
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, field_validator
from starlette.types import Message, Receive, Scope, Send

from chassis.problems import Problem

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
AGAIN = "again"
"""The name of a button that asks for the form again, as it is filled in; its value says what there shall be more of."""
DEEPEST = 4
"""So many steps a field's name may have: `rows.0.unit_id` has two. The rest of a longer name is taken as it stands."""
ONCE = "stafett-once"
"""The field with the key by which a form that comes again is known; it is no part of what is asked for."""
KEPT = "stafett-kept"
"""The field of a form that was kept while its writer logged in: it is to be shown, not yet done."""


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


def wants_page(request: Request) -> bool:
    """True for a browser: it names HTML before (or without) JSON."""
    accept = request.headers.get("accept", "")
    html, plain = accept.find("text/html"), accept.find("application/json")
    return html >= 0 and (plain < 0 or html < plain)


def from_another_site(request: Request) -> bool:
    """What the browser says; one that doesn't say where from (an old one, or over plain HTTP) names the origin."""
    if site := request.headers.get("sec-fetch-site"):
        return site != "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] != request.headers.get("host")


async def form_as_json(request: Request) -> tuple[dict[str, Any], Request]:
    """What was typed, and the same request with it as a JSON body: `rows.0.unit_id` is a place in a list.

    A field left empty counts as not filled in.
    """
    fields = await request.form()
    typed = {name: value for name, value in fields.multi_items() if isinstance(value, str)}
    kept = typed.pop(KEPT, None) is not None
    filled_in = {name: value for name, value in typed.items() if value.strip() and name != ONCE}
    body = json.dumps(_nested(filled_in)).encode()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(n, v) for n, v in request.scope["headers"] if n not in (b"content-type", b"content-length")]
    headers.append((b"content-type", b"application/json"))
    scope = {**request.scope, "headers": headers, "stafett.kept": kept, "stafett.once": typed.get(ONCE)}
    return typed, Request(scope, receive)


def _nested(flat: Mapping[str, str]) -> Any:
    tree: dict[str, Any] = {}
    for name, value in flat.items():
        place = tree
        *path, last = name.split(".", DEEPEST)
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
    """The page that holds the form, with what was refused or has just been done and what was typed, as the answer.

    The query string of the form's own action is the page's too, so that the same selection is shown again.
    """

    def __init__(self, path: str, problem: Problem | None, typed: Mapping[str, str], just_done: str = "") -> None:
        super().__init__(status_code=problem.status if problem else 200)
        self._path = path
        self._said = {"problem": problem, "typed": typed, "just_done": just_done}

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
