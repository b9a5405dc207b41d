import pytest

from contracts.deviation import LexLaw
from contracts.event import Event
from services.notify.deviation_rules import WITH_A_MANAGER
from services.notify.notice import Kind
from tests.support import heard
from tests.support.municipality import member
from tests.support.told import about, who

JONAS, EVA, OMAR, ANDERS = (member(login) for login in ("jonas.ek", "eva.nyberg", "omar.haddad", "anders.vik"))


@pytest.mark.parametrize(
    "event", [heard.moved(), heard.moved(manager=None), heard.analysis_started(), heard.manager_missing()]
)
def test_what_was_told_of_a_deviation_is_moot_when_it_is_with_somebody_else_or_analysed(event: Event) -> None:
    assert {kind for one in about(event).overtaken for kind in one.kinds} == set(WITH_A_MANAGER)


@pytest.mark.parametrize("event", [heard.deviation_closed(), heard.deviation_removed()])
def test_what_was_told_of_a_deviation_is_moot_for_good_when_it_is_closed_or_removed(event: Event) -> None:
    assert set(WITH_A_MANAGER) <= set(about(event).matter.past)


def test_what_is_removed_is_told_to_whoever_began_to_analyse_it() -> None:
    eva_began = (heard.registered(), heard.analysis_started(by="eva.nyberg"), heard.deviation_removed())
    assert who(about(*eva_began)) == [(Kind.DEVIATION_REMOVED, JONAS), (Kind.DEVIATION_REMOVED, EVA)]


@pytest.mark.requirement("R-26")
def test_a_unit_that_gets_a_manager_later_gets_its_deviation_as_a_new_one() -> None:
    waited = (heard.registered(manager=None), heard.manager_missing())
    assert who(about(*waited, heard.moved(to="blandaren-ute"))) == [(Kind.DEVIATION, ANDERS)]


@pytest.mark.requirement("TRE-DEV-19")
def test_a_suspicion_is_told_to_the_manager_it_lies_with_unless_it_is_their_own() -> None:
    assert who(about(heard.registered(), heard.lex_suspected())) == [(Kind.LEX_SARAH, OMAR)]
    assert who(about(heard.registered(), heard.lex_suspected(law=LexLaw.MARIA))) == [(Kind.LEX_MARIA, OMAR)]
    assert who(about(heard.registered(), heard.lex_suspected(by="omar.haddad"))) == []


@pytest.mark.requirement("TRE-DEV-19")
def test_a_suspicion_follows_the_deviation_to_its_next_manager() -> None:
    orphan = (heard.registered(manager=None), heard.manager_missing(), heard.lex_suspected())
    assert who(about(*orphan)) == []
    assert who(about(*orphan, heard.moved())) == [(Kind.DEVIATION_MOVED, ANDERS), (Kind.LEX_SARAH, ANDERS)]
    own = (heard.registered(), heard.lex_suspected(by="anders.vik"), heard.moved())
    assert who(about(*own)) == [(Kind.DEVIATION_MOVED, ANDERS)]
