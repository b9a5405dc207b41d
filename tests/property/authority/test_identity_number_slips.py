"""Identity numbers: whatever slips when they are typed, they are refused or seen to be something else."""

from datetime import date
from string import digits

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from personnummer import personnummer as community_library

from services.authority.identity_number import (
    IdentityType,
    InvalidIdentityNumber,
    Sex,
    parse,
)
from tests.support.identity_numbers import (
    PERSONNUMMER,
    SAMORDNINGSNUMMER,
    T_NUMBERS,
    changed,
    without_separator,
)

TODAY = date(2026, 11, 23)
CHECKED = st.sampled_from(PERSONNUMMER + SAMORDNINGSNUMMER)
DIGIT = st.sampled_from(digits)


@pytest.mark.requirement("DOM-ID-01")
@given(CHECKED, st.integers(2, 11), DIGIT)
def test_any_one_digit_changed_after_the_century_is_refused(number: str, position: int, digit: str) -> None:
    slip = changed(number, position, digit)
    assume(slip != without_separator(number))
    with pytest.raises(InvalidIdentityNumber):
        parse(slip)


@pytest.mark.requirement("DOM-ID-01")
@given(CHECKED, st.integers(0, 1), DIGIT)
def test_a_digit_changed_in_the_century_is_refused_or_seen_on_the_type_or_the_age(
    number: str, position: int, digit: str
) -> None:
    slip = changed(number, position, digit)
    assume(slip != without_separator(number))
    try:
        read = parse(slip, TODAY)
    except InvalidIdentityNumber:
        return
    born = read.birth_year
    assert read.type == IdentityType.RESERVE_NUMBER or (born is not None and abs(born - int(number[:4])) == 100)


@pytest.mark.requirement("DOM-ID-01")
@given(CHECKED, st.integers(2, 10))
def test_two_neighbouring_digits_swapped_are_refused_unless_they_are_0_and_9(number: str, position: int) -> None:
    value = without_separator(number)
    one, other = value[position], value[position + 1]
    assume(one != other and {one, other} != {"0", "9"})  # the one swap that the check digit cannot see
    with pytest.raises(InvalidIdentityNumber):
        parse(value[:position] + other + one + value[position + 2 :])


@pytest.mark.requirement("DOM-ID-01")
@given(st.sampled_from(PERSONNUMMER + SAMORDNINGSNUMMER + T_NUMBERS))
def test_what_is_shown_reads_back_as_the_same_number(number: str) -> None:
    read = parse(number)
    assert read.shown == number
    assert parse(read.shown) == parse(read.value) == read


@pytest.mark.requirement("DOM-ID-01")
@given(
    st.one_of(st.text(), st.text(digits + "TOIa-+ \u0660²Åßŉ", min_size=9, max_size=14)),
    st.one_of(st.none(), st.dates(min_value=date(1900, 1, 1))),
)
def test_any_text_is_read_or_refused_and_a_number_has_twelve_characters(text: str, today: date | None) -> None:
    try:
        read = parse(text, today)
    except InvalidIdentityNumber as refused:
        assert str(refused) == type(refused).__doc__
        return
    assert len(read.value) == 12 and read.value.isascii() and read.value.isalnum()
    assert parse(read.shown) == read
    assert read.sex in Sex and (read.age(TODAY) is None) == (read.birth_date is None)


@pytest.mark.requirement("DOM-ID-01")
@given(CHECKED, st.lists(st.tuples(st.integers(2, 11), DIGIT), max_size=3))
def test_the_community_library_accepts_and_refuses_the_same_numbers(number: str, slips: list[tuple[int, str]]) -> None:
    text = without_separator(number)
    for position, digit in slips:
        text = changed(text, position, digit)
    assume(text[4:6] != "00" and text[6:8] != "60")  # unknown month or day, which the library refuses
    assert community_library.valid(text) == accepted(text)


def accepted(text: str) -> bool:
    try:
        parse(text)
    except InvalidIdentityNumber:
        return False
    return True
