from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from chassis.decision import NotFound
from contracts.authority import Protection
from contracts.journal import NoteCorrected, NoteLocked
from services.journal.features.correct_note import (
    ChangesNothing,
    CorrectNote,
    NothingLeft,
    NotInText,
    OnlyOperationsManager,
    SeveralTimesInText,
    correct,
)
from services.journal.features.lock_note import lock
from services.journal.features.read_note import view
from services.journal.journal import JournalStatus
from services.journal.note import History, Kind, NoteStatus, NotWriteProtected, note_status
from tests.support.journals import NOW, TEXT, journal, moira, note
from tests.support.people import actor

LATER = NOW + timedelta(hours=1)


def locked(text: str = TEXT) -> History:
    return lock(note(text=text), moira(), actor("jonas.ek"), NOW).state


def correction(original: str = "ville inte duscha", replacement: str = "ville duscha") -> CorrectNote:
    return CorrectNote(original_fragment=original, replacement=replacement, role_title="Verksamhetschef ÄO")


def corrected(
    history: History | None = None,
    command: CorrectNote | None = None,
    login: str = "tove.ahl",
    now: datetime = LATER,
) -> History:
    return correct(history or locked(), moira(), command or correction(), actor(login), now).state


@pytest.mark.requirement("TRE-CORR-01", "TRE-CORR-02", "TRE-CORR-03", "DOM-DOC-01")
def test_the_operations_manager_corrects_and_the_original_is_still_there() -> None:
    after = corrected()
    assert after.text == "Moira ville duscha. Hon åt frukost."
    assert after.original == TEXT
    assert note_status(after.note, LATER) is NoteStatus.CORRECTED
    entry = after.entries[-1]
    assert (entry.kind, entry.by.name, entry.by.title, entry.at) == (
        Kind.CORRECTED,
        "Tove Ahl",
        "Verksamhetschef ÄO",
        LATER,
    )
    assert after.note.author.name == "Jonas Ek"


def test_it_is_told_without_any_text() -> None:
    decision = correct(locked(), moira(), correction(), actor("tove.ahl"), LATER)
    note = decision.state.note
    assert decision.events == (NoteCorrected(journal_id=note.journal_id, note_id=note.id, corrected_at=LATER),)


@pytest.mark.requirement("R-11", "TRE-CORR-01")
@pytest.mark.parametrize("login", ["omar.haddad", "eva.nyberg", "jonas.ek"])
def test_others_at_the_unit_are_refused_in_the_words_of_the_rule(login: str) -> None:
    with pytest.raises(
        OnlyOperationsManager, match=r"^Endast verksamhetschef kan rätta en skrivskyddad anteckning\.$"
    ) as refused:
        corrected(login=login)
    assert refused.value.status == 403


@pytest.mark.requirement("R-11")
def test_an_operations_manager_of_other_units_sees_nothing() -> None:
    with pytest.raises(NotFound):
        corrected(login="maria.strand")
    elsewhere = note("maria.strand", within=journal("hagadahl-bistand", "lina.dahl"))
    with pytest.raises(NotFound):
        corrected(elsewhere)


def test_neither_does_one_who_is_not_cleared_for_a_protected_person() -> None:
    protected = moira(protection=Protection.CONFIDENTIALITY_MARK)
    with pytest.raises(NotFound):
        correct(locked(), protected, correction(), actor("tove.ahl"), LATER)


@pytest.mark.requirement("TRE-CORR-03")
@pytest.mark.parametrize("title", [{}, {"role_title": "  "}])
def test_the_title_has_to_be_given(title: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        CorrectNote.model_validate({"original_fragment": "x", "replacement": "y", **title})


def test_a_note_that_its_author_can_still_change_is_not_corrected() -> None:
    with pytest.raises(NotWriteProtected, match=r"kan ändra den till 25 november 2026 kl\.\s00\.00"):
        corrected(note())


def test_when_only_the_clock_has_write_protected_it_that_is_entered_first() -> None:
    first = note()
    decision = correct(first, moira(), correction(), actor("tove.ahl"), first.note.locks_at)
    assert [entry.kind for entry in decision.state.entries] == [Kind.WRITTEN, Kind.LOCKED, Kind.CORRECTED]
    assert [type(event) for event in decision.events] == [NoteLocked, NoteCorrected]


def test_the_text_that_is_wrong_must_be_in_the_note_and_in_one_place_only() -> None:
    with pytest.raises(NotInText):
        corrected(command=correction("åt lunch"))
    with pytest.raises(SeveralTimesInText):
        corrected(command=correction("n"))
    with pytest.raises(SeveralTimesInText):
        corrected(locked("aaa"), correction("aa"))


def test_a_correction_must_change_something_and_leave_something() -> None:
    with pytest.raises(ChangesNothing):
        corrected(command=correction("frukost", "frukost"))
    with pytest.raises(NothingLeft):
        corrected(command=correction(TEXT, ""))
    assert corrected(command=correction(" Hon åt frukost.", "")).text == "Moira ville inte duscha. "


def test_a_correction_is_found_in_what_the_last_one_made_of_the_text() -> None:
    once = corrected()
    with pytest.raises(NotInText):
        corrected(once, correction("ville inte"))
    twice = corrected(once, correction("frukost", "lunch"))
    assert twice.text == "Moira ville duscha. Hon åt lunch."
    assert twice.note.corrections == 2


def test_a_note_in_a_closed_journal_can_be_corrected() -> None:
    closed = replace(locked(), journal=replace(locked().journal, status=JournalStatus.CLOSED))
    assert corrected(closed).note.corrections == 1


@pytest.mark.requirement("TRE-CORR-04", "TRE-CORR-05", "F-14")
def test_every_correction_shows_afterwards_what_it_was_who_made_it_and_when() -> None:
    twice = corrected(corrected(), correction("frukost", "lunch"), now=LATER + timedelta(hours=1))
    shown = view(twice, moira(), "Blandaren htj ute (Leanlink)", actor("jonas.ek"), LATER)
    assert [(c.original_fragment, c.replacement, c.by.name, c.at) for c in shown.corrections] == [
        ("ville inte duscha", "ville duscha", "Tove Ahl", LATER),
        ("frukost", "lunch", "Tove Ahl", LATER + timedelta(hours=1)),
    ]
    assert [(piece.fate, piece.text) for piece in shown.corrections[0].pieces] == [
        ("kept", "Moira "),
        ("kept", "ville "),
        ("struck", "inte "),
        ("kept", "duscha"),
        ("kept", ". Hon åt frukost."),
    ]
    assert (shown.corrections[1].before, shown.corrections[1].after) == (corrected().text, twice.text)
    assert (shown.original, shown.locked, shown.may_edit, shown.may_correct) == (TEXT, True, False, False)
    assert [version.kind for version in shown.chain] == ["written", "locked", "corrected", "corrected"]
