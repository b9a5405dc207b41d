import re

import pytest

from contracts.authority import Protection
from tests.support.journals import NOW, distributed, row
from tests.support.municipality import member, unit
from tests.support.orders import person
from tests.support.stafett import Running
from tests.support.written import NEW, PERSON, locked, noted, opened

LIST = f"/journal/journals?person_id={PERSON}"
HARD = '"Citat" <script>alert(1)</script> & åäö 😀'
ESCAPED = "&#34;Citat&#34; &lt;script&gt;alert(1)&lt;/script&gt; &amp; åäö 😀"


async def test_a_journal_is_opened_from_the_persons_page(journal: Running) -> None:
    async with journal.browser("eva.nyberg") as eva:
        empty = await eva.get(LIST)
        done = await eva.post(LIST, data=NEW)
        after = await eva.get(LIST)
    assert "Det finns ingen journal på dina enheter ännu." in empty.text
    assert "Skapa ny journal på Blandaren htj ute (Leanlink)" in empty.text
    assert done.status_code == 303
    assert done.headers["location"] in after.text
    assert "19380303-9142" in after.text
    assert re.search(r'<a href="/execution/assignments/[0-9a-f-]{36}">Till uppdraget</a>', after.text)


async def test_a_refused_journal_shows_the_persons_page_with_the_reason(journal: Running) -> None:
    async with journal.browser("eva.nyberg") as eva:
        refused = await eva.post(LIST, data=NEW | {"unit_id": str(unit("blandaren"))})
    assert refused.status_code == 409
    assert "Journalen måste öppnas på den enhet som utför insatsen." in refused.text
    assert "Fel: Journaler för Mustafsson, Moira" in refused.text


@pytest.mark.requirement("TRE-JOUR-05")
async def test_a_refused_note_is_shown_with_all_that_was_typed(journal: Running) -> None:
    path = await opened(journal)
    typed = {
        "noted_at": "2999-01-01T10:00",
        "heading": "viktig-kontakt",
        "keywords.1": "informerad-om-journalen",
        "text": HARD,
    }
    async with journal.browser("jonas.ek") as jonas:
        refused = await jonas.post(f"{path}/notes", data=typed)
        done = await jonas.post(f"{path}/notes", data=typed | {"noted_at": "2026-11-20T10:00"})
        page = await jonas.get(done.headers["location"])
        listed = await jonas.get(path)
    assert refused.status_code == 422
    assert '<a href="#noted_at">Datum och tid kan inte ligga framåt i tiden.</a>' in refused.text
    assert 'value="2999-01-01T10:00"' in refused.text
    assert 'value="viktig-kontakt" selected' in refused.text
    assert 'name="keywords.1" value="informerad-om-journalen" checked' in refused.text
    for shown in (refused, page, listed):
        assert ESCAPED in shown.text
        assert "<script>" not in shown.text
    assert done.status_code == 303
    assert "Informerad om rätten att läsa journalen" in page.text
    assert "20 november 2026 kl.\N{NO-BREAK SPACE}10.00" in page.text


async def test_a_note_is_changed_and_write_protected_from_its_page(journal: Running) -> None:
    note = await noted(journal, await opened(journal))
    async with journal.browser("jonas.ek") as jonas:
        before = await jonas.get(f"{note}/edit")
        refused = await jonas.post(note, data={"noted_at": "2026-11-20T10:00", "heading": "information"})
        changed = {"noted_at": "2026-11-20T10:00", "heading": "information", "text": "rad 1"}
        assert (await jonas.post(note, data=changed)).status_code == 303
        last = changed | {"text": "rad 1\r\nrad 2", "then_lock": "true"}
        assert (await jonas.post(note, data=last)).status_code == 303
        after, edit = await jonas.get(note), await jonas.get(f"{note}/edit")
        late = await jonas.post(note, data=changed | {"text": "skrivet för sent"})
    assert "Spara ändringen" in before.text
    assert "Fyll i Text." in refused.text
    assert "Ändra anteckningen" not in after.text
    assert "Spara ändringen" not in edit.text
    assert (late.status_code, "skrivet för sent</textarea>" in late.text) == (409, True)
    assert "Skrivskyddad" in after.text
    assert "rad 1\nrad 2" in after.text


@pytest.mark.requirement("TRE-JOUR-12", "R-17", "R-31")
async def test_what_is_not_ready_is_said_before_a_journal_is_closed(journal: Running) -> None:
    path = await opened(journal)
    note = await noted(journal, path)
    await locked(journal, path)
    async with journal.browser("eva.nyberg") as eva:
        before = await eva.get(path)
        asked = await eva.post(f"{path}/closing", headers={"content-type": "application/x-www-form-urlencoded"})
        assert (await eva.post(f"{path}/closing", data={"confirmed": "true"})).status_code == 303
        after = await eva.get(f"{path}?from=2026-11-01&heading=information")
    unfinished = "Det finns dokumentation som inte är klar: 1 anteckning är inte skrivskyddad ännu"
    for page in (before, asked):
        assert unfinished in page.text
        assert f'<li><a href="{note}">Avvikelse från plan, 20 november 2026 kl.' in page.text
        assert "Skriv ut journalen innan du avslutar den." in page.text
        assert "Journalen har inte skrivits ut." in page.text
    assert "Ja, avsluta journalen" not in before.text
    assert "Ja, avsluta journalen" in asked.text
    assert f'<a href="{path}">Nej, låt den vara öppen</a>' in asked.text
    assert "<title>Bekräfta:" in asked.text
    assert asked.status_code == 422
    assert "Är du säker på att du vill avsluta journalen?" in asked.text
    assert "Journalen är avslutad. Inga nya anteckningar kan skrivas i den." in after.text
    assert 'value="2026-11-01"' in after.text
    assert "Inga anteckningar att visa." in after.text


@pytest.mark.requirement("R-17")
async def test_whoever_may_not_close_is_not_asked_to(journal: Running) -> None:
    path = await opened(journal)
    await noted(journal, path)
    async with journal.browser("jonas.ek") as jonas:
        page = await jonas.get(path)
    assert "Avsluta journalen" not in page.text
    assert "inte är klar" not in page.text


async def test_the_pages_of_a_protected_person_say_so(journal: Running) -> None:
    card = person(protection=Protection.CONFIDENTIALITY_MARK, cleared=(member("jonas.ek"),))
    await journal.deliver(distributed(row(), card=card, distributed_at=NOW))
    path = await opened(journal)
    note = await noted(journal, path)
    async with journal.browser("jonas.ek") as jonas:
        for address in (LIST, path, note):
            assert "Personen har skyddade uppgifter." in (await jonas.get(address)).text


async def test_the_next_page_of_notes_keeps_what_was_chosen(journal: Running) -> None:
    path = await opened(journal)
    for _ in range(26):
        await noted(journal, path, heading="information")
    async with journal.browser("jonas.ek") as jonas:
        first = await jonas.get(f"{path}?heading=information")
        link = first.text.split('<a href="?from=', 1)[1].split('"', 1)[0].replace("&amp;", "&")
        second = await jonas.get(f"{path}?from={link}")
    assert "heading=information" in link
    assert second.text.count("<article") == 1
    assert "Visar 25 av 26 anteckningar" in first.text
    assert "Visar 1 av 26 anteckningar" in second.text


@pytest.mark.requirement("TRE-JOUR-05", "TRE-JOUR-10")
async def test_notes_with_a_keyword_are_found_on_the_page_and_show_it(journal: Running) -> None:
    path = await opened(journal)
    await noted(journal, path, text="Planen är klar.", keywords=["genomforandeplan-upprattad"])
    await noted(journal, path, text="Moira sov gott.")
    async with journal.browser("eva.nyberg") as eva:
        every = await eva.get(path)
        found = await eva.get(f"{path}?from=2026-11-01&to=&heading=&keyword=genomforandeplan-upprattad")
    assert "Visar 2 av 2 anteckningar" in every.text
    assert "Visar 1 av 1 anteckning," in found.text
    assert "<p>Nyckelord: Genomförandeplan upprättad</p>" in found.text
    assert '<option value="genomforandeplan-upprattad" selected>' in found.text
    assert "Moira sov gott." not in found.text


@pytest.mark.requirement("BOE-JOUR-05")
async def test_a_new_journal_asks_for_a_start_note_until_there_is_one(journal: Running) -> None:
    path = await opened(journal)
    async with journal.browser("jonas.ek") as jonas:
        before = await jonas.get(f"{path}/notes/new")
        start = {"noted_at": "2026-11-19T10:00", "heading": "startanteckning", "text": "Ringde, fick inget svar."}
        assert (await jonas.post(f"{path}/notes", data=start)).status_code == 303
        after, form = await jonas.get(path), await jonas.get(f"{path}/notes/new")
    assert "Journalen har ingen startanteckning ännu." in before.text
    assert '<option value="startanteckning" selected>' in before.text
    assert "Journalen har ingen startanteckning ännu." not in form.text
    assert '<option value="startanteckning" selected>' not in form.text
    assert "<dt>Startanteckning</dt><dd>19 november 2026 kl.\N{NO-BREAK SPACE}10.00</dd>" in after.text


@pytest.mark.requirement("BOE-JOUR-03", "DOM-DOC-02")
async def test_that_and_when_the_individual_was_told_of_the_right_to_read_is_on_the_page(journal: Running) -> None:
    path = await opened(journal)
    async with journal.browser("jonas.ek") as jonas:
        before = await jonas.get(path)
        await noted(journal, path, noted_at="2026-11-18T09:00Z", keywords=["informerad-om-journalen"])
        await noted(journal, path, noted_at="2026-11-19T09:00Z", keywords=["informerad-om-journalen"])
        after = await jonas.get(path)
    assert "<dt>Informerad om rätten att läsa</dt><dd>inte antecknat</dd>" in before.text
    shown = "<dt>Informerad om rätten att läsa</dt><dd>19 november 2026 kl.\N{NO-BREAK SPACE}10.00</dd>"
    assert shown in after.text


async def test_nothing_else_on_a_page_loses_what_is_being_written(journal: Running) -> None:
    path = await opened(journal)
    note = await noted(journal, path)
    fields = re.compile(r"<form.*?</form>", re.DOTALL)
    async with journal.browser("jonas.ek") as jonas:
        overview, read = (await jonas.get(path)).text, (await jonas.get(note)).text
        assert f'href="{path}/notes/new"' in overview
        written = [f"{path}/notes/new", f"{note}/edit", f"{note}/correction-request"]
        assert set(re.findall(rf'href="({note}/[a-z-]+)"', read)) == {f"{note}/corrections", *written[1:]}
        assert "<textarea" not in overview + read
        for page in written:
            shown = (await jonas.get(page)).text
            assert sum("<textarea" in one for one in fields.findall(shown)) == 1, page
