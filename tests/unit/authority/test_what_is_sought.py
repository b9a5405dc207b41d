import pytest

from services.authority.features.list_persons import (
    NameTooShort,
    NothingToSearchBy,
    Sought,
    SoughtBy,
    UnusableNumber,
    what_is_sought,
)
from tests.support.cases import TODAY, moira


@pytest.mark.requirement("DOM-ID-01")
@pytest.mark.parametrize(
    "written", ["19380303-9142", "193803039142", "19 380303 9142", "1938-03-03 9142", "380303-9142"]
)
def test_a_number_is_the_same_with_any_separators(written: str) -> None:
    assert what_is_sought(written, TODAY) == Sought(SoughtBy.NUMBER, ("193803039142",))


def test_a_t_number_is_a_number_and_seven_digits_are_a_case() -> None:
    assert what_is_sought("20050505-t000", TODAY) == Sought(SoughtBy.NUMBER, ("20050505T000",))
    assert what_is_sought(" 070 0001 ", TODAY) == Sought(SoughtBy.CASE, ("0700001",))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Moira", ("moira",)),
        ("  ÖBERG-Lind,  Åsa ", ("öberg", "lind", "åsa")),
        ("o'brien & x|y:*_z\\", ("o", "brien", "x", "y", "z")),
    ],
)
def test_the_rest_are_the_beginnings_of_names(written: str, words: tuple[str, ...]) -> None:
    assert what_is_sought(written, TODAY) == Sought(SoughtBy.NAME, words)


def test_what_cannot_be_searched_by_is_said() -> None:
    with pytest.raises(UnusableNumber, match="Kontrollsiffran stämmer inte"):
        what_is_sought("19380303-9143", TODAY)
    with pytest.raises(UnusableNumber, match="fel längd"):
        what_is_sought("1938", TODAY)
    with pytest.raises(NothingToSearchBy):
        what_is_sought(" -_. ", TODAY)
    with pytest.raises(NameTooShort):
        what_is_sought("å b", TODAY)


def test_a_person_is_searched_by_without_regard_to_capitals() -> None:
    assert moira(family_name="ÅBERG").search_name == "åberg moira"
