"""A table as plain text, aligned, or as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """What is shown of one thing that was measured."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """The first column to the left, the others to the right under their heads."""
        lines = (self.columns, *self.rows)
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.columns))]
        ruled = ("-" * width for width in widths)
        body = [_aligned(self.columns, widths), "  ".join(ruled), *(_aligned(row, widths) for row in self.rows)]
        return "\n".join((self.title, "", *body, *(f"  {note}" for note in self.notes)))

    def markdown(self) -> str:
        ruled = ("---", *("--:" for _ in self.columns[1:]))
        body = (_piped(self.columns), _piped(ruled), *(_piped(row) for row in self.rows))
        notes = ("", *(f"- {note}" for note in self.notes)) if self.notes else ()
        return "\n".join((f"### {self.title}", "", *body, *notes))


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.ljust(width) if place == 0 else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join((first, *others)).rstrip()


def _piped(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
