import pytest

from contracts.journal import JournalPrinted, NoteLocked
from tests.support.municipality import member
from tests.support.stafett import Running, body
from tests.support.written import PERSON, locked, noted, opened, typed

HARD = '"Citat" <script>alert(1)</script> & åäö 😀'


@pytest.mark.requirement("TRE-JOUR-11")
async def test_printing_is_told_and_logged_before_anything_is_shown(journal: Running) -> None:
    path = await opened(journal)
    for day in range(1, 28):
        await noted(journal, path, noted_at=f"2026-10-{day:02}T08:00Z")
    async with journal.client("eva.nyberg") as eva:
        paper = body(await eva.post(f"{path}/printout"))
        view = body(await eva.get(path))
    assert [note["noted_at"][:10] for note in paper["notes"]] == [f"2026-10-{day:02}" for day in range(1, 28)]
    (told,) = await journal.told(JournalPrinted)
    assert (told.entries, told.closed, str(told.person_id)) == (27, False, str(PERSON))
    log = await journal.sql("SELECT member_id, person_id, action, what FROM access_log ORDER BY number")
    printed = {"member_id": member("eva.nyberg"), "person_id": PERSON, "action": "print"}
    assert log[0] == printed | {"what": f"journal/{told.journal_id}"}
    assert (view["printed_by"]["name"], view["printed_as_it_is"]) == ("Eva Nyberg", True)


@pytest.mark.requirement("TRE-JOUR-11", "TRE-JOUR-12", "TRE-CLOSE-04")
async def test_a_closed_journal_is_printed_too_and_a_care_worker_prints_none(journal: Running) -> None:
    path = await opened(journal)
    async with journal.client("jonas.ek") as jonas:
        assert body(await jonas.post(f"{path}/printout"), 403)["type"] == "not-allowed"
    async with journal.client("fatima.noor") as fatima:
        assert body(await fatima.post(f"{path}/printout"), 404)["type"] == "not-found"
    assert await journal.told(JournalPrinted) == []
    async with journal.client("eva.nyberg") as eva:
        body(await eva.post(f"{path}/closing", json={"confirmed": True}))
        assert body(await eva.post(f"{path}/printout"))["status"] == "closed"
    assert [told.closed for told in await journal.told(JournalPrinted)] == [True]


@pytest.mark.requirement("TRE-JOUR-11", "TRE-CORR-04", "TRE-CORR-05")
async def test_the_paper_says_in_words_what_was_struck_and_added_and_shows_the_whole_history(journal: Running) -> None:
    path = await opened(journal)
    note = await noted(journal, path, text=f"Först {HARD}")
    async with journal.client("jonas.ek") as jonas:
        body(await jonas.put(note, json=typed(text=f"Moira åt {HARD} lunch.")))
        body(await jonas.post(f"{note}/lock"))
    async with journal.browser("tove.ahl") as tove:
        wrong = {"original_fragment": "lunch", "replacement": "<b>middag</b>", "role_title": "Verksamhetschef ÄO"}
        assert (await tove.post(f"{note}/corrections", data=wrong)).status_code == 303
        assert (await tove.post(f"{note}/correction-requests", data={"statement": "Jag åt inget."})).status_code == 303
        journal_page = await tove.get(path)
        paper = await tove.post(f"{path}/printout")
    assert "Journalen har inte skrivits ut." in journal_page.text
    assert paper.status_code == 200
    assert "Mustafsson, Moira, 19380303-9142 – Allmän genomförandejournal, Blandaren htj ute" in paper.text
    assert "av Tove Ahl / Verksamhetschef.</p></div>" in paper.text
    assert "[Struket: <del>lunch</del>]" in paper.text
    assert "[Tillagt: <ins>&lt;b&gt;middag&lt;/b&gt;</ins>]" in paper.text
    assert "Rättning 1: Tove Ahl / Verksamhetschef ÄO" in paper.text
    assert "Jag åt inget." in paper.text
    assert "Först &#34;Citat&#34; &lt;script&gt;alert(1)&lt;/script&gt;" in paper.text
    assert "<script>" not in paper.text
    assert "skrivskyddad, Jonas Ek / Undersköterska" in paper.text


async def test_an_empty_journal_says_so_on_paper(journal: Running) -> None:
    path = await opened(journal)
    async with journal.browser("eva.nyberg") as eva:
        paper = await eva.post(f"{path}/printout")
        listed = await eva.get(f"/journal/journals?person_id={PERSON}")
        after = await eva.get(path)
    assert "Det finns inga anteckningar i journalen." in paper.text
    assert f'action="{path}/printout"' in listed.text
    assert "av Eva Nyberg / Samordnare." in after.text
    async with journal.browser("jonas.ek") as jonas:
        assert "/printout" not in (await jonas.get(path)).text
        assert "/printout" not in (await jonas.get(f"/journal/journals?person_id={PERSON}")).text


@pytest.mark.requirement("TRE-JOUR-05")
async def test_that_a_note_is_write_protected_is_told_with_its_keywords_and_no_text(journal: Running) -> None:
    await locked(journal, await opened(journal), keywords=["genomforandeplan-upprattad"], text="Hemligt.")
    (told,) = await journal.told(NoteLocked)
    assert told.keywords == ("genomforandeplan-upprattad",)
    assert "Hemligt" not in told.model_dump_json()
