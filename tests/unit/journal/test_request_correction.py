from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.decision import NotAllowed, NotFound
from services.journal.features.request_correction import RequestCorrection, request
from services.journal.journal import JournalStatus
from services.journal.note import History, Kind, note_status
from tests.support.journals import NOW, TEXT, journal, moira, note
from tests.support.people import actor

WRONG = RequestCorrection(statement="Jag bad visst om att få duscha.")


def requested(history: History, login: str = "jonas.ek") -> History:
    return request(history, moira(), WRONG, actor(login), history.note.locks_at + timedelta(days=1)).state


@pytest.mark.requirement("BOE-JOUR-04", "DOM-DOC-02")
def test_that_the_individual_considers_it_wrong_is_noted_and_the_text_stays() -> None:
    after = requested(note())
    entry = after.entries[-1]
    assert (entry.kind, entry.content.statement, entry.by.name) == (
        Kind.CORRECTION_REQUESTED,
        WRONG.statement,
        "Jonas Ek",
    )
    assert (after.text, after.note.correction_requests) == (TEXT, 1)


@pytest.mark.requirement("BOE-JOUR-04")
def test_in_any_state_and_in_a_closed_journal_too() -> None:
    first = note()
    assert request(first, moira(), WRONG, actor("eva.nyberg"), NOW).state.note.correction_requests == 1
    closed = replace(first, journal=replace(first.journal, status=JournalStatus.CLOSED))
    assert requested(closed).note.correction_requests == 1
    twice = requested(requested(first))
    assert twice.note.correction_requests == 2
    assert note_status(twice.note, NOW) == note_status(first.note, NOW)


def test_those_who_do_not_write_in_the_journal_cannot_and_others_see_nothing() -> None:
    with pytest.raises(NotFound):
        requested(note(), "karin.berg")
    with pytest.raises(NotAllowed):
        requested(note("petra.sund", within=journal("aspen-hsl", "petra.sund")), "ingrid.lund")
