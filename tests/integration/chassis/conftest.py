"""A probe: the execution service's database and queue, with a handler that the test itself controls."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from chassis.database import Transaction
from chassis.service import Blueprint
from chassis.subscriptions import Subscriptions
from contracts.authority import AssignmentSent
from services.execution.tables import metadata
from tests.support.managed_broker import ManagedBroker, managed_broker
from tests.support.stafett import Ground, Running

Effect = Callable[[AssignmentSent, Transaction], Awaitable[None]]
Probe = Callable[..., AbstractAsyncContextManager[Running]]

RECORD = text("INSERT INTO operator_act (operator, act, what, why) VALUES ('probe', 'effect', :what, :why)")
EFFECTS = "SELECT what, why FROM operator_act WHERE act = 'effect' ORDER BY number"


async def effect(event: AssignmentSent, tx: Transaction) -> None:
    """What a message does in these tests: one row that says which it was."""
    await tx.execute(RECORD, {"what": str(event.assignment_id), "why": str(event.period_from)})


@pytest.fixture
def probe(clean: Ground) -> Probe:
    """Start the probe with a handler that runs before the effect, and what else is set."""

    @asynccontextmanager
    async def start(before: Effect | None, **settings: Any) -> AsyncIterator[Running]:
        subscriptions = Subscriptions()

        @subscriptions.on(AssignmentSent)
        async def handle(event: AssignmentSent, tx: Transaction) -> None:
            await effect(event, tx)
            if before:
                await before(event, tx)

        plan = Blueprint("execution", "probe", metadata, (), (subscriptions,))
        async with clean.service("execution", plan, **settings) as running:
            yield running

    return start


@pytest.fixture(scope="session")
def node() -> Iterator[ManagedBroker]:
    """A broker with its management API, for what `ops init` does to it."""
    with managed_broker() as broker:
        yield broker
