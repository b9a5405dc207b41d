from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from chassis.decision import Decision, NotAllowed
from contracts.organisation import ManagersChanged, Membership, Role
from services.organisation.dated import EndsBeforeItStarts
from services.organisation.features.change_managers import ChangeManagers, Term, change_managers
from services.organisation.managers import ManagerNotActive, Managers, TwoManagers, responsible
from services.organisation.unit import UnitEnded
from tests.support.municipality import member, unit
from tests.support.organisations import TODAY, YESTERDAY, demo
from tests.support.people import actor

DECEMBER = date(2026, 12, 1)


def term(login: str, valid_from: date = TODAY, valid_to: date | None = None, *, deputy: bool = False) -> Term:
    return Term(member_id=member(login), valid_from=valid_from, valid_to=valid_to, deputy=deputy)


def changed(*terms: Term, code: str = "blandaren", login: str = "asa.vinge") -> Decision[Managers]:
    at = demo().units[unit(code)]
    before = demo().managers.get(at.id, Managers(at.id))
    return change_managers(ChangeManagers(terms=terms), before, at, demo().members, actor(login), TODAY)


@pytest.mark.requirement("R-26")
def test_the_manager_of_a_unit_is_resolved_by_date() -> None:
    managers = changed(
        term("omar.haddad", date(2025, 1, 1), date(2026, 11, 30)),
        term("tove.ahl", DECEMBER),
        term("eva.nyberg", date(2026, 1, 1), deputy=True),
    ).state
    answering = {day: responsible(managers, demo().members, day) for day in (date(2024, 12, 31), TODAY, DECEMBER)}
    assert {day: found.member_id if found else None for day, found in answering.items()} == {
        date(2024, 12, 31): None,
        TODAY: member("omar.haddad"),
        DECEMBER: member("tove.ahl"),
    }


@pytest.mark.requirement("R-26")
def test_a_deputy_answers_only_when_there_is_no_ordinary_manager() -> None:
    managers = changed(term("omar.haddad", DECEMBER), term("eva.nyberg", TODAY, deputy=True)).state
    before, after = (responsible(managers, demo().members, day) for day in (TODAY, DECEMBER))
    assert before is not None
    assert after is not None
    assert (before.member_id, after.member_id) == (member("eva.nyberg"), member("omar.haddad"))


@pytest.mark.requirement("R-26")
def test_a_manager_who_has_left_answers_for_nothing_and_the_deputy_steps_in() -> None:
    managers = changed(term("omar.haddad"), term("eva.nyberg", deputy=True)).state
    gone = replace(demo().members[member("omar.haddad")], memberships=())
    found = responsible(managers, {**demo().members, gone.id: gone}, TODAY)
    assert found is not None
    assert found.member_id == member("eva.nyberg")


def test_the_change_is_told_with_all_terms() -> None:
    (event,) = changed(term("omar.haddad"), term("eva.nyberg", deputy=True)).events
    assert isinstance(event, ManagersChanged)
    assert [(t.member_id, t.deputy) for t in event.terms] == [
        (member("omar.haddad"), False),
        (member("eva.nyberg"), True),
    ]


def test_managers_who_are_as_they_shall_be_are_not_told_again() -> None:
    assert changed(term("omar.haddad", date(2025, 1, 1))).events == ()


def test_two_ordinary_managers_do_not_answer_on_the_same_days() -> None:
    with pytest.raises(TwoManagers):
        changed(term("omar.haddad", TODAY, DECEMBER), term("tove.ahl", DECEMBER))
    assert changed(term("omar.haddad", TODAY, date(2026, 11, 30)), term("tove.ahl", DECEMBER)).events


def test_deputies_may_share_days() -> None:
    assert changed(term("omar.haddad", deputy=True), term("tove.ahl", deputy=True)).events


def test_a_manager_is_a_member() -> None:
    with pytest.raises(ManagerNotActive) as refused:
        changed(term("omar.haddad", date(2025, 1, 1), YESTERDAY), term("okand.person"))
    assert refused.value.field == "terms.1.member_id"


def test_a_manager_has_a_role_on_the_day_the_term_begins() -> None:
    soon = Membership(unit_id=unit("blandaren"), role=Role.UNIT_MANAGER, valid_from=DECEMBER)
    eva = replace(demo().members[member("eva.nyberg")], memberships=(soon,))
    at = demo().units[unit("blandaren")]

    def wanted(day: date) -> Decision[Managers]:
        terms = ChangeManagers(terms=(term("eva.nyberg", day),))
        return change_managers(terms, Managers(at.id), at, {eva.id: eva}, actor("asa.vinge"), TODAY)

    assert wanted(DECEMBER).events
    with pytest.raises(ManagerNotActive):
        wanted(TODAY)


def test_a_manager_who_has_left_stays_in_the_history_and_can_be_ended() -> None:
    at = demo().units[unit("blandaren")]
    gone = replace(demo().members[member("omar.haddad")], memberships=())
    for last in (YESTERDAY, TODAY):
        terms = ChangeManagers(terms=(term("omar.haddad", date(2025, 1, 1), last),))
        decision = change_managers(terms, demo().managers[at.id], at, {gone.id: gone}, actor("asa.vinge"), TODAY)
        assert decision.state.terms[0].valid_to == last


def test_a_term_does_not_end_before_it_starts() -> None:
    with pytest.raises(EndsBeforeItStarts):
        changed(term("omar.haddad", TODAY, YESTERDAY))


def test_an_ended_unit_gets_no_new_managers() -> None:
    with pytest.raises(UnitEnded):
        changed(term("maria.strand"), code="tolvsteg")
    with pytest.raises(UnitEnded):
        changed(term("maria.strand", date(2025, 1, 1)), code="tolvsteg")
    assert changed(term("maria.strand", date(2025, 1, 1), date(2025, 12, 31)), code="tolvsteg").events


@pytest.mark.parametrize("login", ["tove.ahl", "omar.haddad", "nils.holm", "eva.nyberg"])
def test_only_administrators_appoint_managers(login: str) -> None:
    with pytest.raises(NotAllowed):
        changed(term("tove.ahl"), login=login)


def test_a_unit_without_terms_has_nobody_who_answers() -> None:
    assert responsible(Managers(UUID(int=7)), demo().members, TODAY) is None
