from dataclasses import replace

import pytest

from chassis.decision import NotFound
from contracts.authority import ClearanceChanged, Protection
from contracts.execution import ClearanceShared
from services.execution.assignment import Assignment, RowStatus, Status
from services.execution.features.hear_clearance import hear_clearance
from services.execution.features.read_assignment import history
from services.execution.rights import seen_by
from tests.support.assignments import NOW, accepted, distributed, received, row
from tests.support.municipality import member
from tests.support.people import actor

pytestmark = pytest.mark.requirement("DOM-PROT-01")

EVA, JONAS = actor("eva.nyberg"), actor("jonas.ek")
AT_UNITS = distributed()


def protected(assignment: Assignment, *logins: str, by_provider: tuple[str, ...] = ()) -> Assignment:
    named = tuple(member(login) for login in by_provider)
    return replace(assignment, order=received(cleared=logins).order, cleared=named)


def names(*logins: str) -> ClearanceChanged:
    card = received().order.person
    cleared = tuple(member(login) for login in logins)
    return ClearanceChanged(assignment_id=received().id, person_id=card.person_id, cleared=cleared)


def test_the_list_of_the_authority_is_who_may_see_from_now_on() -> None:
    before = protected(AT_UNITS, "omar.haddad", "eva.nyberg")
    after = hear_clearance(before, names("omar.haddad", "jonas.ek"), NOW).state
    assert seen_by(after, JONAS).member_id == JONAS.member_id
    with pytest.raises(NotFound):
        seen_by(after, EVA)
    assert after.order == before.order.model_copy(update={"person": after.order.person})
    line = history(after)[0]
    assert (line.what, line.by, line.at) == ("Ändrade vilka som får se personen", "Myndigheten", NOW)


@pytest.mark.parametrize("status", Status)
def test_it_holds_in_every_status_and_changes_no_other_thing(status: Status) -> None:
    before = protected(replace(AT_UNITS, status=status), "omar.haddad")
    after = hear_clearance(before, names("jonas.ek"), NOW).state
    assert after.named == (JONAS.member_id,)
    assert replace(after, order=before.order, acts=before.acts) == before


@pytest.mark.parametrize("recalled_or_not", [RowStatus.SENT, RowStatus.RECALLED, RowStatus.ENDED])
def test_those_who_document_it_are_told_once_anything_has_been_distributed(recalled_or_not: RowStatus) -> None:
    before = protected(distributed(row(1, status=recalled_or_not)), "omar.haddad", by_provider=("eva.nyberg",))
    (event,) = hear_clearance(before, names("jonas.ek"), NOW).events
    assert isinstance(event, ClearanceShared)
    assert (event.assignment_id, event.person_id, event.shared_at) == (before.id, before.person_id, NOW)
    card = event.person.content
    assert card == before.order.person.model_copy(update={"cleared": (JONAS.member_id, EVA.member_id)})


@pytest.mark.parametrize("before", [received(), accepted()])
def test_nobody_is_told_before_that(before: Assignment) -> None:
    assert hear_clearance(protected(before, "omar.haddad"), names("jonas.ek"), NOW).events == ()


def test_whom_the_provider_has_named_stay() -> None:
    before = protected(AT_UNITS, "omar.haddad", by_provider=("eva.nyberg",))
    assert hear_clearance(before, names("jonas.ek"), NOW).state.named == (JONAS.member_id, EVA.member_id)


def test_whom_the_authority_takes_away_no_longer_see_it_although_the_provider_had_named_them_too() -> None:
    before = protected(AT_UNITS, "omar.haddad", by_provider=("eva.nyberg",))
    both = hear_clearance(before, names("omar.haddad", "eva.nyberg"), NOW)
    assert (set(both.state.named), both.events) == (set(before.named), ())
    after = hear_clearance(both.state, names("omar.haddad"), NOW)
    assert after.state.named == (member("omar.haddad"),)
    assert len(after.events) == 1


def test_the_same_list_again_changes_nothing() -> None:
    before = protected(AT_UNITS, "omar.haddad")
    assert hear_clearance(before, names("omar.haddad"), NOW).state is before


def test_a_protection_that_comes_when_the_provider_is_done_hides_the_person_and_takes_the_address_away() -> None:
    level = Protection.PROTECTED_REGISTRATION
    card = received().order.person.model_copy(update={"registered_address": "Storgatan 1"})
    before = replace(AT_UNITS, order=AT_UNITS.order.model_copy(update={"person": card}))
    event = names("omar.haddad").model_copy(update={"protection": level})
    after = hear_clearance(before, event, NOW).state
    person = after.order.person
    assert (person.protection, person.registered_address, person.family_name) == (level, None, card.family_name)
    with pytest.raises(NotFound):
        seen_by(after, EVA)
    end = names().model_copy(update={"protection": Protection.NONE})
    opened = hear_clearance(replace(after, cleared=(JONAS.member_id,)), end, NOW).state
    assert (opened.protected, opened.named) == (False, ())
