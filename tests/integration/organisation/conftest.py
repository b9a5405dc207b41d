"""The organisation service with the demo municipality loaded from its file."""

from collections.abc import AsyncIterator

import pytest

from cli.organisation import load
from tests.support.municipality import FILE
from tests.support.stafett import Ground, Running


@pytest.fixture
async def organisation(clean: Ground) -> AsyncIterator[Running]:
    async with clean.service("organisation") as running:
        await load(FILE, running.app.state.service.settings, dry_run=False)
        yield running
