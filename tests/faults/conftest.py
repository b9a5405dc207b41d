"""A town for each file of fault tests."""

import asyncio
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.kit.run import Run
from tests.faults.kit.town import Town, town

SEED = "STAFETT_FAULTS_SEED"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of the fault suite, only what is marked stays in the cut."""
    if not config.getoption("--cut", default=False):
        return
    out = [item for item in items if "faults" in item.path.parts and item.get_closest_marker("in_the_cut") is None]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in out]


@pytest.fixture(scope="session")
def cut(pytestconfig: pytest.Config) -> bool:
    """Whether the run is to be short."""
    return bool(pytestconfig.getoption("--cut", default=False))


@pytest.fixture(scope="session")
def chosen_seed(pytestconfig: pytest.Config) -> int:
    """What all that is chosen follows from."""
    given = pytestconfig.getoption("--seed", default=None) or os.environ.get(SEED)
    return int(given) if given else secrets.randbelow(1_000_000)


@pytest.fixture(scope="module")
def a_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town of this file's own; nothing runs yet but its servers."""
    with town(tmp_path_factory.mktemp("town")) as made:
        yield made


@pytest.fixture(scope="module")
def run(a_town: Town) -> Run:
    """A run in the file's town, all services well and every person registered; what is played adds up."""
    a_town.start_the_ended()
    a_town.wait_until_well()
    begun = Run(a_town)
    asyncio.run(begun.register_persons())
    return begun


@pytest.fixture
def fresh_town(tmp_path: Path) -> Iterator[Town]:
    """A town of this test's own."""
    with town(tmp_path) as made:
        yield made
