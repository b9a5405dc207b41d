"""Servers of the benchmark's own."""

from collections.abc import Iterator

import pytest

from bench.ground import Ground, ground


@pytest.fixture(scope="module")
def on() -> Iterator[Ground]:
    with ground() as made:
        yield made
