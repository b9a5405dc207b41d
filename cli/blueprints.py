"""The services there are, by name."""

from importlib import import_module

from chassis.service import Blueprint
from contracts.topology import SERVICES


def blueprint(service: str) -> Blueprint:
    """What a service is made of, from its app.py."""
    found: Blueprint = import_module(f"services.{service}.app").blueprint
    return found


def blueprints() -> list[Blueprint]:
    """All six, in the order of contracts/topology.py."""
    return [blueprint(service) for service in SERVICES]
