"""The deviation service, running, knowing that Blandaren ute carries out an insats for Moira."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.support.deviations import NOW, distributed, row
from tests.support.stafett import Ground, Running


@pytest.fixture
async def deviation(clean: Ground) -> AsyncIterator[Running]:
    """The deviation service, and Moira's insats at Blandaren ute."""
    async with clean.service("deviation") as running:
        await running.deliver(distributed(row(), distributed_at=NOW - timedelta(days=3)))
        yield running
