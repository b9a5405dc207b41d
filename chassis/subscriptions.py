"""Which events a service listens to, and what each does."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from chassis.database import Transaction
from contracts.event import Event

E = TypeVar("E", bound=Event)
Handler = Callable[[Any, Transaction], Awaitable[None]]


class Subscriptions:
    """The events a service listens to; a feature file adds its own next to its decision."""

    def __init__(self) -> None:
        self.handlers: dict[str, tuple[type[Event], Handler]] = {}

    def on(
        self, event: type[E]
    ) -> Callable[[Callable[[E, Transaction], Awaitable[None]]], Callable[[E, Transaction], Awaitable[None]]]:
        """Register `async def handler(event, tx)` for a type of event; one handler per type and service."""

        def register(
            handler: Callable[[E, Transaction], Awaitable[None]],
        ) -> Callable[[E, Transaction], Awaitable[None]]:
            assert event.type not in self.handlers, f"{event.type} already has a handler"
            self.handlers[event.type] = (event, handler)
            return handler

        return register

    def add(self, *others: "Subscriptions") -> None:
        """Take in the subscriptions of feature files."""
        for other in others:
            for event, handler in other.handlers.values():
                self.on(event)(handler)
