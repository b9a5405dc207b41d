from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.journal import NoteLocked
from services.journal.features.lock_note import lock_due_notes
from tests.support.journals import TEXT
from tests.support.stafett import Running, body
from tests.support.written import PERSON, locked, noted, opened, typed

HARD = "Åke sa: \"Nej!\" & 'aldrig' <script>alert(1)</script>\n\tåäöÅÄÖ é 😀👩‍👩‍👧 ‮ \\u0000 %s {x} {{ 7*7 }}"


@pytest.mark.requirement("TRE-JOUR-07", "DOM-DOC-01", "F-13")
async def test_a_note_is_written_and_read_with_who_and_when(journal: Running) -> None:
    path = await opened(journal)
    before = datetime.now(UTC)
    note = await noted(journal, path, keywords=["genomforandeplan-upprattad"])
    async with journal.client("eva.nyberg") as eva:
        read = body(await eva.get(note))
    assert (read["text"], read["heading"]["name"]) == (TEXT, "Avvikelse från plan")
    assert read["noted_at"] == "2026-11-20T08:30:00Z"
    assert before <= datetime.fromisoformat(read["saved_at"]) <= datetime.now(UTC)
    assert (read["author"]["name"], read["author"]["title"]) == ("Jonas Ek", "Undersköterska")
    assert [keyword["name"] for keyword in read["keywords"]] == ["Genomförandeplan upprättad"]
    assert (read["locked"], read["may_edit"], read["may_request"]) == (False, False, True)
    log = await journal.sql("SELECT person_id, action, what FROM access_log")
    assert log == [{"person_id": PERSON, "action": "read", "what": f"note/{read['id']}"}]


@pytest.mark.requirement("F-13")
async def test_what_lies_ahead_is_refused_with_the_field(journal: Running) -> None:
    path = await opened(journal)
    ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    async with journal.client("jonas.ek") as jonas:
        refused = body(await jonas.post(f"{path}/notes", json=typed(noted_at=ahead)), 422)
    assert refused["errors"] == [
        {
            "field": "noted_at",
            "code": "noted-in-future",
            "message": "Datum och tid kan inte ligga framåt i tiden.",
        }
    ]


async def test_any_text_comes_back_as_it_was_written(journal: Running) -> None:
    path = await opened(journal)
    note = await noted(journal, path, text=HARD)
    async with journal.client("jonas.ek") as jonas:
        assert body(await jonas.get(note))["text"] == HARD
        assert body(await jonas.get(f"{path}/notes"))["notes"][0]["text"] == HARD


@pytest.mark.parametrize("text", ['"a\\u0000b"', '"a\\ud800b"'])
async def test_a_character_that_cannot_be_stored_is_refused_in_words(journal: Running, text: str) -> None:
    path = await opened(journal)
    content = f'{{"noted_at": "2026-11-20T08:00Z", "heading": "information", "text": {text}}}'
    async with journal.client("jonas.ek") as jonas:
        refused = await jonas.post(
            f"{path}/notes", content=content.encode(), headers={"content-type": "application/json"}
        )
    (error,) = body(refused, 422)["errors"]
    assert (error["field"], "inte går att spara" in error["message"]) == ("text", True)


@pytest.mark.requirement("TRE-JOUR-07")
async def test_the_author_changes_it_and_others_do_not(journal: Running) -> None:
    note = await noted(journal, await opened(journal))
    async with journal.client("jonas.ek") as jonas:
        body(await jonas.put(note, json=typed(text="Moira duschade.")))
        read = body(await jonas.get(note))
    assert (read["text"], [version["text"] for version in read["chain"]]) == (
        "Moira duschade.",
        [TEXT, "Moira duschade."],
    )
    async with journal.client("eva.nyberg") as eva:
        assert body(await eva.put(note, json=typed(text="Nej.")), 403)["type"] == "only-author"


@pytest.mark.requirement("TRE-JOUR-08")
async def test_a_note_that_its_author_has_write_protected_is_changed_by_nobody(journal: Running) -> None:
    note = await locked(journal, await opened(journal))
    async with journal.client("jonas.ek") as jonas:
        assert body(await jonas.put(note, json=typed(text="Nej.")), 409)["type"] == "write-protected"
        assert body(await jonas.post(f"{note}/lock"), 409)["type"] == "write-protected"
        assert body(await jonas.get(note))["locked"]
    (told,) = await journal.told(NoteLocked)
    assert str(told.note_id) == note.rsplit("/", 1)[-1]


@pytest.mark.requirement("TRE-JOUR-08", "C-03")
async def test_time_alone_write_protects_it_and_the_job_tells_it_once(journal: Running) -> None:
    path = await opened(journal)
    notes = [await noted(journal, path) for _ in range(3)]
    await journal.sql("UPDATE notes SET locks_at = now() - interval '1 hour' WHERE id <> $1", _id(notes[2]))
    async with journal.client("jonas.ek") as jonas:
        assert body(await jonas.put(notes[0], json=typed(text="Nej.")), 409)["type"] == "write-protected"
        assert body(await jonas.get(notes[0]))["locked"]
    assert await journal.told(NoteLocked) == []
    for _ in range(2):
        async with journal.app.state.database.transaction() as tx:
            await lock_due_notes(tx)
    assert {str(told.note_id) for told in await journal.told(NoteLocked)} == {str(_id(note)) for note in notes[:2]}
    entries = await journal.sql("SELECT number, kind FROM entries ORDER BY number")
    assert [entry["kind"] for entry in entries] == [*["written"] * 3, *["locked"] * 2]
    assert [entry["number"] for entry in entries] == [1, 2, 3, 4, 5]


@pytest.mark.requirement("TRE-JOUR-05", "TRE-JOUR-10")
async def test_notes_are_chosen_by_period_heading_and_keyword(journal: Running) -> None:
    path = await opened(journal)
    for day, heading, keywords in (
        ("2026-11-01T00:00+01:00", "information", []),
        ("2026-11-01T23:59+01:00", "viktig-kontakt", ["genomforandeplan-upprattad"]),
        ("2026-11-02T00:00+01:00", "information", ["genomforandeplan-upprattad"]),
    ):
        await noted(journal, path, noted_at=day, heading=heading, keywords=keywords)

    async def found(query: str) -> list[tuple[str, str]]:
        async with journal.client("eva.nyberg") as eva:
            listed = body(await eva.get(f"{path}/notes?{query}"))
        assert listed["total"] == len(listed["notes"])
        return [(note["noted_at"], note["heading"]) for note in listed["notes"]]

    first = ("2026-10-31T23:00:00Z", "Information till den enskilde")
    second = ("2026-11-01T22:59:00Z", "Viktig kontakt")
    third = ("2026-11-01T23:00:00Z", "Information till den enskilde")
    assert await found("") == [third, second, first]
    assert await found("from=&to=&heading=&keyword=") == [third, second, first]
    assert await found("from=2026-11-01&to=2026-11-01") == [second, first]
    assert await found("from=2026-11-02") == [third]
    assert await found("heading=information") == [third, first]
    assert await found("keyword=genomforandeplan-upprattad&to=2026-11-01") == [second]
    assert await found("heading=finns-inte") == []


@pytest.mark.parametrize("query", ["from=igar", "to=9999-12-31", "heading=%00", "after=x"])
async def test_a_choice_that_cannot_be_made_is_refused(journal: Running, query: str) -> None:
    path = await opened(journal)
    async with journal.client("jonas.ek") as jonas:
        assert body(await jonas.get(f"{path}/notes?{query}"), 422)["errors"]


@pytest.mark.requirement("TRE-JOUR-10")
async def test_a_long_journal_is_read_page_by_page_without_losing_any(journal: Running) -> None:
    path = await opened(journal)
    for _ in range(28):
        await noted(journal, path, noted_at="2026-11-20T08:00Z")
    seen: list[dict[str, Any]] = []
    async with journal.client("jonas.ek") as jonas:
        first = body(await jonas.get(f"{path}/notes"))
        second = body(await jonas.get(f"{path}/notes?after={first['after']}"))
        unknown = body(await jonas.get(f"{path}/notes?after={PERSON}"))
    seen = first["notes"] + second["notes"]
    assert (first["total"], second["total"]) == (28, 28)
    assert (len(first["notes"]), len(second["notes"]), second["after"]) == (25, 3, None)
    assert len({note["id"] for note in seen}) == 28
    assert unknown["notes"] == []


async def test_a_note_is_not_found_in_another_journal(journal: Running) -> None:
    path = await opened(journal)
    note = await noted(journal, path)
    async with journal.client("eva.nyberg") as eva:
        body(await eva.post(f"{path}/closing", json={"confirmed": True}))
    other = await opened(journal)
    async with journal.client("jonas.ek") as jonas:
        assert body(await jonas.get(f"{other}/notes/{_id(note)}"), 404)["type"] == "not-found"
        assert body(await jonas.post(f"{other}/notes/{_id(note)}/lock"), 404)["type"] == "not-found"


@pytest.mark.requirement("BOE-JOUR-04", "DOM-DOC-02")
async def test_that_the_individual_considers_it_wrong_is_noted(journal: Running) -> None:
    note = await locked(journal, await opened(journal))
    async with journal.client("eva.nyberg") as eva:
        assert body(await eva.post(f"{note}/correction-requests", json={}), 422)["errors"][0]["field"] == "statement"
        body(await eva.post(f"{note}/correction-requests", json={"statement": "Jag bad om att få duscha."}))
        read = body(await eva.get(note))
    (request,) = read["correction_requests"]
    assert (request["statement"], request["by"]["name"], read["text"]) == (
        "Jag bad om att få duscha.",
        "Eva Nyberg",
        TEXT,
    )


@pytest.mark.requirement("DOM-SEC-02")
async def test_no_text_of_a_note_is_in_any_message(journal: Running) -> None:
    path = await opened(journal)
    note = await locked(journal, path, text="Hemligheten gurka.")
    async with journal.client("tove.ahl") as tove:
        wrong = {"original_fragment": "gurka", "replacement": "tomat", "role_title": "Verksamhetschef"}
        body(await tove.post(f"{note}/corrections", json=wrong))
        body(await tove.post(f"{note}/correction-requests", json={"statement": "Jag sa sallad."}))
        body(await tove.post(f"{path}/closing", json={"confirmed": True}))
    sent = await journal.sql(
        "SELECT convert_from(body, 'UTF8') || headers::text AS message FROM outbox WHERE receiver IS NULL"
    )
    assert len(sent) == 4
    for word in ("Hemligheten", "gurka", "tomat", "sallad", "Mustafsson", "19380303", "Jonas"):
        assert all(word not in row["message"] for row in sent)


def _id(path: str) -> UUID:
    return UUID(path.rsplit("/", 1)[-1])
