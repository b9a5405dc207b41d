"""Walk a whole table of transitions: every pair of status and command, those that lead nowhere too."""

from collections.abc import Callable, Iterable
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
