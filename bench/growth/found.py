"""What was found at each size, and whether it has grown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.figures import GROWTH, figure, plain
from bench.table import Table

Pair = tuple[float, float]
"""The same figure of the small installation and of the grown one, measured in turn."""


@dataclass
class Grown:
    """Each figure by size: what is measured -> size -> rounds. All are times, or per-message times."""

    figures: dict[str, dict[int, list[Pair]]] = field(default_factory=dict)
    plans: dict[str, list[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Of hand-offs that were played again, what those gave that do not count."""

    def add(self, name: str, size: int, pair: Pair) -> None:
        self.figures.setdefault(name, {}).setdefault(size, []).append(pair)


def growth(rounds: Sequence[Pair]) -> float:
    """Per cent from the small one to the grown one: the median of the rounds, in each of which they took turns."""
    return (median(large / small for small, large in rounds) - 1) * 100


def tabled(found: Grown, sizes: Sequence[int]) -> Table:
    """Of each size what it took, what the smallest took in turn with it, and the growth; the last is judged."""
    rows = []
    for name, by_size in found.figures.items():
        cells = [cell for size in sizes for cell in _cells(by_size.get(size, ()))]
        rows.append((name, *cells, GROWTH.verdict(growth(by_size[sizes[-1]])) if by_size.get(sizes[-1]) else ""))
    notes = [*found.notes]
    notes += [line for name, lines in found.plans.items() for line in (f"the slowest statement of {name}", *lines)]
    columns = [head for size in sizes for head in (f"{size:,}", f"beside {sizes[0]:,}", "growth %")]
    return Table("With so many assignments ever handled", ("", *columns, f"wanted {GROWTH}"), tuple(rows), tuple(notes))


def _cells(rounds: Sequence[Pair]) -> tuple[str, str, str]:
    if not rounds:
        return "–", "–", "–"
    small, large = (plain(figure(values).median) for values in zip(*rounds, strict=True))
    return large, small, f"{growth(rounds):+.0f}"
