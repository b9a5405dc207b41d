"""Which events a service listens to, and what each does."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from chassis.arrival import TookTooLong
from chassis.database import Transaction
from chassis.rows import Rows
from contracts.event import Event

E = TypeVar("E", bound=Event)
Handler = Callable[[Any, Transaction], Awaitable[None]]

HANDLER_SECONDS = 15.0
"""Longer than a handler waits for a lock, far below what the broker gives a delivery."""


async def in_time(handler: Handler, event: Event, tx: Transaction) -> None:
    """Run the handler. TookTooLong when it has not returned in time: nobody else's messages wait for it longer."""
    try:
        async with asyncio.timeout(HANDLER_SECONDS) as limit:
            await handler(event, tx)
    except Exception:  # a library may have made a failure of the cancellation
        if limit.expired():
            raise TookTooLong(f"its handler did not end within {HANDLER_SECONDS:g} s") from None
        raise


class Subscriptions:
    """The events a service listens to; a feature file adds its own next to its decision."""

    def __init__(self) -> None:
        self.handlers: dict[str, tuple[type[Event], Handler]] = {}
        self.loads: dict[str, tuple[Rows[Any], str]] = {}

    def on(
        self, event: type[E], loads: Rows[Any] | None = None, by: str | None = None
    ) -> Callable[[Callable[[E, Transaction], Awaitable[None]]], Callable[[E, Transaction], Awaitable[None]]]:
        """Register `async def handler(event, tx)` for a type of event; one handler per type and service.

        loads: the table whose row the handler loads, by what the event is about or by another of its fields. Nothing
        but speed hangs on it: for many messages at once, these rows are then loaded with one statement.
        """

        def register(
            handler: Callable[[E, Transaction], Awaitable[None]],
        ) -> Callable[[E, Transaction], Awaitable[None]]:
            assert event.type not in self.handlers, f"{event.type} already has a handler"
            self.handlers[event.type] = (event, handler)
            if loads is not None:
                self.loads[event.type] = (loads, by or event.about)
            return handler

        return register

    def add(self, *others: "Subscriptions") -> None:
        """Take in the subscriptions of feature files."""
        for other in others:
            for event, handler in other.handlers.values():
                self.on(event, *other.loads.get(event.type, ()))(handler)

    async def load_ahead(self, tx: Transaction, events: Sequence[Event]) -> None:
        """Load what the handlers of these events have said that they load, with one statement for each table."""
        wanted: dict[Rows[Any], set[UUID]] = defaultdict(set)
        for event in events:
            if event.type in self.loads:
                rows, name = self.loads[event.type]
                wanted[rows].add(getattr(event, name))
        for rows, ids in wanted.items():
            await tx.lock(rows, ids)
