"""The authority service, running, and a case worker at its doors."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.stafett import Ground, Running


@pytest.fixture
async def authority(clean: Ground) -> AsyncIterator[Running]:
    """The authority service, running."""
    async with clean.service("authority") as running:
        yield running


@pytest.fixture
async def karin(authority: Running) -> AsyncIterator[httpx.AsyncClient]:
    """Karin Berg, case worker at Biståndsenheten."""
    async with authority.client("karin.berg") as client:
        yield client
