from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from contracts.organisation import ManagersChanged, ManagerTerm, Membership, Role, UnitChanged
from services.organisation.managers import Managers
from services.organisation.organisation_file import FileProblems, parse
from services.organisation.organisation_plan import Organisation, plan
from tests.support.municipality import FILE, member, unit
from tests.support.organisations import EMPTY, TODAY, YESTERDAY, demo, done, load

UNITS = """
units:
  - {code: kommunen, name: Kommunen, kind: municipality}
  - {code: ao, name: ÄO, kind: area, parent: kommunen}
  - {code: fh, name: FH, kind: area, parent: kommunen}
  - {code: blandaren, name: Blandaren, kind: provider, parent: ao}
  - {code: ute, name: Blandaren ute, kind: sub_unit, parent: blandaren}
"""
PEOPLE = """
members:
  - {login: eva, name: Eva Nyberg, title: Samordnare, roles: [coordinator@blandaren]}
  - {login: omar, name: Omar Haddad, title: Enhetschef, roles: [unit_manager@blandaren]}
"""
MANAGERS = """
managers:
  - {unit: blandaren, member: omar, valid_from: 2025-01-01}
"""
SMALL = UNITS + PEOPLE + MANAGERS


def small() -> Organisation:
    return load(EMPTY, SMALL, TODAY - timedelta(days=30))[0]


def changes(old: str, new: str, before: Organisation | None = None) -> tuple[Organisation, tuple[str, ...]]:
    """Load the small file with one thing replaced, over what it was."""
    assert old in SMALL
    return load(before or small(), SMALL.replace(old, new))


@pytest.mark.requirement("F-03")
def test_on_an_empty_database_the_file_gives_the_whole_tree_parents_first() -> None:
    planned = plan(EMPTY, parse(FILE.read_text("utf-8")), TODAY)
    seen: set[UUID] = set()
    for decision in planned.units:
        assert set(decision.state.path[:-1]) <= seen
        seen.add(decision.state.id)
    assert demo().units[unit("blandaren-ute")].path == tuple(
        map(unit, ("kommunen", "ao", "blandaren", "blandaren-ute"))
    )
    assert "+ unit blandaren-ute: Blandaren htj ute (Leanlink), sub_unit below blandaren" in planned.words
    assert "+ member eva.nyberg: Eva Nyberg, Samordnare, +coordinator@blandaren" in planned.words
    assert "+ managers of hagadahl-service: +maria.strand as deputy from 2025-01-01" in planned.words


@pytest.mark.parametrize("later", [0, 1, 400])
def test_loading_the_same_file_again_changes_nothing_on_any_day(later: int) -> None:
    planned = plan(demo(), parse(FILE.read_text("utf-8")), TODAY + timedelta(days=later))
    assert (planned.units, planned.members, planned.managers, planned.words) == ((), (), (), ())


def test_a_unit_that_is_moved_takes_those_below_it_along() -> None:
    after, words = changes("parent: ao}", "parent: fh}")
    assert words == (
        "~ unit blandaren: moved from ao to fh",
        "~ unit ute: moved along with the unit above it",
    )
    assert after.units[unit("ute")].path == tuple(map(unit, ("kommunen", "fh", "blandaren", "ute")))


def test_two_units_may_change_places() -> None:
    swapped = SMALL.replace("provider, parent: ao", "provider, parent: ute").replace(
        "sub_unit, parent: blandaren", "sub_unit, parent: ao"
    )
    after, _ = load(small(), swapped)
    assert after.units[unit("blandaren")].path == tuple(map(unit, ("kommunen", "ao", "ute", "blandaren")))
    assert load(after, swapped)[1] == ()


def test_a_change_of_name_is_told_and_said() -> None:
    _, words = changes("name: Blandaren,", "name: Blandaren syd,")
    assert words == ("~ unit blandaren: name 'Blandaren' -> 'Blandaren syd'",)


def test_a_unit_left_out_of_the_file_ends_today_and_comes_back_when_it_is_there_again() -> None:
    after, words = changes("  - {code: ute, name: Blandaren ute, kind: sub_unit, parent: blandaren}\n", "")
    assert words == (f"- unit ute: ended {TODAY}",)
    assert after.units[unit("ute")].ended_on == TODAY
    without = SMALL.replace("  - {code: ute, name: Blandaren ute, kind: sub_unit, parent: blandaren}\n", "")
    assert load(after, without, TODAY + timedelta(days=9))[1] == ()
    back, words = load(after, SMALL)
    assert words == (f"~ unit ute: no longer ended {TODAY}",)
    assert back.units == small().units


def test_a_role_left_out_of_the_file_ended_yesterday_and_is_kept() -> None:
    after, words = changes("[coordinator@blandaren]", "[care_worker@ute]")
    assert words == ("~ member eva: +care_worker@ute, -coordinator@blandaren",)
    assert after.members[member("eva")].memberships == (
        Membership(unit_id=unit("blandaren"), role=Role.COORDINATOR, valid_to=YESTERDAY),
        Membership(unit_id=unit("ute"), role=Role.CARE_WORKER, valid_from=TODAY),
    )


def test_a_role_given_and_taken_the_same_day_leaves_nothing_behind() -> None:
    both, _ = changes("[coordinator@blandaren]", "[coordinator@blandaren, care_worker@ute]")
    after, words = load(both, SMALL)
    assert words == ("~ member eva: -care_worker@ute",)
    assert after.members == small().members


def test_a_role_that_comes_back_begins_anew() -> None:
    without, _ = changes("[coordinator@blandaren]", "[]")
    after, words = load(without, SMALL, TODAY + timedelta(days=7))
    assert words == ("~ member eva: +coordinator@blandaren",)
    assert [(m.valid_from, m.valid_to) for m in after.members[member("eva")].memberships] == [
        (None, YESTERDAY),
        (TODAY + timedelta(days=7), None),
    ]


def test_a_role_with_a_last_day_goes_on_when_the_file_has_it_and_a_coming_one_begins() -> None:
    before = small()
    eva = before.members[member("eva")]
    days = {"unit_id": unit("blandaren"), "role": Role.COORDINATOR}
    temporary = Membership.model_validate({**days, "valid_to": TODAY})
    coming = Membership.model_validate({**days, "valid_from": TODAY + timedelta(days=5)})
    changed = replace(before, members={**before.members, eva.id: replace(eva, memberships=(temporary, coming))})
    after, words = load(changed, SMALL)
    assert words == ("~ member eva: +coordinator@blandaren",)
    assert after.members == before.members


def test_a_member_left_out_of_the_file_loses_all_roles_but_stays() -> None:
    after, words = changes(
        "  - {login: eva, name: Eva Nyberg, title: Samordnare, roles: [coordinator@blandaren]}\n", ""
    )
    assert words == ("- member eva: -coordinator@blandaren",)
    assert not after.members[member("eva")].active(TODAY)
    without = SMALL.replace(
        "  - {login: eva, name: Eva Nyberg, title: Samordnare, roles: [coordinator@blandaren]}\n", ""
    )
    assert load(after, without)[1] == ()


def test_a_member_made_at_the_door_is_known_by_the_login() -> None:
    before = small()
    eva = replace(before.members[member("eva")], id=unit("any"), email="eva@exempel.se")
    people = {id: one for id, one in before.members.items() if id != member("eva")}
    after, words = load(replace(before, members={**people, eva.id: eva}), SMALL)
    assert words == ("~ member eva: email 'eva@exempel.se' -> none",)
    assert set(after.members) == {eva.id, member("omar")}


def test_a_member_with_a_new_login_gets_the_file_s_back_and_cannot_be_two() -> None:
    before = small()
    eva = replace(before.members[member("eva")], login="eva.ny")
    renamed = replace(before, members={**before.members, eva.id: eva})
    assert load(renamed, SMALL)[1] == ("~ member eva: login 'eva.ny' -> 'eva'",)
    both = SMALL.replace(
        "members:\n", "members:\n  - {login: eva.ny, name: Eva Nyberg, title: Samordnare, roles: []}\n"
    )
    with pytest.raises(FileProblems) as found:
        load(renamed, both)
    assert found.value.problems == ("member eva: the same member as eva.ny, under an earlier login",)


@pytest.mark.requirement("R-26")
def test_a_new_manager_takes_over_the_day_the_file_says() -> None:
    after, words = changes("member: omar, valid_from: 2025-01-01", "member: eva, valid_from: 2026-11-23")
    assert words == (f"~ managers of blandaren: omar from 2025-01-01 to {YESTERDAY}, +eva from {TODAY}",)
    assert [(t.member_id, t.valid_to) for t in after.managers[unit("blandaren")].terms] == [
        (member("omar"), YESTERDAY),
        (member("eva"), None),
    ]


def test_a_manager_dated_back_cuts_the_one_before_short() -> None:
    after, _ = changes("member: omar, valid_from: 2025-01-01", "member: eva, valid_from: 2026-06-01")
    assert [(t.member_id, t.valid_to) for t in after.managers[unit("blandaren")].terms] == [
        (member("omar"), date(2026, 5, 31)),
        (member("eva"), None),
    ]
    after, _ = changes("member: omar, valid_from: 2025-01-01", "member: eva, valid_from: 2024-06-01")
    assert [t.member_id for t in after.managers[unit("blandaren")].terms] == [member("eva")]


def test_a_manager_left_out_of_the_file_ended_yesterday_and_one_to_come_never_begins() -> None:
    before = small()
    coming = ManagerTerm(member_id=member("eva"), valid_from=TODAY + timedelta(days=5))
    now = ManagerTerm(member_id=member("omar"), valid_from=date(2025, 1, 1), valid_to=TODAY)
    terms = Managers(unit("blandaren"), (now, coming))
    nobody = UNITS + PEOPLE + "managers: []"
    after, words = load(replace(before, managers={terms.unit_id: terms}), nobody)
    assert words == (f"~ managers of blandaren: omar from 2025-01-01 to {YESTERDAY}, -eva from {coming.valid_from}",)
    assert load(after, nobody, TODAY + timedelta(days=1))[1] == ()


def test_an_ended_unit_gets_neither_members_nor_managers_from_the_file() -> None:
    ended = UNITS.replace("parent: blandaren}", "parent: blandaren, ended_on: 2026-01-01}")
    people = PEOPLE.replace("[coordinator@blandaren]", "[coordinator@ute]")
    with pytest.raises(FileProblems) as found:
        load(small(), ended + people + MANAGERS.replace("unit: blandaren", "unit: ute"))
    assert found.value.problems == (
        "member eva: coordinator@ute: the unit ended 2026-01-01",
        "manager of ute: the unit ended 2026-01-01",
    )


def test_who_worked_at_a_unit_before_it_ended_may_stay_until_the_file_says_otherwise() -> None:
    people = PEOPLE.replace("[coordinator@blandaren]", "[coordinator@ute]")
    before, _ = load(small(), UNITS + people + MANAGERS)
    ended = UNITS.replace("parent: blandaren}", "parent: blandaren, ended_on: 2026-01-01}")
    assert load(before, ended + people + MANAGERS)[1] == ("- unit ute: ended 2026-01-01",)


def test_each_change_tells_the_other_services_once() -> None:
    wanted = parse(SMALL.replace("parent: ao}", "parent: fh}").replace("omar, valid", "eva, valid"))
    planned = plan(small(), wanted, TODAY)
    assert [type(event) for decision in planned.units for event in decision.events] == [UnitChanged, UnitChanged]
    assert [type(event) for decision in planned.managers for event in decision.events] == [ManagersChanged]
    assert planned.members == ()
    assert {decision.by.role for decision in planned.units} == {"system"}
    assert plan(done(small(), planned), wanted, TODAY).words == ()
