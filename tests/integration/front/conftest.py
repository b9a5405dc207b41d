"""An issuer of each test's own, since tests change what it says."""

from collections.abc import AsyncIterator, Iterator

import pytest

from cli.issuer import DemoIssuer, demo_issuer
from tests.support.login import Site, site


@pytest.fixture
def issuer() -> Iterator[DemoIssuer]:
    """A demo issuer on a port of its own."""
    with demo_issuer() as running:
        yield running


@pytest.fixture
async def stafett(issuer: DemoIssuer) -> AsyncIterator[Site]:
    """The front and the issuer's pages, without any service."""
    async with site(issuer) as running:
        yield running
