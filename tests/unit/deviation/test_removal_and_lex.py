import pytest
from pydantic import ValidationError

from chassis.decision import NotAllowed, NotFound
from contracts.deviation import DeviationRemoved, LexLaw, LexSuspected
from services.deviation.deviation import NotPossibleNow, Status
from services.deviation.features.close import Close, LexNamed, close
from services.deviation.features.remove import NotConfirmed, Remove, remove
from services.deviation.features.suspect_lex import AlreadySuspected, SuspectLex, suspect_lex
from tests.support.deviations import (
    DEVIATION,
    NOBODY,
    NOW,
    assessed,
    closed,
    registered,
    removed,
    told_back,
    under_analysis,
)
from tests.support.municipality import member, unit
from tests.support.people import actor

SUPPORT = actor("nils.holm")
WRONG = Remove(reason="Registrerad två gånger", confirmed=True)


@pytest.mark.requirement("TRE-DEV-21")
def test_user_support_removes_what_was_wrongly_registered_and_the_audit_is_kept() -> None:
    decision = remove(registered(suspected_lex_sarah=True), WRONG, SUPPORT, NOBODY, NOW)
    after = decision.state
    assert after.status is Status.REMOVED
    last = after.history[-1]
    assert (last.command, last.name, last.role, last.reason) == (
        *("remove", "Nils Holm", "user_support", "Registrerad två gånger"),
    )
    assert after.course_of_events
    assert decision.events == (
        DeviationRemoved(deviation_id=DEVIATION, unit_id=unit("blandaren-ute"), reported_by=member("jonas.ek")),
    )


@pytest.mark.requirement("TRE-DEV-21")
def test_it_can_be_removed_however_far_it_has_come_but_once() -> None:
    for deviation in (registered(manager_id=None), under_analysis(), assessed(), told_back(), closed()):
        assert remove(deviation, WRONG, SUPPORT, NOBODY, NOW).state.status is Status.REMOVED
    with pytest.raises(NotPossibleNow, match="Borttagen"):
        remove(removed(), WRONG, SUPPORT, NOBODY, NOW)


@pytest.mark.requirement("TRE-DEV-21")
def test_nobody_else_removes_it() -> None:
    for login in ("jonas.ek", "omar.haddad"):
        with pytest.raises(NotAllowed):
            remove(registered(), WRONG, actor(login), NOBODY, NOW)
    for login in ("tove.ahl", "asa.vinge"):
        with pytest.raises(NotFound):
            remove(registered(), WRONG, actor(login), NOBODY, NOW)


def test_it_is_asked_for_by_its_number_and_with_what_it_may_lead_to_before_it_is_removed() -> None:
    unsure = Remove(reason="Registrerad två gånger")
    with pytest.raises(NotConfirmed, match="avvikelse 0, som har status ”Hos ansvarig chef”"):
        remove(registered(), unsure, SUPPORT, NOBODY, NOW)
    with pytest.raises(NotConfirmed, match="status ”Avslutad” och kan utredas enligt Lex Maria och Lex Sarah"):
        remove(closed(suspected_lex_sarah=True, suspected_lex_maria=True), unsure, SUPPORT, NOBODY, NOW)


def test_a_removal_needs_a_reason() -> None:
    with pytest.raises(ValidationError, match="string_too_short"):
        Remove(reason=" ")


@pytest.mark.requirement("TRE-DEV-19")
def test_reporter_and_manager_may_say_it_later_and_it_goes_on_beside() -> None:
    first = suspect_lex(under_analysis(), SuspectLex(law=LexLaw.SARAH), actor("omar.haddad"), NOBODY, NOW)
    assert first.state.status is Status.UNDER_ANALYSIS
    assert first.events == (
        LexSuspected(
            deviation_id=DEVIATION,
            unit_id=unit("blandaren-ute"),
            law=LexLaw.SARAH,
            suspected_by=member("omar.haddad"),
            suspected_at=NOW,
        ),
    )
    second = suspect_lex(first.state, SuspectLex(law=LexLaw.MARIA), actor("jonas.ek"), NOBODY, NOW).state
    assert [(s.law, s.track) for s in second.lex] == [("lex_sarah", "suspected"), ("lex_maria", "suspected")]


def test_the_same_law_is_not_suspected_twice() -> None:
    once = registered(suspected_lex_maria=True)
    with pytest.raises(AlreadySuspected, match="Lex Maria"):
        suspect_lex(once, SuspectLex(law=LexLaw.MARIA), actor("omar.haddad"), NOBODY, NOW)


def test_it_is_said_while_something_is_left_to_do_by_those_who_have_to_do_with_it() -> None:
    with pytest.raises(NotPossibleNow):
        suspect_lex(closed(), SuspectLex(law=LexLaw.SARAH), actor("jonas.ek"), NOBODY, NOW)
    with pytest.raises(NotAllowed):
        suspect_lex(registered(), SuspectLex(law=LexLaw.SARAH), SUPPORT, NOBODY, NOW)
    with pytest.raises(NotFound):
        suspect_lex(registered(), SuspectLex(law=LexLaw.SARAH), actor("lina.dahl"), NOBODY, NOW)


@pytest.mark.requirement("TRE-DEV-19")
def test_what_may_have_to_be_investigated_is_not_closed_without_a_thought_of_that() -> None:
    named = told_back(suspected_lex_sarah=True)
    boss = actor("omar.haddad")
    with pytest.raises(LexNamed, match="Lex Sarah"):
        close(named, Close(), boss, NOBODY, NOW)
    with pytest.raises(LexNamed, match="Lex Maria"):
        close(registered(suspected_lex_maria=True), Close(reason="Statistik"), boss, NOBODY, NOW)
    assert close(named, Close(confirmed=True), boss, NOBODY, NOW).state.status is Status.CLOSED
    assert close(told_back(), Close(), boss, NOBODY, NOW).state.status is Status.CLOSED
