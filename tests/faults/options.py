"""Options of the fault suite, as `./stafett test faults` passes them on."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("faults")
    group.addoption("--seed", type=int, default=None, help="play the rounds of an earlier run again")
    group.addoption("--cut", action="store_true", help="two minutes of the fault suite instead of the whole")
