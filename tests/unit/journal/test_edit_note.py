from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chassis.decision import NotFound
from chassis.seen import ChangedMeanwhile
from services.journal.features.write_note import NotedInFuture, edit
from services.journal.journal import JournalIsClosed, JournalStatus
from services.journal.note import History, Kind, OnlyAuthor, WriteProtected
from tests.support.journals import DAY, NOW, TEXT, moira, note, typed
from tests.support.people import actor

LATER = NOW + timedelta(hours=1)


def edited(history: History, login: str = "jonas.ek", now: datetime = LATER, text: str = "Ändrad.") -> History:
    return edit(history, moira(), typed(text=text, heading="viktig-kontakt"), actor(login), now, DAY).state


def test_what_is_written_and_write_protected_at_once_is_the_last_version() -> None:
    last = edit(note(), moira(), typed(text="Så här var det.", then_lock=True), actor("jonas.ek"), LATER, DAY)
    assert [entry.kind for entry in last.state.entries[-2:]] == [Kind.EDITED, Kind.LOCKED]
    assert (last.state.text, last.state.note.locked_at) == ("Så här var det.", LATER)
    assert [event.type for event in last.events] == ["journal.note-locked.v1"]


@pytest.mark.requirement("TRE-JOUR-07", "DOM-DOC-01")
def test_the_author_changes_it_and_the_first_version_is_still_there() -> None:
    after = edited(note())
    assert (after.text, after.note.heading, after.note.saved_at) == ("Ändrad.", "viktig-kontakt", LATER)
    assert [(entry.kind, entry.content.text) for entry in after.entries] == [
        (Kind.WRITTEN, TEXT),
        (Kind.EDITED, "Ändrad."),
    ]
    assert after.entries[1].previous_hash == after.entries[0].hash


@pytest.mark.requirement("C-03")
def test_the_time_until_it_is_write_protected_counts_from_the_last_save() -> None:
    first = note()
    assert edited(first, now=first.note.locks_at - timedelta(seconds=1)).note.locks_at == first.note.locks_at + DAY


@pytest.mark.parametrize("login", ["tove.ahl", "eva.nyberg", "omar.haddad"])
def test_nobody_but_the_author_changes_it(login: str) -> None:
    with pytest.raises(OnlyAuthor):
        edited(note(), login)


@pytest.mark.requirement("TRE-JOUR-08")
@pytest.mark.parametrize("login", ["jonas.ek", "tove.ahl"])
def test_a_write_protected_note_is_changed_by_nobody(login: str) -> None:
    first = note()
    with pytest.raises(WriteProtected, match="Endast verksamhetschef kan rätta"):
        edited(first, login, now=first.note.locks_at)


def test_it_cannot_be_moved_into_the_future() -> None:
    with pytest.raises(NotedInFuture):
        edit(note(), moira(), typed(noted_at=LATER + timedelta(hours=1)), actor("jonas.ek"), LATER, DAY)


def test_a_note_in_a_closed_journal_is_not_changed() -> None:
    closed = replace(note(), journal=replace(note().journal, status=JournalStatus.CLOSED))
    with pytest.raises(JournalIsClosed):
        edited(closed)


def test_for_others_it_does_not_exist() -> None:
    with pytest.raises(NotFound):
        edited(note(), "lina.dahl")


def test_what_was_saved_since_it_was_opened_is_not_overwritten_unseen() -> None:
    opened = note()
    changed = edited(opened)
    late = typed(text="Från en annan flik.", seen=opened.note.entry)
    with pytest.raises(ChangedMeanwhile):
        edit(changed, moira(), late, actor("jonas.ek"), LATER, DAY)
    knowing = late.model_copy(update={"seen": changed.note.entry})
    assert edit(changed, moira(), knowing, actor("jonas.ek"), LATER, DAY).state.text == "Från en annan flik."
