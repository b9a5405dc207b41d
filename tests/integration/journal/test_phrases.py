"""A phrase is inserted in a note without anything being saved, and everything that has been typed stays."""

import json
import re

import pytest

from cli.journal import problems
from tests.support.journals import TEXT
from tests.support.stafett import Running, body
from tests.support.written import locked, noted, opened

pytestmark = pytest.mark.requirement("TRE-JOUR-06")

HARD = '"Citat" <script>alert(1)</script> & åäö 😀'
ESCAPED = "&#34;Citat&#34; &lt;script&gt;alert(1)&lt;/script&gt; &amp; åäö 😀"
PLAN = "Insatsen har utförts enligt genomförandeplanen."
TYPED = {
    "noted_at": "2026-11-20T10:00",
    "heading": "viktig-kontakt",
    "keywords.1": "informerad-om-journalen",
    "text": HARD,
    "phrase": "enligt-plan",
}


async def test_a_phrase_is_inserted_changed_and_saved_and_all_that_was_typed_is_kept(journal: Running) -> None:
    path = await opened(journal)
    async with journal.browser("jonas.ek") as jonas:
        empty = await jonas.get(f"{path}/notes/new")
        again = await jonas.post(f"{path}/phrases", data=TYPED)
        assert await journal.sql("SELECT 1 FROM notes") == []
        saved = {name: value for name, value in TYPED.items() if name != "phrase"}
        changed = saved | {"phrases_used.0": "enligt-plan", "text": f"{HARD}\r\nInsatsen har utförts delvis."}
        done = await jonas.post(f"{path}/notes", data=changed)
        page = await jonas.get(done.headers["location"])
        edit = await jonas.get(f"{done.headers['location']}/edit")
    assert f'formaction="{path}/phrases">Infoga' in empty.text
    assert again.status_code == 200
    assert f"{ESCAPED}\n{PLAN}</textarea>" in again.text
    assert "Frastexten är infogad sist i texten." in again.text
    assert 'value="2026-11-20T10:00"' in again.text
    assert '<option value="viktig-kontakt" selected>' in again.text
    assert 'name="keywords.1" value="informerad-om-journalen" checked' in again.text
    assert 'name="phrases_used.0" value="enligt-plan" checked' in again.text
    assert re.search('<option value="enligt-plan" selected>', again.text) is None
    assert "Fel:" not in again.text
    assert done.status_code == 303
    assert f"{ESCAPED}\nInsatsen har utförts delvis." in page.text
    assert "<dt>Frastexter, enligt den som skrev</dt><dd>Insats enligt plan</dd>" in page.text
    assert 'name="phrases_used.0" value="enligt-plan" checked' in edit.text


async def test_a_phrase_that_was_chosen_and_not_inserted_is_asked_about_and_nothing_typed_is_lost(
    journal: Running,
) -> None:
    path = await opened(journal)
    async with journal.browser("jonas.ek") as jonas:
        refused = await jonas.post(f"{path}/notes", data=TYPED)
        none = await jonas.post(f"{path}/phrases", data=TYPED | {"phrase": ""})
    assert refused.status_code == 422
    assert '<a href="#phrase">Frastexten är vald men inte infogad i texten.' in refused.text
    assert none.status_code == 422
    assert '<a href="#phrase">Välj den frastext som ska infogas.</a>' in none.text
    for page in (refused, none):
        assert f"{ESCAPED}</textarea>" in page.text


async def test_a_phrase_is_inserted_when_a_note_is_changed_by_its_author_until_it_is_write_protected(
    journal: Running,
) -> None:
    path = await opened(journal)
    note, protected = await noted(journal, path), await locked(journal, path)
    async with journal.browser("jonas.ek") as jonas:
        again = await jonas.post(f"{note}/phrases", data={"phrase": "enligt-plan", "text": TEXT})
        refused = await jonas.post(f"{protected}/phrases", data={"phrase": "enligt-plan", "text": TEXT})
    assert f"{TEXT}\n{PLAN}</textarea>" in again.text
    assert refused.status_code == 409
    assert "Anteckningen är skrivskyddad" in refused.text
    assert f"{TEXT}</textarea>" in refused.text
    async with journal.client("eva.nyberg") as eva:
        assert body(await eva.post(f"{note}/phrases", json={"phrase": "enligt-plan"}), 403)["type"] == "only-author"
        answer = body(await eva.post(f"{path}/phrases", json={"phrase": "enligt-plan", "text": "Hej."}))
    assert answer["fields"]["text"] == f"Hej.\n{PLAN}"
    async with journal.client("fatima.noor") as fatima:
        assert body(await fatima.post(f"{path}/phrases", json={"phrase": "enligt-plan"}), 404)["type"] == "not-found"


@pytest.mark.requirement("F-13", "DOM-DOC-01")
async def test_what_was_inserted_is_part_of_the_chain_that_an_export_is_checked_by(journal: Running) -> None:
    path = await opened(journal)
    await noted(journal, path, phrases_used=["enligt-plan"])
    await noted(journal, path)
    async with journal.client("eva.nyberg") as eva:
        export = body(await eva.get(f"{path}/export"))
    with_phrase, without = (entry["content"] for entry in export["entries"])
    assert with_phrase["phrases_used"] == [{"code": "enligt-plan", "name": "Insats enligt plan"}]
    assert "phrases_used" not in without
    assert problems(json.dumps(export).encode()) == []
    with_phrase["phrases_used"][0]["name"] = "Annat"
    assert problems(json.dumps(export).encode()) == ["entry 1: its content does not give its hash: it has been changed"]
