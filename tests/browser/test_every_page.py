"""Every page that somebody can reach by its links: it is there, anyone can use it, and it fits a narrow screen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from tests.browser.conftest import Somebody

RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=320, height=900)
"""WCAG 2.2, 1.4.10: a page of 1280 points magnified four times is 320 wide."""
WRITTEN_IN = "forms => forms.filter(one => one.method == 'post' && one.querySelector('textarea, [type=text]')).length"
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
EVERYBODY = ("karin.berg", "eva.nyberg", "jonas.ek", "omar.haddad", "tove.ahl")


@dataclass(frozen=True)
class Visit:
    """One page, and what is wrong with it."""

    path: str
    faults: list[str]


def kind(path: str) -> str:
    """A page's path without whom it is about and what is chosen in it."""
    return ID.sub("*", path.split("?")[0].split("#")[0])


def visits(page: Page) -> Iterator[Visit]:
    """One page of each kind that can be reached from where one is."""
    waiting, seen = [page.evaluate("location.pathname")], set[str]()
    while waiting:
        path = waiting.pop(0)
        if kind(path) in seen:
            continue
        seen.add(kind(path))
        answer = page.goto(path.split("#")[0])
        assert answer
        if answer.status != 200:
            yield Visit(path, [f"answered {answer.status}"])
        elif "html" in answer.headers["content-type"]:
            yield Visit(path, faults(page))
            links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
            here = page.evaluate("location.origin")
            waiting += [link.removeprefix(here) for link in links if link.startswith(here)]


def faults(page: Page) -> list[str]:
    """What keeps somebody from using the page: axe's rules for WCAG 2.2 AA, what lies outside a narrow screen, and
    forms of which one, when it is sent, loses what is written in the other."""
    page.set_viewport_size(WIDE)
    broken = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    found = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in broken]
    page.set_viewport_size(NARROW)
    if page.eval_on_selector_all("form", WRITTEN_IN) > 1:
        found.append("two forms to write in")
    width = page.evaluate("document.documentElement.scrollWidth")
    return [*found, f"{width} wide"] if width > NARROW["width"] else found


@pytest.mark.parametrize("login", EVERYBODY)
def test_every_page_that_is_linked_is_there_and_for_everybody(somebody: Somebody, login: str) -> None:
    visited = list(visits(somebody(login)))
    assert [one for one in visited if one.faults] == []
    assert len(visited) >= 8


@pytest.mark.parametrize(
    ("login", "path", "button"),
    [
        ("karin.berg", "/authority/persons/new", "Registrera"),
        ("jonas.ek", "/deviation/deviations/new", "Registrera"),
    ],
)
def test_what_is_wrong_in_a_form_is_said_first_has_the_focus_and_leads_to_its_fields(
    somebody: Somebody, login: str, path: str, button: str
) -> None:
    page = somebody(login)
    page.goto(path)
    with page.expect_navigation():
        page.get_by_role("button", name=button).last.click()
    assert page.evaluate("document.activeElement.getAttribute('aria-labelledby')") == "problem-title"
    assert page.title().startswith("Fel: ")
    assert faults(page) == []
    summary = page.get_by_role("alert").get_by_role("link")
    assert summary.count() >= 1
    target = summary.first.get_attribute("href")
    assert target
    summary.first.click()
    assert page.evaluate("document.activeElement.closest('main') !== null")
    assert page.evaluate(f"document.getElementById('{target[1:]}').getBoundingClientRect().top >= 0")
