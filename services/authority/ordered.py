"""A person's orders that have been sent, and whether somebody at the provider may act on each."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.authority.assignment import Assignment, OrderStatus, Phase
from services.authority.person import Person
from services.authority.provider import Provider, check_taken_care_of

OVER = (Phase.DISCARDED, Phase.WITHDRAWN, Phase.DECLINE_CONFIRMED, Phase.CLOSED)
"""Orders whose providers need not see the person any more."""


@dataclass(frozen=True)
class Ordered:
    """An order of the person's that has been sent, and where it is."""

    assignment: Assignment
    provider: Provider | None

    @property
    def under_way(self) -> bool:
        """True while the provider has something to do about it."""
        return self.assignment.status is OrderStatus.SENT and self.assignment.phase not in (Phase.DECLINED, Phase.ENDED)


def check_all_taken_care_of(orders: Iterable[Ordered], person: Person) -> None:
    """Refused when an order under way would be left with nobody who can act on it."""
    for order in orders:
        if order.provider and order.under_way:
            check_taken_care_of(order.provider, person)
