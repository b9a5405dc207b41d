from collections.abc import AsyncIterator

import pytest

from tests.support.stafett import Ground, Running


@pytest.fixture
async def notify(clean: Ground) -> AsyncIterator[Running]:
    """The notify service, running."""
    async with clean.service("notify") as running:
        yield running
