import pytest
from pydantic import TypeAdapter

from contracts.event import Code
from services.deviation.code_lists import (
    CATEGORIES,
    LABELS,
    Activity,
    Alone,
    BusinessArea,
    Category,
    Profession,
    categories_of,
)


@pytest.mark.requirement("TRE-DEV-09")
def test_every_category_belongs_somewhere_and_what_can_be_chosen_depends_on_the_business_area() -> None:
    assert set(CATEGORIES) == set(Category)
    assert all(CATEGORIES.values())
    assert Category.PRESSURE_ULCER in categories_of(BusinessArea.HSL)
    assert Category.PRESSURE_ULCER not in categories_of(BusinessArea.IFO)
    assert len({categories_of(area) for area in BusinessArea}) == 4


@pytest.mark.parametrize("codes", [BusinessArea, Alone, Category, Activity, Profession])
def test_every_code_has_a_swedish_label_of_its_own(codes: type[Category]) -> None:
    labels = [LABELS[code] for code in codes]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("codes", [BusinessArea, Category])
def test_what_an_event_tells_is_a_machine_code(codes: type[Category]) -> None:
    for code in codes:
        assert TypeAdapter(Code).validate_python(code.value) == code


def test_a_code_means_one_thing_whichever_list_it_is_in() -> None:
    every = [code.value for codes in (BusinessArea, Alone, Category, Activity, Profession) for code in codes]
    assert len(set(every)) == len(every)
