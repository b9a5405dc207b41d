"""Figures of several rounds, and what they are held against."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """The median of several rounds, with the lowest and the highest."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{plain(self.median)} ({plain(self.low)}–{plain(self.high)})"


def figure(values: Sequence[float]) -> Figure:
    """What several rounds come to. ValueError when there is none."""
    if not values:
        raise ValueError("no round was measured")
    return Figure(median(values), min(values), max(values))


def plain(value: float) -> str:
    """Three digits that count, no more: 8.31, 83.1, 831, 8,310."""
    if abs(value) >= 100 or value == 0:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def ratio(value: float) -> str:
    """Three digits behind the point: with two, 0.349 looks like the 0.35 that is wanted."""
    return f"{value:.3f}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0–1) of all do not exceed. ValueError when there is none."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)]


@dataclass(frozen=True)
class Target:
    """What a figure should be at least (or at most), and what is hoped for."""

    wanted: float
    hoped: float | None = None
    at_most: bool = False
    unit: str = ""

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        goal = "" if self.hoped is None else f", goal {self.hoped:g}{self.unit}"
        return f"{sign} {self.wanted:g}{self.unit}{goal}"

    def verdict(self, value: float) -> str:
        """Goal, met or below, in a word. It tells; it never fails."""
        if self.hoped is not None and self._reaches(value, self.hoped):
            return "goal"
        return "met" if self._reaches(value, self.wanted) else "MISSED"

    def _reaches(self, value: float, bound: float) -> bool:
        return value <= bound if self.at_most else value >= bound


SUSTAINED = Target(0.35, 0.5)
DRAIN = Target(0.20, 0.4)
LATENCY = Target(2.0, 1.5, at_most=True)
MEMORY_MB = Target(120, at_most=True, unit=" MB")
IDLE_CPU = Target(1.0, at_most=True, unit=" %")
GROWTH = Target(10.0, at_most=True, unit=" %")
