import pytest
from pydantic import TypeAdapter

from contracts.event import Code
from services.authority.service_catalogue import CATALOGUE, UnknownService, ordered


def test_codes_are_stable_unique_and_can_travel_in_an_event() -> None:
    codes = [service.code for service in CATALOGUE]
    assert len(set(codes)) == len(codes) == 21
    for code in codes:
        assert TypeAdapter(Code).validate_python(code) == code


@pytest.mark.requirement("C-01")
def test_only_a_service_flat_has_forms_to_choose_from() -> None:
    assert [service.name for service in CATALOGUE if service.forms] == ["Servicelägenhet"]


def test_what_is_ordered_keeps_its_order_and_comes_once() -> None:
    assert [service.name for service in ordered(["stad", "dusch", "stad"])] == ["Städ", "Dusch"]


def test_what_is_not_in_the_catalogue_is_refused() -> None:
    with pytest.raises(UnknownService):
        ordered(["fonsterputs"])
