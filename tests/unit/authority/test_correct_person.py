from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from chassis.decision import NotFound
from contracts.authority import ClearanceChanged, PersonCorrected, Protection
from services.authority.assignment import OrderStatus
from services.authority.details import AddressNotKept, SexContradicts
from services.authority.features.correct_person import (
    Correct,
    CorrectedMeanwhile,
    NothingCorrected,
    correct,
    details_of,
)
from services.authority.identity_number import IdentityType
from services.authority.ordered import Ordered
from services.authority.person import Person, UnknownColleague
from services.authority.provider import NobodyCleared
from services.authority.status_line import Mark
from tests.support.cases import LATER, TODAY, blandaren, colleague, moira, protected, sent
from tests.support.municipality import member
from tests.support.people import actor

KARIN = actor("karin.berg")
KNOWN = frozenset({member("eva.nyberg"), member("jonas.ek")})
ORDERED = Ordered(sent(), blandaren())


def said(person: Person, **changes: Any) -> Correct:
    written = details_of(person).model_dump(exclude_defaults=True) | {"protection": person.protection}
    return Correct.model_validate(written | changes)


def corrected(person: Person, *orders: Ordered, by: Any = KARIN, **changes: Any) -> tuple[Person, tuple[Any, ...]]:
    decision = correct(person, said(person, **changes), by, KNOWN, orders, LATER, TODAY)
    return decision.state, decision.events


def test_what_is_wrong_is_put_right_and_it_is_kept_who_did_it_and_when_but_not_what_it_was() -> None:
    after, events = corrected(moira(), family_name="Mustafson", contact_language="finska")
    assert (after.family_name, after.given_name, after.contact_language) == ("Mustafson", "Moira", "finska")
    (correction,) = after.corrections
    assert (correction.at, correction.name, correction.fields) == (
        *(LATER, "Karin Berg"),
        ("family_name", "contact_language"),
    )
    assert "Mustafsson" not in repr(correction)
    assert events == ()


def test_each_provider_that_has_been_sent_an_order_is_told_what_is_right() -> None:
    after, (event,) = corrected(moira(), ORDERED, family_name="Mustafson")
    assert isinstance(event, PersonCorrected)
    assert (event.assignment_id, event.person_id, event.corrected_at) == (ORDERED.assignment.id, after.id, LATER)
    assert event.person.content == after.card
    assert event.person.content.family_name == "Mustafson"


def test_a_number_takes_the_place_of_another_and_says_what_it_tells() -> None:
    without = moira(identity_number="20050505T000", identity_type=IdentityType.T_NUMBER, sex="okänt", birth_year=None)
    after, _ = corrected(without, identity_number="19380303-9142", sex=None)
    assert (after.identity_type, after.sex, after.birth_year) == (IdentityType.PERSONNUMMER, "kvinna", 1938)
    with pytest.raises(SexContradicts):
        corrected(moira(), sex="man")


@pytest.mark.requirement("DOM-PROT-01")
def test_a_new_protection_names_who_may_see_the_person_from_that_moment() -> None:
    level = Protection.PROTECTED_REGISTRATION
    after, (event,) = corrected(moira(), ORDERED, protection=level, cleared=(member("eva.nyberg"),))
    assert after.protected
    assert after.cleared == (member("karin.berg"), member("eva.nyberg"))
    assert event.person.content.cleared == after.cleared
    with pytest.raises(AddressNotKept):
        corrected(moira(registered_address="Storgatan 1"), protection=level)
    with pytest.raises(UnknownColleague):
        corrected(moira(), protection=level, cleared=(member("omar.haddad"),))


@pytest.mark.requirement("DOM-PROT-01")
def test_no_order_under_way_is_left_with_nobody_who_may_act_on_it() -> None:
    hidden = Protection.CONFIDENTIALITY_MARK
    with pytest.raises(NobodyCleared):
        corrected(moira(), ORDERED, protection=hidden, cleared=(member("jonas.ek"),))
    over = Ordered(sent(Mark.ENDED), ORDERED.provider)
    assert corrected(moira(), over, protection=hidden)[0].protected


@pytest.mark.requirement("DOM-PROT-01")
def test_a_protection_that_is_there_already_keeps_those_who_are_named_and_one_that_ends_opens_for_all() -> None:
    hidden = protected("eva.nyberg")
    after, _ = corrected(hidden, given_name="Maj", cleared=(member("jonas.ek"),))
    assert after.cleared == hidden.cleared
    opened, (event,) = corrected(hidden, ORDERED, protection=Protection.NONE)
    assert not opened.protected
    assert event.person.content.cleared == ()


def test_what_somebody_else_has_corrected_meanwhile_is_not_undone() -> None:
    once, _ = corrected(moira(), given_name="Maj")
    with pytest.raises(CorrectedMeanwhile, match="Karin Berg"):
        corrected(once, family_name="Mustafson", seen=0)
    assert corrected(once, family_name="Mustafson", seen=1)[0].given_name == "Maj"


def test_saving_what_is_said_already_corrects_nothing() -> None:
    with pytest.raises(NothingCorrected):
        corrected(moira())
    nobody = {"identity_number": None, "identity_type": IdentityType.NONE}
    without = moira(**nobody, family_name="Avidentifierad", given_name="person")
    with pytest.raises(NothingCorrected):
        corrected(without)


def test_a_person_of_another_unit_or_hidden_from_the_asker_does_not_exist() -> None:
    with pytest.raises(NotFound):
        corrected(moira(), by=actor("eva.nyberg"), given_name="Maj")
    with pytest.raises(NotFound):
        corrected(protected(), by=colleague(), given_name="Maj")


@pytest.mark.requirement("DOM-PROT-01")
def test_who_is_done_with_the_person_is_told_of_a_protection_and_of_nothing_new() -> None:
    closed = Ordered(replace(sent(Mark.ENDED), status=OrderStatus.CLOSED), blandaren())
    assert corrected(moira(), closed, registered_address="Ny gata 1")[1] == ()
    after, (event,) = corrected(moira(), closed, protection=Protection.ASSUMED_IDENTITY, family_name="Annan")
    assert isinstance(event, ClearanceChanged)
    assert (event.protection, event.cleared) == (Protection.ASSUMED_IDENTITY, after.cleared)


def test_what_the_providers_are_not_told_of_tells_them_nothing() -> None:
    without = moira(identity_number="20050505T000", identity_type=IdentityType.T_NUMBER, sex="okänt", birth_year=None)
    assert corrected(without, ORDERED, birth_year=2005)[1] == ()


@pytest.mark.requirement("DOM-PROT-01")
def test_a_protection_is_never_left_out() -> None:
    with pytest.raises(ValidationError, match="protection"):
        Correct(family_name="Mustafsson", given_name="Moira")  # type: ignore[call-arg]


def test_whose_identity_is_to_be_documented_no_more_loses_name_and_address_too() -> None:
    after, _ = corrected(moira(registered_address="Storgatan 1"), identity_number=None, de_identified=True)
    assert (after.name, after.registered_address, after.identity_number) == ("Avidentifierad, person", None, None)


def test_a_mark_from_nowhere_is_refused() -> None:
    with pytest.raises(CorrectedMeanwhile):
        corrected(moira(), given_name="Maj", seen=3)
