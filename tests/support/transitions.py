"""Walk a whole table of transitions: every pair of status and command, those that lead nowhere too."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from chassis.decision import Refused

Status = TypeVar("Status")
Outcome = TypeVar("Outcome")


def not_refused(
    act: Callable[[Status, str], Outcome], pairs: Iterable[tuple[Status, str]], refusal: type[Refused] = Refused
) -> dict[tuple[Status, str], Outcome]:
    """What comes of each pair; those that are refused, with exactly this kind of refusal, are left out."""
    outcomes = {}
    for status, command in pairs:
        try:
            outcomes[status, command] = act(status, command)
        except refusal:
            continue
    return outcomes


def moves(table: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """A table as one reads it: for each command the statuses it may be given in, and `>` where it leads to another."""
    steps = [(command, step.split(">")) for command, steps in table.items() for step in steps.split()]
    return {(step[0], command): step[-1] for command, step in steps}
