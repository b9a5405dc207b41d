import re

import pytest

from contracts.authority import Protection
from tests.support.deviations import NOW, distributed, row
from tests.support.municipality import member, unit
from tests.support.orders import person
from tests.support.reports import MOIRA, STORY, UTE, did, reported, typed, yesterday
from tests.support.stafett import Running

FORM = "/deviation/deviations/new"


def fields(html: str) -> set[str]:
    return set(re.findall(r'name="([^"]+)"', html))


@pytest.mark.requirement("TRE-DEV-16", "TRE-DEV-02", "TRE-DEV-15", "F-23")
async def test_the_form_says_who_will_be_told_before_anything_is_saved(deviation: Running) -> None:
    async with deviation.browser("jonas.ek") as jonas:
        page = (await jonas.get(FORM, params={"person_id": MOIRA})).text
    assert "Meddelande skickas till <strong>Omar Haddad</strong>, Enhetschef." in page
    assert "Använd blanketten på MAS/MAR:s sida" in page
    assert "dokumenterar du i journalen" in page
    assert "consequence" not in fields(page)
    assert {
        *("kind", "was_alone", "category", "activity", "residence_id", "involved_professions.0", "occurred_on"),
        *(
            "occurred_at",
            "course_of_events",
            "suggested_action",
            "suspected_lex_sarah",
            "suspected_lex_maria",
            "comment",
        ),
    } <= fields(page)


@pytest.mark.requirement("TRE-DEV-11")
async def test_licensed_staff_answer_first_and_then_see_the_rest(deviation: Running) -> None:
    blank = {"person_id": MOIRA, "guidance": "c", "unit_id": "", "business_area": ""}
    async with deviation.browser("ingrid.lund") as ingrid:
        first = (await ingrid.get(FORM, params={"person_id": MOIRA})).text
        empty = await ingrid.get(FORM, params=blank)
        chosen = {"person_id": MOIRA, "guidance": "c", "unit_id": str(unit("bantorget"))}
        rest = (await ingrid.get(FORM, params=chosen)).text
    assert first.count('name="guidance"') == 4
    assert "course_of_events" not in fields(first)
    assert empty.status_code == 200
    assert "Ingen ansvarig chef finns för enheten." in rest
    assert "course_of_events" in fields(rest)


async def test_after_a_refusal_what_was_typed_is_still_there(deviation: Running) -> None:
    data = typed(occurred_on="2099-01-01", comment="Min kommentar", was_alone="yes", suspected_lex_sarah="true")
    data |= {"involved_professions.0": "nurse", "involved_professions.2": "", "suggested_action": ""}
    query = {"person_id": MOIRA, "unit_id": UTE, "business_area": "ao"}
    async with deviation.browser("jonas.ek") as jonas:
        page = await jonas.post("/deviation/deviations", params=query, data=data)
        again = dict(re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', page.text))
        fixed = data | {"occurred_on": yesterday()}
        done = await jonas.post("/deviation/deviations", params=query, data=fixed)
        shown = (await jonas.get(done.headers["location"])).text
    assert page.status_code == 422
    assert "Fel: Ny avvikelse" in page.text
    assert 'href="#occurred_on"' in page.text
    assert 'id="occurred_on-error"' in page.text
    assert again["occurred_on"] == "2099-01-01"
    assert "Mustafsson, Moira" in page.text
    assert "Moira föll vid fönstret, och ropade ”hjälp” &lt;b&gt;högt&lt;/b&gt; 🙂" in page.text
    assert "Min kommentar" in page.text
    assert '<option value="nurse" selected>' in page.text
    assert re.search(r'name="was_alone" value="yes" checked', page.text)
    assert re.search(r'name="suspected_lex_sarah" value="true" checked', page.text)
    assert done.status_code == 303
    assert "Avvikelsen är registrerad." in shown
    assert "Sjuksköterska" in shown
    assert await deviation.sql("SELECT involved_professions FROM deviations") == [{"involved_professions": ["nurse"]}]


@pytest.mark.requirement("R-26")
async def test_who_has_reported_where_nobody_answers_is_warned_at_once(deviation: Running) -> None:
    data = typed(guidance="c", unit_id=str(unit("bantorget")))
    async with deviation.browser("ingrid.lund") as ingrid:
        done = await ingrid.post("/deviation/deviations", data=data)
        page = (await ingrid.get(done.headers["location"])).text
    assert '<p class="warning">Ingen ansvarig chef finns för enheten.' in page


async def test_the_manager_handles_it_all_in_pages(deviation: Running) -> None:
    path = await reported(deviation)
    async with deviation.browser("omar.haddad") as omar:
        listed = (await omar.get("/deviation/deviations")).text
        assert path in listed
        assert "Mustafsson, Moira" in listed
        page = (await omar.get(path)).text
        assert "&lt;b&gt;högt&lt;/b&gt;" in page
        assert STORY not in page
        assert (await omar.post(f"{path}/analysis")).headers["location"] == f"{path}/assessment"
        wrong = await omar.post(
            f"{path}/assessment", data={"analysis": "Mattan", "severity": "9", "measures.0": "Bort"}
        )
        assert wrong.status_code == 422
        assert 'id="severity-error"' in wrong.text
        assert 'value="Bort"' in wrong.text
        assert ">Mattan</textarea>" in wrong.text
        good = {"analysis": "Mattan", "severity": "3", "measures.0": "Bort", "measures.1": "", "consequence": "minor"}
        assert (await omar.post(f"{path}/assessment", data=good)).status_code == 303
        refused = await omar.post(f"{path}/closing", data={"reason": ""})
        assert (refused.status_code, "Återkoppla till den som rapporterade innan" in refused.text) == (409, True)
        assert (await omar.post(f"{path}/feedback", data={"text": "Tack"})).status_code == 303
        assert (await omar.post(f"{path}/closing", data={"reason": ""})).status_code == 303
        page = (await omar.get(path)).text
    assert "Avslutad" in page
    assert "<dt>Konsekvens</dt><dd>Mindre</dd>" in page


async def test_no_page_about_a_deviation_has_two_forms_to_write_in_so_that_one_loses_what_is_in_the_other(
    deviation: Running,
) -> None:
    path = await reported(deviation)
    await did(deviation, "omar.haddad", f"{path}/analysis")
    written = re.compile(r"<form.*?</form>", re.DOTALL)
    async with deviation.browser("omar.haddad") as omar:
        overview = (await omar.get(path)).text
        acts = set(re.findall(rf'href="({path}/[a-z-]+)"', overview))
        assert acts == {f"{path}/{act}" for act in ("assessment", "feedback", "lex-suspicion")}
        for page in (path, *acts, f"{path}/closing"):
            forms = written.findall((await omar.get(page)).text)
            assert sum("<textarea" in one or "<select" in one or 'type="text"' in one for one in forms) <= 1, page
            assert (await omar.get(page)).status_code == 200


async def test_the_reporter_and_user_support_have_pages_too(deviation: Running) -> None:
    path = await reported(deviation, person_id=None)
    async with deviation.browser("jonas.ek") as jonas:
        assert path in (await jonas.get("/deviation/my-reports")).text
        shown = (await jonas.get(path)).text
        move = (await jonas.get(f"{path}/move", params={"unit_id": str(unit("stodteam"))})).text
        moved = await jonas.post(f"{path}/move", data={"unit_id": str(unit("stodteam"))})
        again = (await jonas.get(path)).text
    assert "Du har inte fått någon återkoppling ännu." in shown
    assert "Ingen ansvarig chef finns för enheten." in move
    assert moved.headers["location"] == path
    assert "Saknar ansvarig chef" in again
    async with deviation.browser("nils.holm") as nils:
        assert path in (await nils.get("/deviation/without-manager")).text
        page = (await nils.get(path)).text
        refused = await nils.post(f"{path}/removal", data={"reason": ""})
        asked = await nils.post(f"{path}/removal", data={"reason": "Fel"})
        assert "Vill du ta bort avvikelse 10001" in asked.text
        sure = dict(re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', asked.text))
        assert (await nils.post(f"{path}/removal", data=sure)).status_code == 303
        assert "Borttagen" in (await nils.get(path)).text
        assert (
            "Alla öppna avvikelser har någon som svarar för dem." in (await nils.get("/deviation/without-manager")).text
        )
    assert "fönstret" not in page
    assert refused.status_code == 422
    async with deviation.browser("jonas.ek") as jonas:
        assert "Du har inte rapporterat något." in (await jonas.get("/deviation/my-reports")).text
        assert "Inga avvikelser att visa." in (await jonas.get("/deviation/deviations")).text


async def test_a_suspicion_is_for_the_manager_and_whoever_said_it(deviation: Running) -> None:
    path = await reported(deviation)
    await did(deviation, "omar.haddad", f"{path}/lex-suspicion", law="lex_sarah")
    async with deviation.browser("omar.haddad") as omar:
        page = (await omar.get(path)).text
    async with deviation.browser("jonas.ek") as jonas:
        reporters = (await jonas.get(path)).text
    assert "Misstanke: Lex Sarah" in page
    assert "Misstanke" not in reporters


@pytest.mark.requirement("DOM-PROT-01")
async def test_protected_details_are_marked_on_every_page(deviation: Running) -> None:
    card = person(protection=Protection.CONFIDENTIALITY_MARK, cleared=(member("jonas.ek"),))
    await deviation.deliver(distributed(row(), card=card, distributed_at=NOW))
    path = await reported(deviation)
    async with deviation.browser("jonas.ek") as jonas:
        for page in (f"{FORM}?person_id={MOIRA}", path):
            assert "Personen har skyddade uppgifter. Din läsning loggas och granskas." in (await jonas.get(page)).text
        assert '<span class="tag">Skyddade uppgifter</span>' in (await jonas.get("/deviation/my-reports")).text
    async with deviation.browser("omar.haddad") as omar:
        listed = (await omar.get("/deviation/deviations")).text
    assert "Skyddade uppgifter" in listed
    assert "Mustafsson" not in listed
