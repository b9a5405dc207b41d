"""How operators' commands read and write times, ages and numbers."""

import argparse
from datetime import UTC, datetime, timedelta

import pytest

from cli.ops.words import age, duration, instant, moment, number, positive, ranges, real_reason, span

NOW = datetime(2026, 11, 28, 13, 5, 1, 123_456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("45s", timedelta(seconds=45)),
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
    ],
)
def test_a_length_of_time_is_a_number_and_a_unit(text: str, length: timedelta) -> None:
    assert duration(text) == length


@pytest.mark.parametrize("text", ["", "30", "m", "-3d", "1.5h", "3w", "9999999d"])
def test_anything_else_is_refused_with_how_to_write_it(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="30m, 2h or 3d"):
        duration(text)


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "many"])
def test_a_pace_is_above_nought(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        positive(text)
    assert positive("0.5") == 0.5


def test_moments_are_shown_in_swedish_time_summer_and_winter() -> None:
    assert moment(NOW) == "2026-11-28 14:05:01+01:00"
    assert instant(NOW) == "2026-11-28 14:05:01.123+01:00"
    assert moment(NOW.replace(month=7)) == "2026-07-28 15:05:01+02:00"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0s"), (119, "119s"), (120, "2m"), (7_199, "119m"), (7_200, "2h"), (172_800, "2d")]
)
def test_an_age_is_said_in_the_largest_unit_that_tells_something(seconds: int, said: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == said


def test_what_has_no_age_is_a_dash_and_large_numbers_are_readable() -> None:
    assert age(None, NOW) == "–"
    assert number(1_204_000) == "1,204,000"


def test_sequences_that_follow_each_other_are_said_as_one() -> None:
    assert ranges((4, 5, 6, 9, 11, 12)) == "#4–#6, #9, #11–#12"
    assert ranges((1,)) == "#1"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.017, "+17 ms"),
        (-0.002, "-2 ms"),
        (9.9996, "+10 s"),
        (45.4, "+45 s"),
        (248.6, "+4 min 8 s"),
        (11_520, "+3 h 12 min"),
        (190_800, "+2 d 5 h"),
    ],
)
def test_how_long_after_is_said_in_units_that_tell_something(seconds: float, said: str) -> None:
    assert span(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize("text", ["", " ", "…", "...", "-", "???", "<>", "_"])
def test_a_reason_of_dots_is_none(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="says nothing: the reason is kept with your name"):
        real_reason(text)
    assert real_reason("nätet låg nere") == "nätet låg nere"
