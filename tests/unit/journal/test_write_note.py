import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from chassis.decision import NotAllowed, NotFound
from contracts.authority import Protection
from services.journal.features.write_note import NotedInFuture, NotedTooEarly, PhraseNotInserted, TypedNote, write
from services.journal.journal import JournalIsClosed, JournalStatus
from services.journal.note import Kind, NoteStatus, note_status, said
from services.journal.template import TEMPLATES, Template, WrongHeading, WrongKeyword, WrongPhrase
from tests.support.journals import DAY, NOW, TEXT, journal, moira, note, typed
from tests.support.people import actor


@pytest.mark.requirement("TRE-JOUR-07", "DOM-DOC-01", "F-13")
@pytest.mark.parametrize("login", ["tove.ahl", "omar.haddad", "eva.nyberg", "jonas.ek"])
def test_a_note_shows_when_it_was_written_and_by_whom(login: str) -> None:
    earlier = NOW - timedelta(hours=3)
    written = note(login, noted_at=earlier)
    assert (written.note.saved_at, written.note.noted_at) == (NOW, earlier)
    assert (written.note.author.name, written.note.author.title) == (actor(login).name, actor(login).title)
    assert written.text == TEXT
    assert note_status(written.note, NOW) is NoteStatus.SAVED


def test_it_is_an_entry_in_the_journals_chain() -> None:
    written = note()
    (entry,) = written.entries
    assert (entry.number, entry.kind, entry.previous_hash) == (1, Kind.WRITTEN, "0" * 64)
    assert (written.journal.entries, written.journal.last_hash) == (1, entry.hash)
    assert written.note.entry == entry.hash


@pytest.mark.requirement("TRE-JOUR-03", "TRE-JOUR-05")
def test_the_heading_and_the_keywords_come_from_the_template() -> None:
    written = note(heading="genomforandeplan", keywords=("genomforandeplan-upprattad", "genomforandeplan-upprattad"))
    assert written.entries[0].content.heading is not None
    assert written.entries[0].content.heading.name == "Genomförandeplan"
    assert written.note.keywords == ("genomforandeplan-upprattad",)
    with pytest.raises(WrongHeading):
        note(heading="vader")
    with pytest.raises(WrongKeyword):
        note(keywords=("vader",))


@pytest.mark.requirement("DOM-DOC-02", "BOE-JOUR-03")
def test_there_is_a_heading_for_that_the_individual_was_informed() -> None:
    informed = note(heading="information", keywords=("informerad-om-journalen",))
    assert informed.note.heading == "information"


@pytest.mark.requirement("BOE-JOUR-01", "BOE-JOUR-05", "TRE-JOUR-02")
@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.code)
def test_every_template_has_headings_for_what_is_to_be_written(template: Template) -> None:
    assert [heading.name for heading in template.headings][:6] == [
        "Startanteckning",
        "Avvikelse från plan",
        "Viktig kontakt",
        "Erbjudande som avböjts",
        "Genomförandeplan",
        "Nytt ärende inkommer",
    ]


@pytest.mark.requirement("TRE-JOUR-06", "F-13")
def test_the_phrases_that_were_inserted_are_kept_in_the_entry_and_a_note_without_any_says_nothing_of_them() -> None:
    (entry,) = note(phrases_used=("informerad", "enligt-plan", "informerad")).entries
    assert [phrase.name for phrase in entry.content.phrases_used or ()] == [
        "Informerad om journalen",
        "Insats enligt plan",
    ]
    assert "phrases_used" in json.dumps(said(entry))
    assert "phrases_used" not in json.dumps(said(note().entries[0]))


@pytest.mark.requirement("TRE-JOUR-06")
def test_a_phrase_of_another_unit_or_one_that_was_chosen_and_not_inserted_is_refused() -> None:
    with pytest.raises(WrongPhrase):
        note(phrases_used=("samtal-oppenvard",))
    with pytest.raises(PhraseNotInserted, match="Tryck på Infoga"):
        note(phrase="enligt-plan")


@pytest.mark.requirement("F-13")
def test_what_has_not_happened_yet_cannot_be_noted() -> None:
    assert note(noted_at=NOW)
    with pytest.raises(NotedInFuture):
        note(noted_at=NOW + timedelta(microseconds=1))


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00", "1990-11-22T10:00Z", "2016-11-01T10:00Z"]
)
def test_a_moment_before_living_memory_is_refused_and_does_not_fail(moment: str) -> None:
    with pytest.raises(NotedTooEarly):
        note(noted_at=moment)


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-12:00", "9999-12-31T23:59"])
def test_the_end_of_time_is_in_the_future(moment: str) -> None:
    with pytest.raises(NotedInFuture):
        note(noted_at=moment)


def test_a_time_from_a_form_is_swedish_time() -> None:
    assert TypedNote.model_validate(
        {"noted_at": "2026-07-01T10:00", "heading": "information", "text": "x"}
    ).noted_at == datetime(2026, 7, 1, 8, 0, tzinfo=UTC)


def test_a_note_without_text_is_refused_and_line_breaks_are_of_one_kind() -> None:
    with pytest.raises(ValidationError):
        typed(text="  \n ")
    assert typed(text="ett\r\ntvå\rtre").text == "ett\ntvå\ntre"


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_what_no_database_can_store_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValidationError, match="ett tecken som inte går att spara"):
        typed(text=text)


@pytest.mark.requirement("R-31", "TRE-JOUR-12")
def test_nothing_more_is_written_in_a_closed_journal() -> None:
    with pytest.raises(JournalIsClosed, match=r"^Journalen är avslutad\.$"):
        note(within=replace(journal(), status=JournalStatus.CLOSED))


@pytest.mark.parametrize("login", ["lina.dahl", "karin.berg", "nils.holm", "asa.vinge", "fatima.noor", "ingrid.lund"])
def test_for_others_the_journal_does_not_exist(login: str) -> None:
    with pytest.raises(NotFound):
        note(login)


def test_licensed_staff_read_and_do_not_write() -> None:
    with pytest.raises(NotAllowed):
        note("ingrid.lund", within=journal("aspen-hsl", "petra.sund"))


def test_a_protected_persons_journal_exists_only_for_the_named_members() -> None:
    eva = actor("eva.nyberg")
    protected = moira(protection=Protection.CONFIDENTIALITY_MARK, cleared=(eva.member_id,))
    new = note().note.id
    with pytest.raises(NotFound):
        write(journal(), protected, typed(), actor("jonas.ek"), new, NOW, DAY)
    assert write(journal(), protected, typed(), eva, new, NOW, DAY).state.entries
