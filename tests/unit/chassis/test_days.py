from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from chassis.days import Day, read_day

DAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    "written",
    [
        *("2026-11-02", "20261102", "261102", "2026.11.02", "2026-11-2", "2026 11 02", " 2026-11-02 "),
        *(
            "2/11 2026",
            "02.11.2026",
            "2/11/2026",
            "2 november 2026",
            "2 Nov 2026",
            "2 nov. 2026",
            "den 2 november 2026",
        ),
    ],
)
def test_a_day_is_read_however_swedes_write_it(written: str) -> None:
    assert read_day(written) == DAY
    assert TypeAdapter(Day).validate_python(written) == DAY


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("2/11", "Skriv året också"),
        ("2 november", "Skriv året också"),
        ("i morgon", "Skriv ett datum"),
        ("2 ju 2026", "Skriv ett datum"),
        ("2 jul5 2026", "Skriv ett datum"),
        ("2026", "Skriv ett datum"),
        ("30/2 2026", "Det datumet finns inte."),
        ("20261322", "Det datumet finns inte."),
    ],
)
def test_what_is_no_day_is_said_in_words(written: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        TypeAdapter(Day).validate_python(written)


def test_what_is_no_text_is_left_as_it_is() -> None:
    assert read_day(DAY) is DAY
    assert TypeAdapter(Day | None).validate_python(None) is None
