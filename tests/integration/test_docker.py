"""Where a server in a container is reached."""

import pytest

from cli.servers.docker import gateway_of
from cli.servers.kind import NoServer


def described(**place: str) -> dict[str, object]:
    return {"Name": "bridge", "IPAM": {"Config": [{"Subnet": "172.17.0.0/16", **place}]}}


def test_the_address_of_the_engines_machine_is_its_networks_gateway() -> None:
    assert gateway_of(described(Gateway="172.17.0.1")) == "172.17.0.1"


def test_an_engine_that_names_no_gateway_yet_is_to_be_restarted() -> None:
    with pytest.raises(NoServer, match="restart it"):
        gateway_of(described())
