from dataclasses import replace

import pytest

from chassis.decision import NotAllowed, NotFound
from services.deviation.rights import ALLOWED, Circle, Link, acting, links, possible
from tests.support.deviations import NOBODY, OMAR, registered, removed, told_back, under_analysis
from tests.support.municipality import member, unit
from tests.support.orders import person
from tests.support.people import actor

HIDDEN = Circle(OMAR, protected=True, cleared=frozenset({member("eva.nyberg"), member("lina.dahl")}))


def ties(login: str, circle: Circle = NOBODY) -> set[Link]:
    """What ties somebody to the fall at Blandaren ute, which Omar is to handle."""
    return set(links(registered(), actor(login), circle))


def test_the_reporter_the_responsible_manager_and_user_support_have_to_do_with_it() -> None:
    assert ties("jonas.ek") == {Link.REPORTER}
    assert ties("omar.haddad") == {Link.MANAGER}
    assert ties("nils.holm") == {Link.SUPPORT}


@pytest.mark.parametrize("login", ["eva.nyberg", "tove.ahl", "karin.berg", "ingrid.lund", "lina.dahl", "asa.vinge"])
def test_for_everybody_else_it_does_not_exist(login: str) -> None:
    with pytest.raises(NotFound):
        ties(login)


@pytest.mark.requirement("TRE-DEV-17")
def test_whoever_answers_for_the_unit_today_is_its_manager_too() -> None:
    assert ties("eva.nyberg", Circle(answering=member("eva.nyberg"))) == {Link.MANAGER}
    assert ties("omar.haddad", Circle(answering=member("eva.nyberg"))) == {Link.MANAGER}


def test_a_manager_who_has_left_the_unit_is_nobody_there_but_a_deputy_from_elsewhere_is_its_manager() -> None:
    elsewhere = replace(actor("omar.haddad"), roles={unit("aspen-ute"): frozenset({"unit_manager"})})
    with pytest.raises(NotFound):
        links(registered(), elsewhere, NOBODY)
    deputy = links(registered(), elsewhere, Circle(answering=OMAR))
    assert deputy[Link.MANAGER].unit_id == unit("aspen-ute")
    with pytest.raises(NotFound):
        links(registered(), replace(elsewhere, roles={}), Circle(answering=OMAR))


def test_a_reporter_who_no_longer_works_here_does_not_see_it() -> None:
    with pytest.raises(NotFound):
        links(registered(), replace(actor("jonas.ek"), roles={}), NOBODY)


def test_a_reporter_who_has_changed_unit_still_follows_it() -> None:
    moved = replace(actor("jonas.ek"), roles={unit("aspen-ute"): frozenset({"care_worker"})})
    assert set(links(registered(), moved, NOBODY)) == {Link.REPORTER}


@pytest.mark.requirement("DOM-PROT-01")
def test_about_a_protected_person_it_is_visible_to_reporter_manager_and_the_cleared_who_work_there() -> None:
    assert ties("jonas.ek", HIDDEN) == {Link.REPORTER}
    assert ties("omar.haddad", HIDDEN) == {Link.MANAGER}
    assert ties("eva.nyberg", HIDDEN) == {Link.CLEARED}
    for login in ("tove.ahl", "karin.berg", "ingrid.lund", "lina.dahl"):
        with pytest.raises(NotFound):
            ties(login, HIDDEN)


def test_the_cleared_may_read_and_nothing_more() -> None:
    found = links(registered(person_id=person().person_id), actor("eva.nyberg"), HIDDEN)
    for command in ALLOWED:
        with pytest.raises(NotAllowed):
            acting(found, command)
    assert possible(registered(), found) == ()


@pytest.mark.requirement("TRE-DEV-21")
def test_what_is_removed_exists_for_user_support_only() -> None:
    assert set(links(removed(), actor("nils.holm"), Circle(answering=OMAR))) == {Link.SUPPORT}
    for login in ("jonas.ek", "omar.haddad"):
        with pytest.raises(NotFound):
            links(removed(), actor(login), Circle(answering=OMAR))


def test_who_sees_it_but_may_not_is_told_so() -> None:
    found = links(registered(), actor("jonas.ek"), NOBODY)
    with pytest.raises(NotAllowed):
        acting(found, "start-analysis")
    assert acting(found, "move").name == "Jonas Ek"


def test_what_may_be_done_now_depends_on_who_and_how_far_it_has_come() -> None:
    def may(login: str, deviation: object) -> set[str]:
        return set(possible(deviation, links(deviation, actor(login), NOBODY)))  # type: ignore[arg-type]

    assert may("jonas.ek", registered()) == {"move", "suspect-lex"}
    assert may("nils.holm", registered()) == {"move", "remove"}
    assert may("omar.haddad", registered()) == {
        *("start-analysis", "give-feedback", "close-without-analysis", "suspect-lex")
    }
    assert may("jonas.ek", under_analysis()) == {"suspect-lex"}
    assert may("omar.haddad", told_back()) == {"assess", "give-feedback", "close", "suspect-lex"}
