from dataclasses import replace

import pytest

from chassis.decision import NotAllowed
from services.organisation.features.list_members import may_list
from services.organisation.features.list_units import UnitLine, view
from tests.support.municipality import member, unit
from tests.support.organisations import TODAY, demo
from tests.support.people import actor


def lines(*, ended: bool = False) -> list[UnitLine]:
    here = demo()
    return view(here.units.values(), here.managers, here.members, TODAY, ended=ended).units


def line(code: str) -> UnitLine:
    return next(line for line in lines(ended=True) if line.code == code)


@pytest.mark.requirement("F-03")
def test_the_tree_is_a_flat_list_with_paths_and_names_each_unit_after_the_one_above_it() -> None:
    shown = lines()
    assert line("blandaren-ute").path_names == [
        "Exempelkommun",
        "ÄO Äldreomsorg",
        "BLANDAREN htj (Leanlink)",
        "Blandaren htj ute (Leanlink)",
    ]
    places = {line.id: place for place, line in enumerate(shown)}
    assert all(line.parent_id is None or places[line.parent_id] < places[line.id] for line in shown)


def test_units_that_have_ended_are_shown_only_when_asked_for() -> None:
    assert unit("tolvsteg") not in {line.id for line in lines()}
    assert unit("tolvsteg") in {line.id for line in lines(ended=True)}


@pytest.mark.requirement("R-26")
def test_each_unit_shows_who_answers_for_it_today_or_that_nobody_does() -> None:
    assert [
        (at.manager.member_id, at.manager.deputy) if at.manager else None
        for at in map(line, ("blandaren", "hagadahl-service", "berga-service"))
    ] == [(member("omar.haddad"), False), (member("maria.strand"), True), None]


@pytest.mark.parametrize("login", ["asa.vinge", "nils.holm", "tove.ahl", "omar.haddad"])
def test_administrators_support_and_managers_of_a_unit_list_its_members(login: str) -> None:
    may_list(demo().units[unit("blandaren-ute")], actor(login))


@pytest.mark.parametrize("login", ["eva.nyberg", "jonas.ek", "karin.berg", "maria.strand", "fatima.noor"])
def test_others_do_not_list_the_members_of_a_unit(login: str) -> None:
    with pytest.raises(NotAllowed):
        may_list(demo().units[unit("blandaren-ute")], actor(login))


def test_a_unit_made_a_moment_ago_is_managed_from_above_before_the_replica_knows_it() -> None:
    made = replace(demo().units[unit("blandaren-ute")], id=unit("ny"), path=(unit("kommunen"), unit("ao"), unit("ny")))
    may_list(made, actor("tove.ahl"))
