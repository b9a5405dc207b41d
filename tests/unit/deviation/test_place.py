from dataclasses import replace
from datetime import date

import pytest

from chassis.auth import Actor
from chassis.decision import NotFound, Refused
from contracts.authority import Protection
from contracts.organisation import Role
from services.deviation.guidance import QUESTIONS, Guidance
from services.deviation.place import (
    AnswerGuidance,
    ChooseUnit,
    GuidanceIsForLicensedStaff,
    NotYourUnit,
    UnitDoesNotFit,
    UnitIsThePersons,
    offered,
    preselected,
    right_unit,
    right_unit_to_move_to,
    units_linking,
)
from tests.support.deviations import TODAY, at, moira, row
from tests.support.municipality import member, unit
from tests.support.people import actor

UTE = unit("blandaren-ute")
HERS = (UTE,)
TODAYS = (TODAY,)


def both_roles() -> Actor:
    """Ingrid, who is a care worker at Blandaren ute besides."""
    ingrid = actor("ingrid.lund")
    return replace(ingrid, roles={**ingrid.roles, UTE: frozenset({Role.CARE_WORKER})})


@pytest.mark.requirement("TRE-DEV-10", "R-27")
@pytest.mark.parametrize("login", ["jonas.ek", "eva.nyberg", "omar.haddad", "tove.ahl", "karin.berg"])
def test_about_a_person_the_unit_is_the_persons_for_all_but_licensed_staff(login: str) -> None:
    assert right_unit(at("blandaren-ute"), actor(login), None, HERS).id == UTE
    with pytest.raises(UnitIsThePersons, match="Avvikelsen registreras på den enhet personen tillhör"):
        right_unit(at("blandaren"), actor(login), None, HERS)


@pytest.mark.requirement("TRE-DEV-10")
def test_the_persons_unit_is_preselected_rather_one_where_the_reporter_works() -> None:
    assert preselected(actor("jonas.ek"), None, HERS) == UTE
    assert preselected(actor("jonas.ek"), None, (unit("aspen-ute"), UTE)) == UTE
    assert preselected(actor("karin.berg"), None, (unit("aspen-ute"), UTE)) == unit("aspen-ute")


def test_not_about_a_person_the_only_unit_one_works_at_is_preselected() -> None:
    assert preselected(actor("jonas.ek"), None, ()) == UTE
    assert preselected(actor("omar.haddad"), None, ()) is None
    assert preselected(actor("karin.berg"), None, ()) is None


def test_licensed_staff_have_nothing_preselected() -> None:
    assert preselected(actor("ingrid.lund"), None, HERS) is None
    assert preselected(actor("ingrid.lund"), Guidance.HOME_HEALTH_CARE, ()) is None


@pytest.mark.requirement("TRE-DEV-04")
def test_not_about_a_person_it_is_a_unit_where_one_works() -> None:
    assert right_unit(at("blandaren-ute"), actor("jonas.ek"), None, ())
    with pytest.raises(NotYourUnit):
        right_unit(at("blandaren"), actor("jonas.ek"), None, ())


def test_not_about_a_person_a_case_worker_may_report_any_unit() -> None:
    assert right_unit(at("stodteam"), actor("karin.berg"), None, ())


@pytest.mark.requirement("TRE-DEV-11", "R-27")
def test_licensed_staff_must_answer_where_it_happened() -> None:
    for belongs in ((), HERS):
        with pytest.raises(AnswerGuidance) as refused:
            right_unit(at("blandaren-ute"), actor("ingrid.lund"), None, belongs)
        assert refused.value.field == "guidance"


@pytest.mark.requirement("TRE-DEV-11", "R-27")
@pytest.mark.parametrize(
    ("answer", "right", "wrong"),
    [
        ("a", "aspen-hsl", "aspen-tb"),
        ("b", "aspen-tb", "bantorget"),
        ("b", "aspen-tb", "aspen-hsl"),
        ("c", "bantorget", "aspen-ute"),
        ("c", "bantorget", "aspen-hsl"),
        ("d", "aspen-ute", "aspen-hsl"),
    ],
)
def test_the_answer_leads_to_a_unit_and_another_is_refused_with_what_to_choose(
    answer: str, right: str, wrong: str
) -> None:
    ingrid, guidance = actor("ingrid.lund"), Guidance(answer)
    assert right_unit(at(right), ingrid, guidance, ()).id == unit(right)
    with pytest.raises(UnitDoesNotFit) as refused:
        right_unit(at(wrong), ingrid, guidance, ())
    assert QUESTIONS[guidance].unit in str(refused.value)
    assert refused.value.field == "unit_id"


def test_special_housing_may_also_be_the_unit_the_person_belongs_to() -> None:
    assert right_unit(at("aspen-ute"), actor("ingrid.lund"), Guidance.SPECIAL_HOUSING, (unit("aspen-ute"),))


def test_licensed_staff_are_not_locked_to_the_persons_unit() -> None:
    assert right_unit(at("aspen-hsl"), actor("ingrid.lund"), Guidance.HOME_HEALTH_CARE, HERS)


def test_others_are_not_asked_and_cannot_answer_to_get_around_the_lock() -> None:
    with pytest.raises(GuidanceIsForLicensedStaff):
        right_unit(at("bantorget"), actor("jonas.ek"), Guidance.SPECIAL_HOUSING, HERS)


def test_licensed_staff_with_another_role_may_report_in_either() -> None:
    assert right_unit(at("blandaren-ute"), both_roles(), None, HERS)
    assert right_unit(at("aspen-hsl"), both_roles(), Guidance.HOME_HEALTH_CARE, HERS)
    with pytest.raises(UnitIsThePersons):
        right_unit(at("aspen-hsl"), both_roles(), None, HERS)


def test_a_unit_has_to_be_chosen_when_none_is_given() -> None:
    with pytest.raises(ChooseUnit):
        right_unit(None, actor("omar.haddad"), None, ())


def test_the_form_offers_what_the_rule_accepts() -> None:
    units = [at(code) for code in ("aspen-hsl", "aspen-tb", "bantorget", "blandaren-ute")]
    assert [u.id for u in offered(right_unit, units, actor("jonas.ek"), None, HERS)] == [UTE]
    assert offered(right_unit, units, actor("ingrid.lund"), None, HERS) == []
    home = offered(right_unit, units, actor("ingrid.lund"), Guidance.HOME_HEALTH_CARE, HERS)
    assert [u.id for u in home] == [unit("aspen-hsl")]


@pytest.mark.parametrize("login", ["jonas.ek", "eva.nyberg", "omar.haddad", "tove.ahl", "karin.berg", "ingrid.lund"])
def test_those_with_a_reason_may_report_about_a_person(login: str) -> None:
    assert units_linking(moira(), actor(login), TODAYS) == HERS


@pytest.mark.parametrize("login", ["lina.dahl", "moa.kvist", "sara.lind", "nils.holm", "asa.vinge"])
def test_for_all_others_the_person_does_not_exist(login: str) -> None:
    with pytest.raises(NotFound):
        units_linking(moira(), actor(login), TODAYS)


def test_who_works_where_the_person_was_when_it_happened_may_report() -> None:
    gone = moira(row(1, period_to=date(2026, 11, 20)), row(2, "aspen-ute", period_from=date(2026, 11, 21)))
    assert UTE in units_linking(gone, actor("jonas.ek"), (TODAY, date(2026, 11, 19)))
    with pytest.raises(NotFound):
        units_linking(gone, actor("jonas.ek"), TODAYS)


def test_a_protected_person_exists_for_the_cleared_only() -> None:
    hidden = moira(protection=Protection.PROTECTED_REGISTRATION, cleared=(member("eva.nyberg"),))
    assert units_linking(hidden, actor("eva.nyberg"), TODAYS) == HERS
    for login in ("jonas.ek", "omar.haddad", "karin.berg", "ingrid.lund"):
        with pytest.raises(NotFound):
            units_linking(hidden, actor(login), TODAYS)


def test_clearance_alone_is_no_reason_to_report() -> None:
    hidden = moira(protection=Protection.PROTECTED_REGISTRATION, cleared=(member("lina.dahl"),))
    with pytest.raises(NotFound):
        units_linking(hidden, actor("lina.dahl"), TODAYS)


@pytest.mark.requirement("C-08")
def test_what_is_not_about_a_person_may_be_moved_to_any_unit_and_the_rest_by_the_same_rule() -> None:
    assert right_unit_to_move_to(at("stodteam"), actor("jonas.ek"), None, ())
    with pytest.raises(UnitIsThePersons):
        right_unit_to_move_to(at("stodteam"), actor("jonas.ek"), None, HERS)
    with pytest.raises(Refused):
        right_unit_to_move_to(at("aspen-tb"), actor("ingrid.lund"), None, ())
    assert right_unit_to_move_to(at("aspen-tb"), actor("ingrid.lund"), Guidance.SHELTERED_HOUSING, ())
