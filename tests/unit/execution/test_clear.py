from dataclasses import replace

import pytest

from chassis.decision import NotAllowed, NotFound
from contracts.execution import ClearanceShared
from services.execution.assignment import Assignment, Status
from services.execution.features.clear import Clear, NotProtected, NotStaff, clear
from services.execution.rights import seen_by
from services.execution.transitions import NotPossibleNow
from tests.support.assignments import NOW, accepted, distributed, members_at, received
from tests.support.people import actor

OMAR, EVA, JONAS = actor("omar.haddad"), actor("eva.nyberg"), actor("jonas.ek")
STAFF = members_at("blandaren", "blandaren-ute")


def protected(*cleared: str) -> Assignment:
    return replace(distributed(), order=received(cleared=cleared).order)


def name(*logins: str) -> Clear:
    return Clear(member_ids=tuple(actor(login).member_id for login in logins))


@pytest.mark.requirement("DOM-PROT-01")
def test_a_manager_who_is_named_lets_a_colleague_see_the_person_and_those_who_document_it_are_told() -> None:
    before = protected("omar.haddad")
    with pytest.raises(NotFound):
        seen_by(before, JONAS)
    decision = clear(before, name("jonas.ek", "jonas.ek", "omar.haddad"), STAFF, OMAR, NOW)
    assert seen_by(decision.state, JONAS).member_id == JONAS.member_id
    assert decision.state.cleared == (JONAS.member_id,)
    assert decision.state.acts[-1].member_ids == (JONAS.member_id,)
    (event,) = decision.events
    assert isinstance(event, ClearanceShared)
    card = event.person.content
    assert card is not None
    assert card.cleared == (OMAR.member_id, JONAS.member_id)


def test_until_it_is_distributed_nobody_outside_is_told() -> None:
    before = replace(accepted(), order=received(cleared=["omar.haddad"]).order)
    decision = clear(before, name("jonas.ek"), STAFF, OMAR, NOW)
    assert (decision.state.cleared, decision.events) == ((JONAS.member_id,), ())


def test_naming_those_who_are_named_already_changes_nothing() -> None:
    before = protected("omar.haddad")
    decision = clear(before, name("omar.haddad"), STAFF, OMAR, NOW)
    assert (decision.state is before, decision.events) == (True, ())


def test_only_a_manager_who_is_named_may_and_for_others_the_person_does_not_exist() -> None:
    with pytest.raises(NotFound):
        clear(protected("jonas.ek"), name("eva.nyberg"), STAFF, OMAR, NOW)
    with pytest.raises(NotAllowed):
        clear(protected("eva.nyberg"), name("jonas.ek"), STAFF, EVA, NOW)


def test_only_those_who_work_at_the_units_are_named() -> None:
    with pytest.raises(NotStaff):
        clear(protected("omar.haddad"), name("jonas.ek", "lina.dahl"), STAFF, OMAR, NOW)


def test_nobody_needs_to_be_named_for_a_person_without_protection_or_for_what_is_over() -> None:
    with pytest.raises(NotProtected):
        clear(distributed(), name("jonas.ek"), STAFF, OMAR, NOW)
    with pytest.raises(NotPossibleNow):
        clear(replace(protected("omar.haddad"), status=Status.CLOSED), name("jonas.ek"), STAFF, OMAR, NOW)
