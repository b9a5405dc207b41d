import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from cli.journal import NOT_CHECKED, verify
from tests.support.stafett import Running, body
from tests.support.written import NEW, PERSON, locked, noted, opened, typed

FORBIDDEN = [
    "UPDATE entries SET content = '{}'",
    "UPDATE entries SET hash = 'x'",
    "DELETE FROM entries",
    "TRUNCATE entries",
    "UPDATE access_log SET action = 'nothing'",
    "DELETE FROM access_log",
    "TRUNCATE access_log",
    "ALTER TABLE entries DISABLE TRIGGER ALL",
    "DROP TABLE entries",
]


@pytest.mark.requirement("DOM-DOC-01", "DOM-SEC-01")
async def test_the_services_own_role_cannot_change_what_was_entered_or_who_read_it(journal: Running) -> None:
    path = await opened(journal)
    note = await noted(journal, path)
    async with journal.client("jonas.ek") as jonas:
        body(await jonas.get(note))
    own = journal.app.state.database.engine
    for statement in FORBIDDEN:
        with pytest.raises(ProgrammingError, match=r"InsufficientPrivilege|permission denied|must be owner"):
            async with own.begin() as connection:
                await connection.execute(text(statement))
    async with own.begin() as connection:
        assert await connection.scalar(text("SELECT current_user")) == "journal"
        assert await connection.scalar(text("SELECT count(*) FROM entries")) == 1
        assert await connection.scalar(text("SELECT count(*) FROM access_log")) == 1


async def exported(journal: Running, path: str, folder: Path) -> Path:
    async with journal.client("eva.nyberg") as eva:
        answer = await eva.get(f"{path}/export")
    assert answer.status_code == 200
    file = folder / "export.json"
    file.write_bytes(answer.content)
    return file


@pytest.mark.requirement("DOM-DOC-01")
async def test_an_export_can_be_checked_with_nothing_but_the_file(journal: Running, tmp_path: Path) -> None:
    path = await opened(journal)
    note = await locked(journal, path, text='Hon sa "åäö" 😀 <script>')
    async with journal.client("tove.ahl") as tove:
        wrong = {"original_fragment": "åäö", "replacement": "ÅÄÖ", "role_title": "Verksamhetschef"}
        body(await tove.post(f"{note}/corrections", json=wrong))
        body(await tove.post(f"{note}/correction-requests", json={"statement": "Fel."}))
    file = await exported(journal, path, tmp_path)
    assert verify(file) == (True, ["4 entries, chain whole", NOT_CHECKED])
    assert verify(tmp_path / "missing.json")[1][0].startswith("not a journal export: ")
    whole = json.loads(file.read_bytes())
    assert (whole["person"], whole["unit"], whole["exported_by"]["name"]) == (
        "Mustafsson, Moira",
        "Blandaren htj ute (Leanlink)",
        "Eva Nyberg",
    )
    log = await journal.sql("SELECT person_id, what FROM access_log WHERE action = 'export'")
    assert log == [{"person_id": PERSON, "what": f"journal/{whole['journal_id']}"}]
    whole["entries"][0]["content"]["text"] = whole["entries"][0]["content"]["text"].replace("åäö", "åäo")
    file.write_text(json.dumps(whole), encoding="utf-8")
    assert verify(file) == (False, ["entry 1: its content does not give its hash: it has been changed"])


@pytest.mark.requirement("DOM-DOC-01")
async def test_what_the_databases_owner_changes_behind_the_service_is_found(journal: Running, tmp_path: Path) -> None:
    path = await opened(journal)
    for _ in range(3):
        await noted(journal, path)
    await journal.sql(
        "UPDATE entries SET content = jsonb_set(content, '{text}', to_jsonb(replace(content ->> 'text', 'åt', 'at')))"
        " WHERE number = 2"
    )
    file = await exported(journal, path, tmp_path)
    assert verify(file) == (False, ["entry 2: its content does not give its hash: it has been changed"])


async def test_a_care_worker_does_not_export(journal: Running) -> None:
    path = await opened(journal)
    async with journal.client("jonas.ek") as jonas:
        assert body(await jonas.get(f"{path}/export"), 403)["type"] == "not-allowed"
    assert await journal.sql("SELECT 1 FROM access_log") == []


async def test_many_who_write_at_once_get_one_whole_chain(journal: Running, tmp_path: Path) -> None:
    path = await opened(journal)
    async with journal.client("jonas.ek") as jonas, journal.client("eva.nyberg") as eva:
        answers = await asyncio.gather(
            *(client.post(f"{path}/notes", json=typed()) for _ in range(6) for client in (jonas, eva))
        )
    assert [answer.status_code for answer in answers] == [200] * 12
    assert verify(await exported(journal, path, tmp_path)) == (True, ["12 entries, chain whole", NOT_CHECKED])


async def test_two_who_open_the_same_journal_at_once_get_one(journal: Running) -> None:
    async with journal.client("jonas.ek") as jonas, journal.client("eva.nyberg") as eva:
        answers = await asyncio.gather(*(client.post("/journal/journals", json=NEW) for client in (jonas, eva)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
