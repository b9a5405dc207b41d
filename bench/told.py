"""What is told while it is measured."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.table import Table


@dataclass(frozen=True)
class Told:
    say: Callable[[str], None]
    """How far it has come."""
    show: Callable[[Table], None]
    """A table that is whole."""
