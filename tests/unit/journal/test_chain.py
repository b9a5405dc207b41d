import pytest

from cli.journal import problems
from services.journal.chain import GENESIS, canonical, hash_of
from services.journal.note import exported, said
from tests.support.exports import export, found
from tests.support.journals import note

pytestmark = pytest.mark.requirement("DOM-DOC-01")


def test_an_entry_is_hashed_as_json_with_sorted_keys_in_utf_8_without_spaces() -> None:
    assert canonical({"b": ["å", 1], "a": None}) == '{"a":null,"b":["å",1]}'.encode()
    # printf '%s' 000…0'{"a":"å"}' | sha256sum
    assert hash_of(GENESIS, {"a": "å"}) == "2ee91691e00b453f99fb1c3ed9d4376743cf6bb9c3132940467af5159efd0c4d"


def test_the_hash_covers_everything_in_the_entry_but_the_hashes() -> None:
    entry = note().entries[0]
    assert set(said(entry)) == {"journal_id", "number", "note_id", "kind", "at", "by", "content"}
    assert set(exported(entry)) == {*said(entry), "hash", "previous_hash"}


def test_there_is_nothing_to_say_against_a_whole_export() -> None:
    assert found(export()) == []


def test_a_journal_without_notes_is_whole() -> None:
    empty = {"journal_id": "x", "entry_count": 0, "last_hash": GENESIS, "entries": []}
    assert found(empty) == []


def test_one_changed_character_names_the_entry() -> None:
    changed = export()
    changed["entries"][1]["content"]["text"] = changed["entries"][1]["content"]["text"].replace("frukost", "Frukost")
    assert found(changed) == ["entry 2: its content does not give its hash: it has been changed"]


def test_a_removed_an_added_and_a_moved_entry_are_found() -> None:
    removed = export()
    del removed["entries"][2]
    assert found(removed)[:2] == [
        "entry 3: its number is 4: an entry is missing, added or moved",
        "entry 3: its previous hash is not the hash of the entry before it",
    ]
    moved = export()
    moved["entries"][1:3] = reversed(moved["entries"][1:3])
    assert found(moved)[0].startswith("entry 2: its number is 3")
    added = export()
    added["entries"].append(added["entries"][-1])
    assert found(added)[0].startswith("entry 6: its number is 5")


def test_a_chain_that_has_been_cut_off_is_found() -> None:
    cut = export()
    del cut["entries"][-1]
    assert found(cut) == [
        "the journal should have 5 entries but has 4",
        "the last entry's hash is not the last hash of the journal",
    ]


def test_entries_of_another_journal_are_found() -> None:
    other = export() | {"journal_id": "another"}
    assert "entry 1: it belongs to another journal" in found(other)


@pytest.mark.parametrize("content", [b"[]", b'{"entries": 3}', b'{"entries": [1]}', b"not json", b"\xff", b""])
def test_what_is_no_export_is_told_so(content: bytes) -> None:
    assert problems(content)[0].startswith("not a journal export: ")


def test_half_a_character_in_a_file_is_a_change_and_no_crash() -> None:
    changed = export()
    changed["entries"][0]["content"]["text"] = "\ud800"
    assert found(changed) == ["entry 1: its content does not give its hash: it has been changed"]
