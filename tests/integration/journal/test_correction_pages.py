import pytest

from tests.support.forms import content
from tests.support.municipality import member
from tests.support.stafett import Running, body
from tests.support.written import PERSON, locked, opened

HARD = '"Citat" <script>alert(1)</script> & åäö 😀'


@pytest.mark.requirement("TRE-CORR-02", "TRE-CORR-04", "TRE-CORR-05", "F-14")
async def test_a_correction_is_shown_in_words_and_not_in_colour_alone(journal: Running) -> None:
    path = await opened(journal)
    note = await locked(journal, path, text=f"Före {HARD} efter.")
    wrong = {"original_fragment": "efter.", "replacement": "<b>bakom</b>.", "role_title": "Verksamhetschef"}
    async with journal.browser("tove.ahl") as tove:
        form = await tove.get(note)
        absent = await tove.post(f"{note}/corrections", data=wrong | {"original_fragment": "mellan"})
        done = await tove.post(f"{note}/corrections", data=wrong)
        assert (done.status_code, done.headers["location"]) == (303, f"{note}/corrections")
        assert (await tove.post(f"{note}/correction-requests", data={"statement": "<i>Fel</i>"})).status_code == 303
        page = await tove.get(f"{note}/corrections")
        of_note = await tove.get(note)
        listed = await tove.get(path)
    assert "Rätta anteckningen" in form.text
    assert absent.status_code == 422
    assert "mellan</textarea>" in absent.text
    assert "<dt>Struket</dt><dd><del>efter.</del></dd>" in page.text
    assert "<dt>Tillagt</dt><dd><ins>&lt;b&gt;bakom&lt;/b&gt;.</ins></dd>" in page.text
    assert "[Struken text börjar]" in page.text
    assert "Rättning 1: Tove Ahl / Verksamhetschef" in page.text
    assert "[Tove Ahl " in page.text
    assert "<form" not in content(page.text)
    assert f'<a href="{note}/corrections">Visa anteckningens rättningar och alla versioner</a>' in of_note.text
    assert "&lt;i&gt;Fel&lt;/i&gt;" in of_note.text
    assert '<span class="tag">Rättad</span>' in listed.text
    assert "<b>" not in page.text


@pytest.mark.requirement("TRE-CORR-02", "TRE-CORR-03")
async def test_the_text_to_correct_is_chosen_and_comes_into_both_boxes(journal: Running) -> None:
    note = await locked(journal, await opened(journal), text="Moira sov gott. Hon åt frukost.\nSedan gick hon ut.")
    async with journal.browser("tove.ahl") as tove:
        page = await tove.get(f"{note}/correction")
        chosen = await tove.get(f"{note}/correction?fragment=2")
        beyond = await tove.get(f"{note}/correction?fragment=9")
        edited = {
            "original_fragment": "Hon åt frukost.",
            "replacement": "Hon åt lunch.",
            "role_title": "Verksamhetschef",
        }
        assert (await tove.post(f"{note}/corrections", data=edited)).status_code == 303
        result = await tove.get(f"{note}/corrections")
    assert f'<a href="{note}/correction?fragment=2#original_fragment"' in page.text
    assert chosen.text.count("Hon åt frukost.</textarea>") == 2
    assert 'name="role_title" value="Verksamhetschef"' in chosen.text
    assert "Hon åt frukost.</textarea>" not in page.text + beyond.text
    assert "frukost.<span" in result.text
    async with journal.browser("jonas.ek") as jonas:
        page, act = await jonas.get(note), await jonas.get(f"{note}/correction?fragment=2")
    assert "Är något i den fel kan verksamhetschefen rätta den." in page.text
    assert "Rätta anteckningen" not in page.text
    assert "<form" not in content(act.text)


async def test_reading_the_corrections_is_logged_and_for_others_they_do_not_exist(journal: Running) -> None:
    note = await locked(journal, await opened(journal))
    async with journal.client("fatima.noor") as fatima:
        assert body(await fatima.get(f"{note}/corrections"), 404)["type"] == "not-found"
    async with journal.client("jonas.ek") as jonas:
        assert body(await jonas.get(f"{note}/corrections"))["corrections"] == []
    log = await journal.sql("SELECT member_id, person_id, action FROM access_log")
    assert log == [{"member_id": member("jonas.ek"), "person_id": PERSON, "action": "read"}]


@pytest.mark.requirement("R-11")
async def test_a_refused_correction_is_said_on_the_page_of_the_note(journal: Running) -> None:
    note = await locked(journal, await opened(journal))
    wrong = {"original_fragment": "frukost", "replacement": "lunch", "role_title": "Enhetschef"}
    async with journal.browser("omar.haddad") as omar:
        refused = await omar.post(f"{note}/corrections", data=wrong)
    assert refused.status_code == 403
    assert "Endast verksamhetschef kan rätta en skrivskyddad anteckning." in refused.text
    log = await journal.sql("SELECT action FROM access_log ORDER BY number")
    assert [row["action"] for row in log] == ["refused-correction", "read"]
