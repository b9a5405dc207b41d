import re
from pathlib import Path

import pytest

from tests.support.forms import content
from tests.support.municipality import unit
from tests.support.orders import order, person
from tests.support.provider import (
    ASSIGNMENT,
    NOTHING_TICKED,
    acknowledge,
    distribute,
    just_sent,
    new_row,
    register,
)
from tests.support.stafett import Running

STYLE = Path(__file__).parents[3] / "chassis" / "static" / "stafett.css"


@pytest.mark.requirement("TRE-ASSIGN-04", "TRE-ASSIGN-05")
async def test_the_order_is_read_in_full_and_printed_without_forms_and_reading_is_logged(execution: Running) -> None:
    await execution.deliver(just_sent())
    async with execution.browser("eva.nyberg") as eva:
        page = await eva.get(ASSIGNMENT)
    assert page.status_code == 200
    for text in (
        "Mustafsson, Moira",
        "19380303-9142",
        "Personlig omvårdnad",
        "11 kap. 1 § SoL",
        "Klara morgonen själv",
    ):
        assert text in page.text
    assert re.search(r"@media print \{[^}]*form[^}]*\{ display: none", STYLE.read_text())
    inside_forms = "".join(re.findall(r"<form.*?</form>", page.text, re.DOTALL))
    outside_forms = re.sub(r"<form.*?</form>", "", page.text, flags=re.DOTALL)
    assert "Lägg till i Mina personer" in inside_forms
    on_paper = re.sub(r'<p class="screen">.*?</p>', "", outside_forms, flags=re.DOTALL)
    assert "Avböj" in outside_forms
    assert "Avböj" not in on_paper
    assert "Acceptera" not in on_paper
    (read,) = await execution.sql("SELECT action, what FROM access_log")
    assert (read["action"], read["what"]) == ("read", f"assignment/{ASSIGNMENT.rsplit('/', 1)[1]}")


@pytest.mark.requirement("TRE-ASSIGN-04", "TRE-ASSIGN-05", "DOM-PROT-01")
async def test_the_order_opens_as_a_document_of_its_own_without_forms_for_those_who_may_see_it(
    execution: Running,
) -> None:
    await execution.deliver(just_sent(order=order(cover_message="Ring på\n<b>två</b> gånger.")))
    async with execution.browser("eva.nyberg") as eva:
        assert f'<a href="{ASSIGNMENT}/document" target="_blank">' in (await eva.get(ASSIGNMENT)).text
        page = (await eva.get(f"{ASSIGNMENT}/document")).text
    assert "<h1>Uppdrag: PO 5/11</h1>" in page
    for text in ("Mustafsson, Moira", "19380303-9142", "Klara morgonen själv", "11 kap. 1 § SoL (2025:400)"):
        assert text in page
    assert "Ring på\n&lt;b&gt;två&lt;/b&gt; gånger." in page
    assert "av Eva Nyberg. Läsningen är loggad." in page
    assert "<form" not in content(page)
    *_, read = await execution.sql("SELECT action, what FROM access_log ORDER BY number")
    assert (read["action"], read["what"]) == ("read", f"assignment/{ASSIGNMENT.rsplit('/', 1)[1]}/document")
    for login in ("jonas.ek", "fatima.noor", "karin.berg"):
        async with execution.browser(login) as other:
            assert (await other.get(f"{ASSIGNMENT}/document")).status_code == 404


async def test_lists_are_pages_with_captions_counts_and_words_for_when_they_are_empty(execution: Running) -> None:
    async with execution.browser("eva.nyberg") as eva:
        assert "Inga nya uppdrag på dina enheter" in (await eva.get("/execution/new-assignments")).text
        assert "Ingen har pågående eller planerade insatser" in (await eva.get("/execution/my-units")).text
        assert "Du följer ingen person" in (await eva.get("/execution/my-persons")).text
        await execution.deliver(just_sent())
        queue = await eva.get("/execution/new-assignments")
        assert "Visar 1 av totalt 1 uppdrag som väntar" in queue.text
        assert f'<a href="{ASSIGNMENT}">Läs och fördela<' in queue.text
        await distribute(execution)
        await register(execution, new_row("blandaren"))
        await acknowledge(execution, "eva.nyberg")
        units = await eva.get("/execution/my-units")
        assert "Blandaren htj ute (Leanlink) (1)" in units.text
        assert "Visar 1 av totalt 1 uppdrag med pågående eller planerade insatser" in units.text
    async with execution.browser("jonas.ek") as jonas:
        page = await jonas.get(ASSIGNMENT)
        assert "Avböj" not in page.text
        assert (await jonas.get(f"{ASSIGNMENT}/distribution")).status_code == 403


async def test_the_page_leads_to_the_persons_journals_and_to_a_report_when_the_units_have_something(
    execution: Running,
) -> None:
    await execution.deliver(just_sent())
    links = [
        f'<a href="{path}?person_id={person().person_id}">'
        for path in ("/journal/journals", "/deviation/deviations/new")
    ]
    async with execution.browser("eva.nyberg") as eva:
        page = (await eva.get(ASSIGNMENT)).text
        assert [link in page for link in links] == [False, False]
        await distribute(execution)
        page = (await eva.get(ASSIGNMENT)).text
        assert [link in page for link in links] == [True, True]


async def test_what_was_done_is_said_once_and_a_unit_has_acknowledged_once(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution)
    receipt = '<p class="done" role="status">Uppdraget är kvitterat.</p>'
    async with execution.browser("jonas.ek") as jonas:
        done = await jonas.post(f"{ASSIGNMENT}/acknowledgement", headers=NOTHING_TICKED)
        assert done.status_code == 303
        kept = done.headers["set-cookie"]
        assert "Jonas" not in kept
        assert ("HttpOnly" in kept, "SameSite=lax" in kept) == (True, True)
        assert receipt in (await jonas.get(ASSIGNMENT)).text
        assert receipt not in (await jonas.get(ASSIGNMENT)).text
        again = await jonas.post(f"{ASSIGNMENT}/acknowledgement", data={"unit_id": str(unit("blandaren-ute"))})
        page = (await jonas.get(again.headers["location"])).text
    assert "set-cookie" not in again.headers
    assert "Uppdraget är redan kvitterat av Jonas Ek" in page
    assert page.count("<p>Kvitterat för") == 1


async def test_an_address_with_an_id_that_cannot_be_one_leads_nowhere(execution: Running) -> None:
    path = "/execution/assignments/0"
    async with execution.client("eva.nyberg") as client:
        for answer in (await client.get(path), await client.post(f"{path}/acknowledgement", json={})):
            assert (answer.status_code, answer.json()["type"]) == (404, "not-found")
    async with execution.browser("eva.nyberg") as eva:
        page = await eva.get(path)
    assert page.status_code == 404
    assert "<h1>Det du söker finns inte, eller så har du inte behörighet att se det.</h1>" in page.text
    assert "Eva Nyberg, Samordnare" in page.text
    assert "Det finns ett problem" not in page.text
