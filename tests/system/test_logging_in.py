"""Logging in where everything runs: all on one port as in the demo, and front and provider as processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import httpx

from cli.up import Ready, everything
from tests.support.login import begin, choose, log_in
from tests.support.processes import ROOT, free_port
from tests.support.stafett import eventually

PAGES = {"accept": "text/html"}


async def test_in_the_demo_one_logs_in_at_the_provider_reads_the_inbox_and_becomes_somebody_else(
    prepared: Ready,
) -> None:
    async with everything(prepared) as url, httpx.AsyncClient(base_url=url, headers=PAGES, timeout=30) as browser:
        await eventually(lambda: well(browser, "/notify/health"), within=60)
        assert (await browser.get("/notify/inbox")).status_code == 401
        for login, name in (
            ("karin.berg", "Karin Berg, Biståndshandläggare"),
            ("eva.nyberg", "Eva Nyberg, Samordnare"),
        ):
            came_back = await log_in(browser, login)
            assert came_back.headers["location"] == "/notify/inbox"
            await eventually(partial(shows, browser, "/notify/inbox", name), within=60)
            await browser.post("/logout")
            assert (await browser.get("/notify/inbox")).status_code == 401


@contextmanager
def served(part: str, port: int, **settings: str) -> Iterator[None]:
    """`./stafett serve` as a process, until the end of the block."""
    chosen = {f"STAFETT_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "cli", "serve", part, "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **chosen})
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        finally:
            process.kill()  # nothing happens to one that has ended
            process.wait()


async def test_as_processes_they_know_each_other_by_their_settings() -> None:
    front, issuer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    shared = {"issuer": issuer, "audience": "stafett-exempelkommun", "client_secret": "hemlig", "public_url": front}
    with ExitStack() as processes:
        for part, url in (("demo-issuer", issuer), ("front", front)):
            processes.enter_context(served(part, int(url.rsplit(":", 1)[1]), **shared))
        async with httpx.AsyncClient(base_url=front, headers=PAGES, timeout=30) as browser:
            await eventually(lambda: well(browser, f"{issuer}/keys"), within=60)
            await eventually(lambda: well(browser, "/front/health"), within=60)
            page = await begin(browser)
            assert str(page.url).startswith(f"{issuer}/authorize?")
            came_back = await browser.get(await choose(browser, page, "jonas.ek"))
            assert (came_back.status_code, came_back.headers["location"]) == (303, "/notify/inbox")


async def shows(browser: httpx.AsyncClient, path: str, text: str) -> bool:
    """The page is there, with the text; False while the service does not know the member yet."""
    page = await browser.get(path)
    return page.status_code == 200 and text in page.text


async def well(browser: httpx.AsyncClient, path: str) -> bool:
    """It answers that all is well; False while nobody listens yet."""
    try:
        return (await browser.get(path)).status_code == 200
    except httpx.ConnectError:
        return False
