from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.decision import NotAllowed, NotFound
from contracts.authority import Protection
from contracts.journal import JournalPrinted
from services.journal.features.close_journal import CloseJournal, close
from services.journal.features.correct_note import CorrectNote, correct
from services.journal.features.lock_note import lock
from services.journal.features.print_journal import print_out, printout
from services.journal.features.request_correction import RequestCorrection, request
from services.journal.features.write_note import edit
from services.journal.note import History, lock_by_itself
from tests.support.journals import DAY, NOW, TEXT, journal, moira, note, typed
from tests.support.people import actor

LATER = NOW + timedelta(days=30)
EVA, JONAS, TOVE = (actor(login) for login in ("eva.nyberg", "jonas.ek", "tove.ahl"))


def rich() -> History:
    """A note that has been edited, write-protected, corrected and considered wrong."""
    changed = typed(text="Moira åt frukost.", keywords=("informerad-om-journalen",))
    history = edit(note(), moira(), changed, JONAS, NOW, DAY)
    locked = lock(history.state, moira(), JONAS, NOW).state
    wrong = CorrectNote(original_fragment="frukost", replacement="lunch", role_title="Verksamhetschef")
    corrected = correct(locked, moira(), wrong, TOVE, NOW).state
    return request(corrected, moira(), RequestCorrection(statement="Jag åt inget."), JONAS, NOW).state


@pytest.mark.requirement("TRE-JOUR-11")
@pytest.mark.parametrize("login", ["tove.ahl", "omar.haddad", "eva.nyberg"])
def test_managers_and_coordinators_print_it_open_or_closed_and_it_is_told(login: str) -> None:
    closed = close(journal(), moira(), CloseJournal(confirmed=True), EVA, NOW).state
    for before in (journal(), closed):
        decision = print_out(before, moira(), actor(login), LATER)
        assert decision.events == (
            JournalPrinted(
                journal_id=before.id,
                person_id=moira().id,
                unit_id=before.unit_id,
                entries=0,
                closed=before is closed,
                printed_at=LATER,
            ),
        )
        assert (decision.state.status, decision.state.changed_at) == (before.status, before.changed_at)
        assert decision.state.printed_by is not None
        assert (decision.state.printed_at, decision.state.printed_by.name) == (LATER, actor(login).name)


def test_care_workers_do_not_print_and_for_others_it_does_not_exist() -> None:
    with pytest.raises(NotAllowed):
        print_out(journal(), moira(), JONAS, LATER)
    with pytest.raises(NotFound):
        print_out(journal(), moira(), actor("karin.berg"), LATER)
    with pytest.raises(NotFound):
        print_out(journal(), moira(protection=Protection.CONFIDENTIALITY_MARK), EVA, LATER)


@pytest.mark.requirement("TRE-JOUR-11")
def test_whoever_closes_sees_whether_something_has_been_written_since_it_was_printed() -> None:
    assert not journal().printed_as_it_is
    printed = print_out(journal(), moira(), EVA, LATER).state
    assert printed.printed_as_it_is
    written = note(within=printed).journal
    assert not written.printed_as_it_is
    assert print_out(written, moira(), EVA, LATER).state.printed_as_it_is


@pytest.mark.requirement("TRE-JOUR-11", "TRE-CORR-05")
def test_on_paper_is_all_that_was_written_corrected_and_considered_wrong_with_who_and_when() -> None:
    history = rich()
    printed = print_out(history.journal, moira(), EVA, LATER).state
    paper = printout(printed, moira(), "Blandaren htj ute (Leanlink)", [replace(history, journal=printed)], LATER)
    assert (paper.person, paper.identity_number, paper.printed_by.name) == (
        "Mustafsson, Moira",
        "193803039142",
        "Eva Nyberg",
    )
    (one,) = paper.notes
    assert (one.text, one.locked, one.author.name) == ("Moira åt lunch.", True, "Jonas Ek")
    assert one.keywords == ["Informerad om rätten att läsa journalen"]
    assert [(version.kind, version.text) for version in one.versions] == [
        ("written", TEXT),
        ("edited", "Moira åt frukost."),
        ("locked", None),
        ("corrected", "Moira åt lunch."),
        ("correction_requested", None),
    ]
    assert [(piece.fate, piece.text) for piece in one.corrections[0].pieces] == [
        ("kept", "Moira åt "),
        ("struck", "frukost"),
        ("added", "lunch"),
        ("kept", "."),
    ]
    assert [request.statement for request in one.correction_requests] == ["Jag åt inget."]


def test_what_the_clock_enters_leaves_a_printed_journal_as_it_is_and_what_somebody_enters_does_not() -> None:
    written = note()
    printed = replace(written, journal=print_out(written.journal, moira(), EVA, NOW).state)
    by_the_clock = lock_by_itself(printed, printed.note.locks_at).state
    assert by_the_clock.journal.entries == printed.journal.entries + 1
    assert by_the_clock.journal.printed_as_it_is
    assert not lock(printed, moira(), JONAS, NOW).state.journal.printed_as_it_is
    changed = edit(printed, moira(), typed(text="Moira åt frukost."), JONAS, NOW, DAY).state
    assert not lock_by_itself(changed, changed.note.locks_at).state.journal.printed_as_it_is
