import pytest

from contracts.journal import NoteCorrected
from tests.support.journals import TEXT
from tests.support.municipality import member, unit
from tests.support.stafett import Running, body
from tests.support.written import PERSON, locked, noted, opened

WRONG = {"original_fragment": "ville inte duscha", "replacement": "ville duscha", "role_title": "Verksamhetschef ÄO"}


@pytest.mark.requirement("TRE-CORR-01", "TRE-CORR-02", "TRE-CORR-03", "TRE-CORR-04", "TRE-CORR-05", "F-14")
async def test_the_operations_manager_corrects_and_everybody_can_see_how(journal: Running) -> None:
    note = await locked(journal, await opened(journal))
    async with journal.client("tove.ahl") as tove:
        body(await tove.post(f"{note}/corrections", json=WRONG))
    async with journal.client("jonas.ek") as jonas:
        read = body(await jonas.get(note))
        listed = body(await jonas.get(note.rsplit("/", 1)[0]))["notes"][0]
    assert (read["text"], read["original"]) == ("Moira ville duscha. Hon åt frukost.", TEXT)
    assert (listed["text"], listed["locked"], listed["corrected"]) == (read["text"], True, True)
    (correction,) = read["corrections"]
    assert (correction["by"]["name"], correction["by"]["title"]) == ("Tove Ahl", "Verksamhetschef ÄO")
    struck = [piece["text"] for piece in correction["pieces"] if piece["fate"] == "struck"]
    assert struck == ["inte "]
    (told,) = await journal.told(NoteCorrected)
    assert str(told.note_id) == read["id"]


@pytest.mark.requirement("R-11", "TRE-CORR-01")
@pytest.mark.parametrize("login", ["omar.haddad", "jonas.ek"])
async def test_an_attempt_by_others_is_refused_and_logged_though_all_else_is_rolled_back(
    journal: Running, login: str
) -> None:
    note = await locked(journal, await opened(journal))
    entries = await journal.sql("SELECT * FROM entries")
    async with journal.client(login) as other:
        refused = body(await other.post(f"{note}/corrections", json=WRONG), 403)
    assert refused["title"] == "Endast verksamhetschef kan rätta en skrivskyddad anteckning."
    log = await journal.sql("SELECT member_id, unit_id, person_id, action, what FROM access_log")
    assert log == [
        {
            "member_id": member(login),
            "unit_id": unit("blandaren-ute"),
            "person_id": PERSON,
            "action": "refused-correction",
            "what": f"note/{note.rsplit('/', 1)[-1]}",
        }
    ]
    assert await journal.sql("SELECT * FROM entries") == entries
    assert await journal.told(NoteCorrected) == []


async def test_a_refusal_of_another_kind_leaves_no_such_row(journal: Running) -> None:
    note = await noted(journal, await opened(journal))
    async with journal.client("tove.ahl") as tove:
        assert body(await tove.post(f"{note}/corrections", json=WRONG), 409)["type"] == "not-write-protected"
    async with journal.client("maria.strand") as maria:
        assert body(await maria.post(f"{note}/corrections", json=WRONG), 404)["type"] == "not-found"
    assert await journal.sql("SELECT 1 FROM access_log") == []


@pytest.mark.requirement("TRE-CORR-03")
async def test_a_correction_without_title_or_of_what_is_not_there_is_refused_at_the_field(journal: Running) -> None:
    note = await locked(journal, await opened(journal))
    async with journal.client("tove.ahl") as tove:
        untitled = {name: value for name, value in WRONG.items() if name != "role_title"}
        assert body(await tove.post(f"{note}/corrections", json=untitled), 422)["errors"][0]["field"] == "role_title"
        absent = WRONG | {"original_fragment": "lunch"}
        (error,) = body(await tove.post(f"{note}/corrections", json=absent), 422)["errors"]
    assert (error["field"], error["code"]) == ("original_fragment", "not-in-text")
