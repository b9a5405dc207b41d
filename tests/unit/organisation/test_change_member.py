from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from chassis.auth import Actor
from chassis.decision import Decision, NotAllowed
from contracts.organisation import MemberChanged, Role
from services.organisation.dated import EndsBeforeItStarts
from services.organisation.features.change_member import ChangeMember, RoleAtUnit, change_member
from services.organisation.member import LoginUsed, Member, RoleTwice
from services.organisation.unit import UnitEnded, UnknownUnit
from tests.support.municipality import member, unit
from tests.support.organisations import TODAY, YESTERDAY, demo
from tests.support.people import actor

NEW = UUID(int=7)
OVER = date(2025, 12, 31)


def role(name: str, at: str, **days: date) -> RoleAtUnit:
    return RoleAtUnit(unit_id=unit(at), role=Role(name), **days)


def command(*roles: RoleAtUnit, **changes: Any) -> ChangeMember:
    details = {"name": "Eva Nyberg", "title": "Samordnare", "login": "eva.nyberg"}
    return ChangeMember(**(details | changes), memberships=roles)


def changed(
    wanted: ChangeMember, by: Actor | None = None, before: Member | None = None, holder: UUID | None = None
) -> Decision[Member]:
    before = before or demo().members[member("eva.nyberg")]
    return change_member(before.id, wanted, before, holder, demo().units, by or actor("asa.vinge"), TODAY)


def test_a_new_member_gets_their_roles_and_is_told_with_the_details_sealed() -> None:
    wanted = command(role("care_worker", "blandaren-ute"), name="Ny Person", login="ny.person", email="ny@exempel.se")
    decision = change_member(NEW, wanted, None, None, demo().units, actor("asa.vinge"), TODAY)
    (event,) = decision.events
    assert isinstance(event, MemberChanged)
    assert [(m.unit_id, m.role) for m in event.memberships] == [(unit("blandaren-ute"), Role.CARE_WORKER)]
    assert event.details.content is not None
    assert event.details.content.model_dump() == {
        "name": "Ny Person",
        "title": "Samordnare",
        "login": "ny.person",
        "email": "ny@exempel.se",
    }
    assert decision.by.name == "Åsa Vinge"


def test_a_role_that_is_left_out_is_gone() -> None:
    decision = changed(command())
    assert decision.state.memberships == ()
    assert not decision.state.active(TODAY)
    assert len(decision.events) == 1


def test_a_role_holds_from_its_first_day_to_its_last() -> None:
    decision = changed(command(role("coordinator", "blandaren", valid_from=TODAY, valid_to=date(2026, 11, 30))))
    days = [YESTERDAY, TODAY, date(2026, 11, 30), date(2026, 12, 1)]
    assert [decision.state.active(day) for day in days] == [False, True, True, False]


def test_a_member_who_is_as_they_shall_be_is_not_told_again() -> None:
    assert changed(command(role("coordinator", "blandaren"))).events == ()


def test_a_login_belongs_to_one_member() -> None:
    with pytest.raises(LoginUsed):
        changed(command(login="omar.haddad"), holder=member("omar.haddad"))
    assert changed(command(title="Chef"), holder=member("eva.nyberg")).events


def test_a_role_needs_a_unit_that_exists() -> None:
    with pytest.raises(UnknownUnit) as refused:
        changed(command(role("coordinator", "blandaren"), role("coordinator", "ingenstans")))
    assert refused.value.field == "memberships.1.unit_id"


def test_an_ended_unit_gets_no_new_members() -> None:
    with pytest.raises(UnitEnded) as refused:
        changed(command(role("coordinator", "tolvsteg")))
    assert str(refused.value) == "Enheten upphörde 2026-01-01 och kan inte få nya medarbetare eller chefer."


def test_a_role_from_before_a_unit_ended_may_be_noted_and_shortened_but_not_lengthened() -> None:
    noted = changed(command(role("coordinator", "tolvsteg", valid_to=OVER))).state
    shorter = changed(command(role("coordinator", "tolvsteg", valid_to=date(2025, 6, 30))), before=noted)
    assert shorter.events
    with pytest.raises(UnitEnded):
        changed(command(role("coordinator", "tolvsteg", valid_to=TODAY)), before=noted)


def test_a_role_does_not_end_before_it_starts() -> None:
    with pytest.raises(EndsBeforeItStarts):
        changed(command(role("coordinator", "blandaren", valid_from=TODAY, valid_to=YESTERDAY)))


def test_the_same_role_at_the_same_unit_is_held_once_at_a_time() -> None:
    earlier = role("coordinator", "blandaren", valid_to=YESTERDAY)
    assert changed(command(earlier, role("coordinator", "blandaren", valid_from=TODAY))).events
    with pytest.raises(RoleTwice):
        changed(command(earlier, role("coordinator", "blandaren", valid_from=YESTERDAY)))


@pytest.mark.parametrize("login", ["tove.ahl", "omar.haddad", "nils.holm", "eva.nyberg", "jonas.ek"])
def test_only_administrators_change_members(login: str) -> None:
    with pytest.raises(NotAllowed):
        changed(command(), actor(login))


def test_an_administrator_of_a_part_gives_and_takes_only_roles_there() -> None:
    ao = Actor(NEW, "Del Admin", "Systemadministratör", {unit("ao"): frozenset({Role.SYSTEM_ADMIN})})
    assert changed(command(role("coordinator", "blandaren-ute")), ao).events
    with pytest.raises(NotAllowed):
        changed(command(role("system_admin", "kommunen")), ao)
    with pytest.raises(NotAllowed):
        changed(command(role("coordinator", "stodteam")), ao)


def test_an_administrator_of_a_part_cannot_take_over_the_login_of_somebody_with_roles_elsewhere() -> None:
    ao = Actor(NEW, "Del Admin", "Systemadministratör", {unit("ao"): frozenset({Role.SYSTEM_ADMIN})})
    asa = demo().members[member("asa.vinge")]
    same_roles = role("system_admin", "kommunen")
    with pytest.raises(NotAllowed):
        changed(command(same_roles, name=asa.name, title=asa.title, login="min.egen"), ao, before=asa)


@pytest.mark.parametrize("name", ["", "   ", "Eva\x00", "Eva\nNyberg", "x" * 201])
def test_a_name_is_one_line_of_text(name: str) -> None:
    with pytest.raises(ValidationError):
        command(name=name)


@pytest.mark.parametrize("name", ["Åsa Öberg-Näslund", "Zoë O'Brien “Zz” <b>", "李 小龙 🙂"])
def test_a_name_holds_any_characters(name: str) -> None:
    assert command(name=name).name == name
