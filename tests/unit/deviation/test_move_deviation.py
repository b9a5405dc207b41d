from dataclasses import replace
from typing import Any

import pytest

from chassis.decision import NotAllowed, NotFound
from contracts.deviation import DeviationMoved, ManagerMissing
from services.deviation.deviation import NotPossibleNow, Status
from services.deviation.features.find_manager import find_manager
from services.deviation.features.move import AlreadyThere, Move, NewSite, move
from services.deviation.guidance import Guidance
from services.deviation.place import AnswerGuidance, UnitIsThePersons
from tests.support.deviations import DEVIATION, NOBODY, NOW, OMAR, at, registered, under_analysis
from tests.support.municipality import member, unit
from tests.support.orders import person
from tests.support.people import actor

ANDERS = member("anders.vik")
pytestmark = pytest.mark.requirement("C-08")


def to(code: str, **changes: Any) -> Move:
    return Move(unit_id=unit(code), **changes)


def test_the_reporter_moves_it_to_the_right_unit_whose_manager_is_told() -> None:
    site = NewSite(at("aspen-ute"), manager_id=ANDERS)
    decision = move(registered(), to("aspen-ute"), actor("jonas.ek"), NOBODY, site, NOW)
    after = decision.state
    assert (after.unit_id, after.manager_id, after.status) == (unit("aspen-ute"), ANDERS, Status.WITH_MANAGER)
    assert [step.command for step in after.history] == ["register", "assign", "move", "assign"]
    assert decision.events == (
        DeviationMoved(
            deviation_id=DEVIATION,
            from_unit_id=unit("blandaren-ute"),
            unit_id=unit("aspen-ute"),
            reported_by=member("jonas.ek"),
            manager_id=ANDERS,
        ),
    )


@pytest.mark.requirement("R-26")
def test_moving_what_lacks_a_manager_gives_it_one() -> None:
    lacking = registered(manager_id=None)
    site = NewSite(at("aspen-ute"), manager_id=ANDERS)
    assert move(lacking, to("aspen-ute"), actor("jonas.ek"), NOBODY, site, NOW).state.status is Status.WITH_MANAGER


@pytest.mark.requirement("R-26")
def test_moving_it_to_a_unit_without_a_manager_says_so() -> None:
    decision = move(registered(), to("stodteam"), actor("jonas.ek"), NOBODY, NewSite(at("stodteam")), NOW)
    assert (decision.state.status, decision.state.manager_id) == (Status.UNASSIGNED, None)
    assert [type(event) for event in decision.events] == [DeviationMoved, ManagerMissing]


@pytest.mark.requirement("R-27")
def test_the_reporter_cannot_move_it_from_the_persons_unit_but_user_support_can() -> None:
    about = registered(person_id=person().person_id)
    site = NewSite(at("aspen-ute"), (unit("blandaren-ute"),), ANDERS)
    with pytest.raises(UnitIsThePersons):
        move(about, to("aspen-ute"), actor("jonas.ek"), NOBODY, site, NOW)
    assert move(about, to("aspen-ute"), actor("nils.holm"), NOBODY, site, NOW).state.manager_id == ANDERS


@pytest.mark.requirement("TRE-DEV-11")
def test_licensed_staff_answer_again_when_they_move_it() -> None:
    hers = replace(registered(), reported_by=member("ingrid.lund"))
    site = NewSite(at("aspen-tb"), manager_id=ANDERS)
    with pytest.raises(AnswerGuidance):
        move(hers, to("aspen-tb"), actor("ingrid.lund"), NOBODY, site, NOW)
    after = move(hers, to("aspen-tb", guidance="b"), actor("ingrid.lund"), NOBODY, site, NOW).state
    assert (after.unit_id, after.guidance) == (unit("aspen-tb"), Guidance.SHELTERED_HOUSING)


def test_it_is_not_moved_to_where_it_is_or_after_analysis_has_begun() -> None:
    here = NewSite(at("blandaren-ute"), manager_id=OMAR)
    with pytest.raises(AlreadyThere):
        move(registered(), to("blandaren-ute"), actor("jonas.ek"), NOBODY, here, NOW)
    with pytest.raises(NotPossibleNow, match="Analyseras"):
        move(under_analysis(), to("aspen-ute"), actor("jonas.ek"), NOBODY, NewSite(at("aspen-ute")), NOW)


def test_the_manager_does_not_move_it_and_for_others_it_does_not_exist() -> None:
    site = NewSite(at("aspen-ute"), manager_id=ANDERS)
    with pytest.raises(NotAllowed):
        move(registered(), to("aspen-ute"), actor("omar.haddad"), NOBODY, site, NOW)
    with pytest.raises(NotFound):
        move(registered(), to("aspen-ute"), actor("lina.dahl"), NOBODY, site, NOW)


@pytest.mark.requirement("R-26")
def test_when_its_unit_gets_a_manager_they_are_told_and_nobody_has_to_do_anything() -> None:
    decision = find_manager(registered(manager_id=None), OMAR, NOW)
    assert (decision.state.status, decision.state.manager_id) == (Status.WITH_MANAGER, OMAR)
    assert decision.state.history[-1].name == "Stafett"
    (moved,) = decision.events
    assert isinstance(moved, DeviationMoved)
    assert moved.from_unit_id == moved.unit_id == unit("blandaren-ute")
    assert moved.manager_id == OMAR
