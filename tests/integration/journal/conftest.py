"""The journal service, running, knowing that Blandaren ute carries out an insats for Moira."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.support.journals import NOW, distributed, row
from tests.support.stafett import Ground, Running


@pytest.fixture
async def journal(clean: Ground) -> AsyncIterator[Running]:
    """The journal service, and Moira's insats at Blandaren ute."""
    async with clean.service("journal") as running:
        await running.deliver(distributed(row(), distributed_at=NOW - timedelta(days=1)))
        yield running
