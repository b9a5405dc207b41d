"""The menu holds what each has the role for, and says where they are."""

import re

from tests.support.municipality import unit
from tests.support.provider import ASSIGNMENT, NOTHING_TICKED, just_sent
from tests.support.stafett import Ground, Running

INBOX = "Inkorg"
PROVIDER = ["Nya uppdrag", "Mina enheter", "Mina personer"]
REPORTS = ["Registrera avvikelse", "Mina rapporter"]
MENUS = {
    "tove.ahl": [INBOX, *PROVIDER, "Avvikelser", *REPORTS],
    "omar.haddad": [INBOX, *PROVIDER, "Avvikelser", *REPORTS],
    "eva.nyberg": [INBOX, *PROVIDER, *REPORTS],
    "jonas.ek": [INBOX, *PROVIDER, *REPORTS],
    "karin.berg": [INBOX, "Personer", "Uppdrag", *REPORTS],
    "ingrid.lund": [INBOX, *REPORTS],
    "nils.holm": [INBOX, "Saknar ansvarig chef", "Sök avvikelse"],
    "asa.vinge": [INBOX],
}
ITEM = re.compile(r'<li><a href="([^"]*)"( aria-current="page")?>([^<]*)</a></li>')


def here(page: str) -> list[str]:
    """The items that say they are the page shown."""
    return [text for _, shown, text in menu(page) if shown]


def menu(page: str) -> list[tuple[str, bool, str]]:
    """(path, whether it is the page shown, text) of each item."""
    nav = page[page.index('<nav aria-label="Huvudmeny">') : page.index("</nav>")]
    return [(path, bool(shown), text) for path, shown, text in ITEM.findall(nav)]


async def test_everybody_is_offered_the_pages_their_roles_are_for_and_each_says_that_it_is_shown(clean: Ground) -> None:
    async with clean.services("notify", "execution", "authority", "deviation") as services:
        for login, texts in MENUS.items():
            async with services["notify"].browser(login) as client:
                offered = menu((await client.get("/notify/inbox")).text)
            assert [text for _, _, text in offered] == texts, login
            for path, _, text in offered:
                async with services[path.split("/")[1]].browser(login) as client:
                    page = await client.get(path)
                assert (page.status_code, here(page.text)) == (200, [text]), login


async def test_a_chosen_part_of_a_page_is_that_page_and_a_page_beside_the_menu_is_none_of_it(
    execution: Running,
) -> None:
    await execution.deliver(just_sent())
    async with execution.browser("eva.nyberg") as eva:
        assert here((await eva.get(f"/execution/my-units?unit={unit('blandaren')}")).text) == ["Mina enheter"]
        assert here((await eva.get(ASSIGNMENT)).text) == []


async def test_a_refused_form_is_still_the_page_that_holds_it(clean: Ground) -> None:
    async with clean.service("deviation") as deviation, deviation.browser("jonas.ek") as jonas:
        refused = await jonas.post("/deviation/deviations", headers=NOTHING_TICKED)
    assert refused.status_code == 422
    assert here(refused.text) == ["Registrera avvikelse"]


async def test_whoever_is_not_logged_in_is_shown_the_way_and_others_the_way_back(execution: Running) -> None:
    async with execution.client() as nobody:
        page = await nobody.get("/execution/new-assignments", headers={"accept": "text/html"})
    assert page.status_code == 401
    assert '<a href="/login?next=/execution/new-assignments">Logga in</a>' in page.text
    assert [text for _, _, text in menu(page.text)] == [INBOX]
    async with execution.browser("karin.berg") as karin:
        refused = await karin.get(ASSIGNMENT)
    assert refused.status_code == 404
    assert "Logga in" not in refused.text
    assert '<button type="submit">Logga ut</button>' in refused.text
    assert '<a href="/notify/inbox">Till inkorgen</a>' in refused.text
