"""What a service's login may do at the broker: its own exchange, the direct one, its own queue, and nothing else."""

import re

import pytest

from cli.broker_rights import rights, virtual_host, with_login_of
from contracts.topology import DEAD, DIRECT, EVENTS, SERVICES, exchange, queue

THINGS = [DEAD, DIRECT, "", "amq.default", *map(exchange, SERVICES), *map(queue, SERVICES)]


def matching(pattern: str) -> set[str]:
    return {thing for thing in THINGS if re.search(pattern, thing)}


@pytest.mark.parametrize("service", SERVICES)
def test_it_writes_to_its_own_exchange_and_the_direct_one_and_reads_its_own_queue(service: str) -> None:
    may = rights(service)
    assert matching(may.write) == {exchange(service), DIRECT}
    assert matching(may.read) == {queue(service)}
    assert matching(may.configure) <= {""}


@pytest.mark.parametrize("service", SERVICES)
def test_its_routing_keys_are_its_own_types_alone(service: str) -> None:
    allowed = {type for type in EVENTS if re.search(rights(service).keys, type)}
    assert allowed == {type for type, event in EVENTS.items() if event.owner == service}


def test_a_name_that_only_looks_alike_is_not_matched() -> None:
    may = rights("journal")
    for name in ("eventsXjournal", "events.journal2", "indirect", "a.direct"):
        assert not re.search(may.write, name)
    assert not re.search(may.read, "journalXinbox")
    assert not re.search(may.keys, "journals.note-locked.v1")


def test_the_virtual_host_is_the_path_of_the_address() -> None:
    assert virtual_host("amqp://broker:5672/") == "/"
    assert virtual_host("amqp://broker:5672") == "/"
    assert virtual_host("amqp://broker:5672/stafett%2Ftest") == "stafett/test"


def test_the_administrators_login_is_put_into_the_brokers_address() -> None:
    address = with_login_of("amqp://{service}:{password}@broker:5672/stafett", "https://anna:p%40ss@manager:15671")
    assert address == "amqp://anna:p%40ss@broker:5672/stafett"
    assert with_login_of("amqp://broker/", "http://manager") == "amqp://broker/"
