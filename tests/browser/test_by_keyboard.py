"""An order is sent, distributed and acknowledged by three people who never touch a mouse."""

import time

from playwright.sync_api import Page

from tests.browser.conftest import Somebody

FOCUSED = """() => {
    const here = document.activeElement
    return here.matches('a, button, input, select, textarea') ? (here.labels?.[0] || here).innerText : ''
}"""
"""What the link, button or field that has the focus is called."""


def tab_to(page: Page, name: str) -> None:
    """On to the next link, button or field of that name, which is seen to have the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(name):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"{name} can't be reached by Tab at {page.url}")


def press(page: Page, name: str) -> None:
    """To the link or button, and press it; the next page is there."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def fill(page: Page, label: str, typed: str) -> None:
    tab_to(page, label)
    page.keyboard.type(typed)


def date(page: Page, label: str, day: str) -> None:
    """As a whole: in which order its parts are typed depends on the language of the browser."""
    tab_to(page, label)
    page.locator(":focus").fill(day)


def comes(page: Page, *texts: str) -> None:
    """Ask for the page again until a line in it has all the texts."""
    line, end = page.get_by_role("row"), time.monotonic() + 30
    for text in texts:
        line = line.filter(has_text=text)
    while not line.count():
        assert time.monotonic() < end, f"{texts} never came to {page.url}"
        page.reload()


def test_an_order_is_sent_distributed_and_acknowledged(somebody: Somebody) -> None:
    karin, eva, jonas = (somebody(login) for login in ("karin.berg", "eva.nyberg", "jonas.ek"))
    for page in ("Uppdrag", "Granska och skicka", "Skicka uppdraget"):
        press(karin, page)
    assert "skickat" in karin.get_by_role("heading", level=1).inner_text()

    press(eva, "Nya uppdrag")
    comes(eva, "Öberg, Lars")
    press(eva, "Öberg, Lars")
    press(eva, "Acceptera och fördela")
    press(eva, "Registrera insats")
    fill(eva, "Insatstyp", "Ledsagning")
    fill(eva, "Utförarenhet", "Blandaren htj ute")
    date(eva, "Från och med", "2026-12-01")
    press(eva, "Acceptera uppdraget och registrera")
    tab_to(eva, "Ledsagning, Blandaren htj ute")
    eva.keyboard.press("Space")
    tab_to(eva, "Ja, till dem jag väljer")
    eva.keyboard.press("ArrowDown")
    press(eva, "Fortsätt till bekräftelse")
    press(eva, "Ja, skicka till genomförande")
    assert "skickad" in eva.get_by_role("status").inner_text()

    press(jonas, "Nya uppdrag")
    comes(jonas, "Öberg, Lars")
    press(jonas, "Öberg, Lars")
    press(jonas, "Kvittera")
    assert jonas.get_by_role("status").inner_text() == "Uppdraget är kvitterat."
    karin.goto("/authority/assignments")
    comes(karin, "Öberg, Lars", "kvitterat")
