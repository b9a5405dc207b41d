"""A browser that logs in: at the front, with the demo issuer, all over real HTTP on one origin."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx
from fastapi import FastAPI

from cli.issuer import AUDIENCE, DemoIssuer, issuer_app
from cli.up import DEMO_ISSUER, Together, listen, serving
from front.app import create_front
from front.settings import FrontSettings

ACTION = re.compile(r'<form method="post" action="([^"]*)"')


@dataclass
class Site:
    """Where Stafett is, and who vouches for its people."""

    url: str
    issuer: DemoIssuer

    def browser(self, **changes: Any) -> httpx.AsyncClient:
        """A browser that follows nothing by itself."""
        settings = {"base_url": self.url, "headers": {"accept": "text/html"}, "timeout": 30, **changes}
        return httpx.AsyncClient(**settings)


@asynccontextmanager
async def site(issuer: DemoIssuer, apps: Mapping[str, FastAPI] | None = None, **settings: Any) -> AsyncIterator[Site]:
    """The front, the issuer's pages and services that run already, on one port; settings: of the front."""
    listener = listen()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    issuer.pages_url, issuer.client_url = f"{url}/{DEMO_ISSUER}", url
    chosen = {"issuer": issuer.url, "audience": AUDIENCE, "public_url": url, **settings}
    together = Together({**(apps or {}), DEMO_ISSUER: issuer_app(issuer)}, create_front(FrontSettings(**chosen)))
    async with serving(together, listener):
        yield Site(url, issuer)


async def begin(browser: httpx.AsyncClient, back: str = "") -> httpx.Response:
    """As far as the page where one chooses who to be."""
    asked = await browser.get("/login", params={"next": back} if back else {})
    assert asked.status_code == 303, asked.text
    return await browser.get(asked.headers["location"])


async def choose(browser: httpx.AsyncClient, page: httpx.Response, login: str) -> str:
    """Choose a person (nobody: cancel); gives the address that the provider sends the browser to."""
    action = ACTION.search(page.text)
    assert action, page.text
    chosen = await browser.post(str(page.url.join(unescape(action[1]))), data={"login": login})
    assert chosen.status_code == 303, chosen.text
    return chosen.headers["location"]


async def log_in(browser: httpx.AsyncClient, login: str, back: str = "") -> httpx.Response:
    """The whole way; gives the answer to the provider's sending back."""
    return await browser.get(await choose(browser, await begin(browser, back), login))


def heading(page: httpx.Response) -> str:
    """What the page says at its top."""
    found = re.search(r"<h1>(.*?)</h1>", page.text)
    return unescape(found[1]) if found else ""
