from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.auth import Actor
from chassis.decision import Decision, NotAllowed
from contracts.organisation import Role, ServiceMark, UnitChanged, UnitKind
from services.organisation.features.change_unit import ChangeUnit, change_unit
from services.organisation.unit import BelowItself, NeedsParent, OutlivesParent, Unit, UnknownParent
from tests.support.municipality import unit
from tests.support.organisations import TODAY, demo
from tests.support.people import actor

NEW = UUID(int=7)


def command(code: str = "blandaren-ute", **changes: Any) -> ChangeUnit:
    """What a unit of the demo municipality is, with changes."""
    before = demo().units[unit(code)]
    return ChangeUnit(**({name: getattr(before, name) for name in ChangeUnit.model_fields} | changes))


def changed(code: str, by: Actor | None = None, **changes: Any) -> list[Decision[Unit]]:
    return change_unit(unit(code), command(code, **changes), demo().units, by or actor("asa.vinge"), TODAY)


def administrator_of(*units: UUID) -> Actor:
    """An administrator of a part of the municipality."""
    return Actor(UUID(int=1), "Del Admin", "Systemadministratör", {id: frozenset({Role.SYSTEM_ADMIN}) for id in units})


@pytest.mark.requirement("F-03")
def test_a_new_unit_gets_its_place_below_its_parent_and_is_told() -> None:
    wanted = command(name="Blandaren htj natt", parent_id=unit("blandaren"), mark="aid")
    (decision,) = change_unit(NEW, wanted, demo().units, actor("asa.vinge"), TODAY)
    assert decision.state.path == (unit("kommunen"), unit("ao"), unit("blandaren"), NEW)
    (event,) = decision.events
    assert isinstance(event, UnitChanged)
    assert (event.unit_id, event.path, event.mark) == (NEW, decision.state.path, ServiceMark.AID)
    assert event.details.content is not None
    assert event.details.content.name == "Blandaren htj natt"


@pytest.mark.requirement("F-03")
def test_a_unit_that_is_moved_takes_all_below_it_along_and_each_is_told() -> None:
    decisions = changed("blandaren", parent_id=unit("fh"))
    paths = {decision.state.id: decision.state.path for decision in decisions}
    assert paths == {
        unit("blandaren"): (unit("kommunen"), unit("fh"), unit("blandaren")),
        unit("blandaren-ute"): (unit("kommunen"), unit("fh"), unit("blandaren"), unit("blandaren-ute")),
    }
    told = [event for decision in decisions for event in decision.events if isinstance(event, UnitChanged)]
    assert {event.unit_id: event.path for event in told} == paths


def test_the_file_s_code_stays_when_a_unit_is_changed_at_the_door() -> None:
    (decision,) = changed("blandaren-ute", name="Blandaren ute")
    assert decision.state.code == "blandaren-ute"


def test_a_unit_that_is_as_it_shall_be_changes_nothing_and_tells_nobody() -> None:
    assert changed("blandaren") == []


def test_a_unit_needs_a_parent_that_exists() -> None:
    with pytest.raises(UnknownParent):
        changed("blandaren", parent_id=UUID(int=404))


@pytest.mark.parametrize("parent", ["blandaren", "blandaren-ute"])
def test_a_unit_cannot_stand_below_itself(parent: str) -> None:
    with pytest.raises(BelowItself):
        changed("blandaren", parent_id=unit(parent))


def test_only_the_municipality_of_the_file_stands_without_a_parent() -> None:
    root = command("kommunen", kind=UnitKind.MUNICIPALITY)
    with pytest.raises(NeedsParent):
        change_unit(NEW, root, demo().units, actor("asa.vinge"), TODAY)
    with pytest.raises(NeedsParent):
        changed("blandaren", administrator_of(unit("blandaren")), parent_id=None, kind=UnitKind.MUNICIPALITY)
    with pytest.raises(NeedsParent):
        changed("kommunen", kind=UnitKind.AREA)
    assert changed("kommunen", name="Storkommunen")


def test_a_unit_with_units_below_it_cannot_end_before_they_do() -> None:
    with pytest.raises(OutlivesParent):
        changed("blandaren", ended_on=date(2027, 1, 1))
    tree = dict(demo().units)
    tree[unit("blandaren-ute")] = replace(tree[unit("blandaren-ute")], ended_on=date(2026, 12, 31))
    (ended,) = change_unit(
        unit("blandaren"), command("blandaren", ended_on=date(2027, 1, 1)), tree, actor("asa.vinge"), TODAY
    )
    assert ended.state.ended_on == date(2027, 1, 1)


def test_a_unit_cannot_be_put_below_one_that_has_ended() -> None:
    with pytest.raises(OutlivesParent):
        changed("berga-service", parent_id=unit("tolvsteg"))


def test_a_unit_that_has_ended_may_stay_where_it_is() -> None:
    assert [d.state.ended(TODAY) for d in changed("tolvsteg", name="12-steg")] == [True]


@pytest.mark.parametrize("login", ["tove.ahl", "omar.haddad", "nils.holm", "karin.berg", "jonas.ek"])
def test_only_administrators_change_units(login: str) -> None:
    with pytest.raises(NotAllowed):
        changed("blandaren", actor(login), name="Nytt namn")


def test_an_administrator_of_a_part_changes_only_that_part() -> None:
    ao = administrator_of(unit("ao"))
    assert changed("blandaren", ao, name="Nytt namn")
    with pytest.raises(NotAllowed):
        changed("stodteam", ao, name="Nytt namn")
    with pytest.raises(NotAllowed):
        changed("blandaren", ao, parent_id=unit("fh"))
    with pytest.raises(NotAllowed):
        changed("stodteam", ao, parent_id=unit("ao"))


def test_who_changed_it_is_told_with_the_unit_they_administrate() -> None:
    (decision,) = changed("blandaren-ute", name="Blandaren ute")
    assert (decision.by.name, decision.by.role, decision.by.unit_id) == ("Åsa Vinge", "system_admin", unit("blandaren"))
