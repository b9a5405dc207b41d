"""Chromium as a visitor's browser, at a demo that runs as a visitor would start it."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.people import actor

ROOT = Path(__file__).parents[2]
UP = "Stafett is up: "
Somebody = Callable[[str], Page]
"""A browser of their own for a member of the demo municipality, by login, logged in and at the inbox."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        # Its own sandbox is not to be had in every container; nothing but our own pages is opened.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def visited() -> Iterator[str]:
    """The address of a demo with work left to do, until the end of the block."""
    command = [sys.executable, "-m", "cli", "demo"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout
        try:
            said = next((line for line in demo.stdout if line.startswith(UP)), None)
            assert said, "the demo did not come up"
            yield said.removeprefix(UP).split()[0]
        finally:
            demo.send_signal(signal.SIGINT)
            demo.communicate(timeout=60)


@pytest.fixture(scope="module")
def address(chromium: Browser) -> Iterator[str]:
    with visited() as address:
        yield address


@pytest.fixture
def somebody(chromium: Browser, address: str) -> Iterator[Somebody]:
    contexts = []

    def enter(login: str) -> Page:
        contexts.append(chromium.new_context(base_url=address, locale="sv-SE", timezone_id="Europe/Stockholm"))
        page = contexts[-1].new_page()
        page.goto("/login?next=/notify/inbox")
        page.get_by_role("button", name=actor(login).name).click()
        page.wait_for_url(f"{address}/notify/inbox")
        return page

    yield enter
    for context in contexts:
        context.close()
