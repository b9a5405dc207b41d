"""What holds for every container of an installation: fenced in, nothing secret in clear, nothing reached by chance."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

PROXY = "caddy"
OPERATORS = ("init", "ops")
"""Those who prepare and look after the servers, for a moment, with every service's secrets."""
PINNED = re.compile(r"[a-z]+:\d+(\.\d+)?(-[a-z]+)?")
"""A public image and its major version; no registry, no `latest`."""
OURS = re.compile(r"stafett:\$\{IMAGE_TAG:-local\}")
PASSWORD_IN_URL = re.compile(r"://[^/@{}]*:(?!\{password\}@)[^/@]+@")
SECRET_NAME = re.compile(r"PASS|SECRET(?!S$)|TOKEN|_KEY$")

Compose = Mapping[str, Any]


def faults(compose: Compose, services: Collection[str], settings: Collection[str]) -> list[str]:
    """Everything that is wrong with a compose file; `settings`: the variables that the programs know."""
    found: list[str] = []
    for name, container in compose["services"].items():
        of_one = (_image, _fence, _doors, _clear_secrets)
        found += [f"{name}: {fault}" for rule in of_one for fault in rule(name, container)]
        found += [f"{name}: {variable} is no setting" for variable in _unknown(container, settings)]
        found += [f"{name}: has {secret}" for secret in _of_others(name, container, services)]
    return found


def _image(_name: str, container: Compose) -> Iterator[str]:
    image = container["image"]
    if OURS.fullmatch(image):
        if container.get("pull_policy") != "never":
            yield "our own image could be pulled from somewhere"
    elif not PINNED.fullmatch(image):
        yield f"{image} is not a public image with its major version"


def _fence(_name: str, container: Compose) -> Iterator[str]:
    wanted = {
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "privileged": None,
        "network_mode": None,
    }
    yield from (f"{key} is {container.get(key)}" for key, value in wanted.items() if container.get(key) != value)
    for key in ("mem_limit", "pids_limit", "restart", "logging", "stop_grace_period"):
        if key not in container:
            yield f"has no {key}"


def _doors(name: str, container: Compose) -> Iterator[str]:
    ports = container.get("ports", [])
    if ports and name != PROXY:
        yield "publishes a port"
    yield from (f"{port} is reached from other machines" for port in ports if ":-127.0.0.1:" not in port)


def _clear_secrets(_name: str, container: Compose) -> Iterator[str]:
    environment = {name: str(value) for name, value in container.get("environment", {}).items()}
    for name, value in environment.items():
        given = value.startswith(("${", "/run/secrets/")) and not re.search(r":-[^}]", value)
        if SECRET_NAME.search(name) and not given:
            yield f"{name} stands in clear"
    words = container.get("command") or []
    for word in [*environment.values(), *([words] if isinstance(words, str) else words)]:
        if PASSWORD_IN_URL.search(word):
            yield "an address holds a password"


def _unknown(container: Compose, settings: Collection[str]) -> list[str]:
    names = container.get("environment", {})
    return [name for name in names if name.startswith("STAFETT_") and name not in settings]


def _of_others(name: str, container: Compose, services: Collection[str]) -> list[str]:
    """Secrets and keys that belong to another than this service, or to an administrator."""
    if name not in services:
        return []
    mounted = [one if isinstance(one, str) else one["source"] for one in container.get("secrets", [])]
    own = {f"postgres-{name}", f"rabbitmq-{name}", f"key-{name}", "keys-public"}
    return [one for one in mounted if one not in own] + [str(one) for one in container.get("volumes", [])]
