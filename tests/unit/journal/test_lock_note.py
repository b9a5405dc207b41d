from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from chassis.decision import NotFound
from contracts.journal import NoteLocked
from services.journal.features.lock_note import lock
from services.journal.journal import AUTOMATIC
from services.journal.note import (
    NOTE_TRANSITIONS,
    Kind,
    NoteStatus,
    NotWriteProtected,
    OnlyAuthor,
    WriteProtected,
    is_locked,
    lock_by_itself,
    locks_at,
    note_status,
    note_step,
)
from tests.support.journals import DAY, NOW, moira, note
from tests.support.people import actor
from tests.support.transitions import moves, not_refused

SWEDEN = ZoneInfo("Europe/Stockholm")


@pytest.mark.requirement("C-03", "TRE-JOUR-08")
@pytest.mark.parametrize(
    ("saved", "locked"),
    [
        ("2026-11-23 09:00", "2026-11-25 00:00"),
        ("2026-11-23 23:59", "2026-11-25 00:00"),
        ("2026-11-24 00:00", "2026-11-25 00:00"),
        ("2026-11-24 00:01", "2026-11-26 00:00"),
        ("2026-12-30 12:00", "2027-01-01 00:00"),
        ("2028-02-28 12:00", "2028-03-01 00:00"),
    ],
)
def test_it_is_write_protected_at_the_first_midnight_24_hours_after_it_was_saved(saved: str, locked: str) -> None:
    assert locks_at(_swedish(saved), DAY) == _swedish(locked)


@pytest.mark.requirement("C-03")
@pytest.mark.parametrize(
    ("saved", "locked", "why"),
    [
        ("2027-03-27 23:30", "2027-03-30 00:00", "the day after has 23 hours: 24 later it is 00.30 on the 29th"),
        ("2027-03-28 00:00", "2027-03-30 00:00", "the day has 23 hours: 24 later it is 01.00 on the 29th"),
        ("2027-03-27 22:59", "2027-03-29 00:00", "24 hours end one minute before midnight"),
        ("2027-03-27 23:00", "2027-03-29 00:00", "24 hours end just at midnight"),
        ("2026-10-24 23:59", "2026-10-26 00:00", "the day has 25 hours: 24 later it is 22.59 on the 25th"),
        ("2026-10-25 00:00", "2026-10-26 00:00", "24 hours end at 23.00 on the same day"),
        ("2026-10-25 00:59", "2026-10-26 00:00", "24 hours end at 23.59 on the same day"),
        ("2026-10-25 01:00", "2026-10-26 00:00", "24 hours end just at midnight"),
    ],
)
def test_when_the_clocks_change_it_is_still_24_hours_and_still_midnight(saved: str, locked: str, why: str) -> None:
    assert locks_at(_swedish(saved), DAY) == _swedish(locked), why


@pytest.mark.requirement("C-03")
def test_how_long_is_a_setting() -> None:
    assert locks_at(_swedish("2026-11-23 09:00"), timedelta(0)) == _swedish("2026-11-24 00:00")
    assert locks_at(_swedish("2026-11-23 09:00"), timedelta(hours=72)) == _swedish("2026-11-27 00:00")


@pytest.mark.requirement("TRE-JOUR-08")
def test_time_alone_write_protects_a_note() -> None:
    written = note().note
    assert written.locks_at == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    assert not is_locked(written, written.locks_at - timedelta(microseconds=1))
    assert is_locked(written, written.locks_at)
    assert note_status(written, written.locks_at) is NoteStatus.LOCKED


@pytest.mark.requirement("TRE-JOUR-08")
def test_the_author_write_protects_it_at_once_and_it_is_told_without_its_text() -> None:
    decision = lock(note(), moira(), actor("jonas.ek"), NOW)
    after = decision.state
    assert is_locked(after.note, NOW)
    assert [entry.kind for entry in after.entries] == [Kind.WRITTEN, Kind.LOCKED]
    assert decision.events == (
        NoteLocked(journal_id=after.journal.id, note_id=after.note.id, heading="avvikelse-fran-plan", locked_at=NOW),
    )
    assert decision.by.name == "Jonas Ek"


def test_it_is_not_write_protected_twice_and_not_by_others() -> None:
    once = lock(note(), moira(), actor("jonas.ek"), NOW).state
    with pytest.raises(WriteProtected):
        lock(once, moira(), actor("jonas.ek"), NOW)
    with pytest.raises(OnlyAuthor):
        lock(note(), moira(), actor("tove.ahl"), NOW)
    with pytest.raises(NotFound):
        lock(note(), moira(), actor("karin.berg"), NOW)


@pytest.mark.requirement("TRE-JOUR-08")
def test_what_the_clock_has_decided_is_entered_by_the_system_at_the_moment_it_was_due() -> None:
    first = note()
    later = first.note.locks_at + timedelta(minutes=5)
    decision = lock_by_itself(first, later)
    entry = decision.state.entries[-1]
    assert (entry.kind, entry.by, entry.at) == (Kind.LOCKED, AUTOMATIC, later)
    assert decision.state.note.locked_at == first.note.locks_at
    (event,) = decision.events
    assert isinstance(event, NoteLocked)
    assert event.locked_at == first.note.locks_at
    assert decision.state.journal.changed_by.name == "Jonas Ek"


def test_the_clock_enters_nothing_before_its_time_and_nothing_twice() -> None:
    first = note()
    assert lock_by_itself(first, first.note.locks_at - timedelta(seconds=1)).events == ()
    done = lock_by_itself(first, first.note.locks_at).state
    assert lock_by_itself(done, first.note.locks_at).state == done


def test_it_goes_where_the_table_says_and_nowhere_else() -> None:
    saved = note().note
    notes = {
        NoteStatus.SAVED: saved,
        NoteStatus.LOCKED: replace(saved, locked_at=NOW),
        NoteStatus.CORRECTED: replace(saved, locked_at=NOW, corrections=1),
    }
    assert [note_status(one, NOW) for one in notes.values()] == list(notes)
    table = moves(
        {
            "edit": "saved",
            "lock": "saved>locked",
            "correct": "locked>corrected corrected",
            "request-correction": "saved locked corrected",
        }
    )
    pairs = product(NoteStatus, {command for _, command in NOTE_TRANSITIONS} | {"remove", "unlock"})
    assert not_refused(lambda status, command: note_step(notes[status], command, NOW), pairs) == table
    for status, refusal in {NoteStatus.SAVED: NotWriteProtected, NoteStatus.LOCKED: WriteProtected}.items():
        with pytest.raises(refusal):
            note_step(notes[status], "remove", NOW)


def _swedish(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=SWEDEN)
