"""Figures: medians with their spread, percentiles, and the verdict against a target."""

import pytest

from bench.figures import DRAIN, GROWTH, LATENCY, SUSTAINED, Figure, figure, percentile, plain


def test_rounds_come_to_their_median_with_the_lowest_and_the_highest() -> None:
    assert figure([3.0, 1.0, 2.0]) == Figure(2.0, 1.0, 3.0)
    assert figure([1.0, 2.0, 3.0, 10.0]).median == 2.5
    assert str(figure([2122.4, 1857.0, 2386.2])) == "2,122 (1,857–2,386)"


def test_without_a_round_there_is_no_figure() -> None:
    with pytest.raises(ValueError, match="no round"):
        figure([])
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(8310.4, "8,310"), (831.2, "831"), (83.14, "83.1"), (8.314, "8.31"), (0, "0"), (-12.31, "-12.3")],
)
def test_a_figure_has_three_digits_that_count(value: float, shown: str) -> None:
    assert plain(value) == shown


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile(values, 0.99)) == (50, 95, 99)
    assert (percentile(values, 1.0), percentile(values, 0.0), percentile([7.0], 0.99)) == (100, 1, 7)


def test_a_ratio_is_held_against_what_is_wanted_and_what_is_hoped_for() -> None:
    assert [SUSTAINED.verdict(ratio) for ratio in (0.34, 0.35, 0.49, 0.5)] == ["MISSED", "met", "met", "goal"]
    assert [LATENCY.verdict(ratio) for ratio in (2.1, 2.0, 1.5)] == ["MISSED", "met", "goal"]
    assert [GROWTH.verdict(percent) for percent in (10.1, 10.0, -40.0)] == ["MISSED", "met", "met"]


def test_a_target_says_what_it_wants() -> None:
    assert (str(DRAIN), str(LATENCY), str(GROWTH)) == ("≥ 0.2, goal 0.4", "≤ 2, goal 1.5", "≤ 10 %")
