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


async def test_a_refused_journal_shows_the_persons_page_with_the_reason(journal: Running) -> None:
    async with journal.browser("eva.nyberg") as eva:
        refused = await eva.post(LIST, data=NEW | {"unit_id": str(unit("blandaren"))})
    assert refused.status_code == 409
    assert "Journalen måste öppnas på den enhet som utför insatsen." in refused.text
    assert "Fel: Journaler för Mustafsson, Moira" in refused.text


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
        before = await jonas.get(note)
        refused = await jonas.post(note, data={"noted_at": "2026-11-20T10:00", "heading": "information"})
        changed = {"noted_at": "2026-11-20T10:00", "heading": "information", "text": "rad 1\r\nrad 2"}
        assert (await jonas.post(note, data=changed)).status_code == 303
        assert (await jonas.post(f"{note}/lock")).status_code == 303
        after = await jonas.get(note)
    assert "Spara ändringen" in before.text
    assert "Fyll i Text." in refused.text
    assert "Spara ändringen" not in after.text
    assert "Skrivskyddad" in after.text
    assert "rad 1\nrad 2" in after.text


async def test_a_correction_is_shown_in_words_and_not_in_colour_alone(journal: Running) -> None:
    path = await opened(journal)
    note = await locked(journal, path, text=f"Före {HARD} efter.")
    wrong = {"original_fragment": "efter.", "replacement": "<b>bakom</b>.", "role_title": "Verksamhetschef"}
    async with journal.browser("tove.ahl") as tove:
        form = await tove.get(note)
        absent = await tove.post(f"{note}/corrections", data=wrong | {"original_fragment": "mellan"})
        assert (await tove.post(f"{note}/corrections", data=wrong)).status_code == 303
        assert (await tove.post(f"{note}/correction-requests", data={"statement": "<i>Fel</i>"})).status_code == 303
        page = await tove.get(note)
        listed = await tove.get(path)
    assert "Rätta anteckningen" in form.text
    assert absent.status_code == 422
    assert "mellan</textarea>" in absent.text
    assert "<dt>Struket</dt><dd><del>efter.</del></dd>" in page.text
    assert "<dt>Tillagt</dt><dd><ins>&lt;b&gt;bakom&lt;/b&gt;.</ins></dd>" in page.text
    assert "[Struken text börjar]" in page.text
    assert "Rättning 1: Tove Ahl / Verksamhetschef" in page.text
    assert "&lt;i&gt;Fel&lt;/i&gt;" in page.text
    assert '<span class="tag">Rättad</span>' in listed.text
    assert "<b>" not in page.text


async def test_a_refused_correction_is_said_on_the_page_of_the_note(journal: Running) -> None:
    note = await locked(journal, await opened(journal))
    wrong = {"original_fragment": "frukost", "replacement": "lunch", "role_title": "Enhetschef"}
    async with journal.browser("omar.haddad") as omar:
        refused = await omar.post(f"{note}/corrections", data=wrong)
    assert refused.status_code == 403
    assert "Endast verksamhetschef kan rätta en skrivskyddad anteckning." in refused.text
    log = await journal.sql("SELECT action FROM access_log ORDER BY number")
    assert [row["action"] for row in log] == ["refused-correction", "read"]


async def test_what_is_not_ready_is_said_before_a_journal_is_closed(journal: Running) -> None:
    path = await opened(journal)
    await noted(journal, path)
    async with journal.browser("eva.nyberg") as eva:
        before = await eva.get(path)
        asked = await eva.post(f"{path}/closing", headers={"content-type": "application/x-www-form-urlencoded"})
        assert (await eva.post(f"{path}/closing", data={"confirmed": "true"})).status_code == 303
        after = await eva.get(f"{path}?from=2026-11-01&heading=information")
    assert "Det finns dokumentation som inte är klar: 1 anteckning är" in before.text
    assert asked.status_code == 422
    assert "Är du säker på att du vill avsluta journalen?" in asked.text
    assert "Journalen är avslutad. Inga nya anteckningar kan skrivas i den." in after.text
    assert 'value="2026-11-01"' in after.text
    assert "Inga anteckningar att visa." in after.text


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
