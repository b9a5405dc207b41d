from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from chassis.auth import Actor
from chassis.decision import NotAllowed, NotFound
from contracts.authority import Protection
from contracts.organisation import Role
from services.authority.details import (
    AddressNotKept,
    BirthYearContradicts,
    BirthYearInFuture,
    EitherNumberOrNone,
    NameMissing,
    SexContradicts,
    UnusableIdentityNumber,
)
from services.authority.features.register_person import Register, register
from services.authority.identity_number import IdentityType, Sex
from services.authority.person import ChooseUnit, Person, UnknownColleague, groups, seen_by
from tests.support.cases import NOW, TODAY, colleague, moira, new_id, protected
from tests.support.municipality import member, unit
from tests.support.people import actor

PERSON = new_id("person")
NAMES = {"family_name": "Mustafsson", "given_name": "Moira"}
RESERVE_OF_STOCKHOLM = "9" + "9900831-2382"
RESERVE_OF_SKANE = "19900831-238" + "A"


def registered(by: Actor | None = None, **fields: Any) -> Person:
    known = frozenset({member("karin.berg"), member("eva.nyberg")})
    command = Register.model_validate(NAMES | fields)
    return register(command, by or actor("karin.berg"), PERSON, "0700001", known, NOW, TODAY).state


@pytest.mark.requirement("F-01", "DOM-ID-01")
@pytest.mark.parametrize(
    ("written", "value", "kind", "sex", "birth_year"),
    [
        ("19380303-9142", "193803039142", IdentityType.PERSONNUMMER, Sex.FEMALE, 1938),
        ("900101+9802", "189001019802", IdentityType.PERSONNUMMER, Sex.FEMALE, 1890),
        ("19460762-2398", "194607622398", IdentityType.SAMORDNINGSNUMMER, Sex.MALE, 1946),
        ("19640260-2392", "196402602392", IdentityType.SAMORDNINGSNUMMER, Sex.MALE, 1964),
        ("20050505-T000", "20050505T000", IdentityType.T_NUMBER, Sex.UNKNOWN, None),
        (RESERVE_OF_STOCKHOLM, "999008312382", IdentityType.RESERVE_NUMBER, Sex.UNKNOWN, None),
        (RESERVE_OF_SKANE, "19900831238A", IdentityType.RESERVE_NUMBER, Sex.UNKNOWN, None),
    ],
)
def test_every_kind_of_number_tells_what_it_can(
    written: str, value: str, kind: IdentityType, sex: Sex, birth_year: int | None
) -> None:
    person = registered(identity_number=written)
    assert (person.identity_number, person.identity_type) == (value, kind)
    assert (person.sex, person.birth_year) == (sex, birth_year)


@pytest.mark.requirement("F-01")
def test_what_contradicts_the_number_is_refused_and_what_it_does_not_tell_is_taken() -> None:
    agreeing = registered(identity_number="19380303-9142", sex="kvinna", birth_year=1938)
    assert (agreeing.sex, agreeing.birth_year) == (Sex.FEMALE, 1938)
    with pytest.raises(SexContradicts, match="kvinna"):
        registered(identity_number="19380303-9142", sex="man")
    with pytest.raises(BirthYearContradicts, match="1938"):
        registered(identity_number="19380303-9142", birth_year=1983)
    silent = registered(identity_number="20050505-T000", sex="man", birth_year=2005)
    assert (silent.sex, silent.birth_year) == (Sex.MALE, 2005)


@pytest.mark.requirement("F-01")
def test_a_person_without_identity_needs_neither_number_nor_name() -> None:
    person = registered(de_identified=True, family_name="", given_name="", sex="kvinna", birth_year=1990)
    assert (person.identity_number, person.identity_type) == (None, IdentityType.NONE)
    assert (person.name, person.sex, person.birth_year) == ("Avidentifierad, person", Sex.FEMALE, 1990)


def test_a_person_is_either_numbered_or_without_identity() -> None:
    with pytest.raises(EitherNumberOrNone):
        registered(de_identified=True, identity_number="19380303-9142")
    with pytest.raises(UnusableIdentityNumber, match="saknas"):
        registered()


def test_a_number_with_a_slip_is_refused_in_the_words_of_the_slip() -> None:
    with pytest.raises(UnusableIdentityNumber, match="Kontrollsiffran stämmer inte") as refused:
        registered(identity_number="19380303-9143")
    assert refused.value.field == "identity_number"


def test_a_person_with_a_number_has_names() -> None:
    with pytest.raises(NameMissing) as refused:
        registered(identity_number="19380303-9142", given_name="")
    assert refused.value.field == "given_name"
    with pytest.raises(NameMissing):
        registered(identity_number="19380303-9142", family_name="")


def test_a_birth_year_is_not_in_the_future() -> None:
    with pytest.raises(BirthYearInFuture):
        registered(de_identified=True, birth_year=2027)


@pytest.mark.requirement("DOM-PROT-01")
def test_an_address_is_not_kept_of_somebody_with_protected_registration() -> None:
    fields: dict[str, Any] = {"identity_number": "19380303-9142", "registered_address": "Storgatan 1"}
    with pytest.raises(AddressNotKept):
        registered(protection=Protection.PROTECTED_REGISTRATION, **fields)
    assert registered(protection=Protection.CONFIDENTIALITY_MARK, **fields).registered_address == "Storgatan 1"


@pytest.mark.requirement("DOM-PROT-01")
def test_whoever_registers_a_person_is_always_among_those_who_may_see_them() -> None:
    person = registered(identity_number="19380303-9142", cleared=[str(member("eva.nyberg"))])
    assert person.cleared == (member("karin.berg"), member("eva.nyberg"))


def test_only_members_of_the_organisation_may_be_cleared() -> None:
    with pytest.raises(UnknownColleague):
        registered(identity_number="19380303-9142", cleared=[str(new_id("nobody"))])


def test_a_case_worker_at_several_units_says_for_which() -> None:
    role = frozenset({Role.CASE_WORKER.value})
    both = Actor(member("karin.berg"), "", "", {unit("bistandsenheten"): role, unit("ifo-myndighet"): role})
    with pytest.raises(ChooseUnit):
        registered(both, identity_number="19380303-9142")
    chosen = registered(both, identity_number="19380303-9142", authority_unit_id=str(unit("ifo-myndighet")))
    assert chosen.authority_unit_id == unit("ifo-myndighet")
    with pytest.raises(ChooseUnit):
        registered(identity_number="19380303-9142", authority_unit_id=str(unit("ifo-myndighet")))


def test_nobody_but_case_workers_registers_persons() -> None:
    for login in ("omar.haddad", "eva.nyberg", "jonas.ek", "nils.holm", "asa.vinge"):
        with pytest.raises(NotAllowed):
            registered(actor(login), identity_number="19380303-9142")


def test_a_person_is_seen_by_the_case_workers_of_their_unit_alone() -> None:
    assert seen_by(moira(), colleague()).unit_id == unit("bistandsenheten")
    for login in ("sara.lind", "omar.haddad", "nils.holm"):
        with pytest.raises(NotFound):
            seen_by(moira(), actor(login))


@pytest.mark.requirement("DOM-PROT-01")
def test_a_protected_person_does_not_exist_for_a_colleague_who_is_not_named() -> None:
    with pytest.raises(NotFound):
        seen_by(protected(), colleague())
    assert seen_by(protected("sara.lind"), colleague())
    with pytest.raises(NotFound):
        seen_by(protected("omar.haddad"), actor("omar.haddad"))


def test_what_a_person_is_called_and_numbered_stays_out_of_tracebacks() -> None:
    assert "Moira" not in repr(moira())
    assert "9142" not in repr(moira())


def test_a_list_is_logged_for_each_unit_where_the_reader_sees_somebody() -> None:
    here, there = unit("bistandsenheten"), unit("ifo-myndighet")
    both = replace(actor("karin.berg"), roles={here: frozenset({"case_worker"}), there: frozenset({"case_worker"})})
    first, second, third = (replace(moira(), id=UUID(int=number)) for number in (1, 2, 3))
    found = groups([first, replace(second, authority_unit_id=there), third], both)
    assert {who.unit_id: persons for who, persons in found.items()} == {here: [first.id, third.id], there: [second.id]}
