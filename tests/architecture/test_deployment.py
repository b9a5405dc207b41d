"""The compose file, the image and the proxy: every service is there, fenced in, and reached through the proxy alone."""

import re
from collections.abc import Mapping
from copy import deepcopy
from importlib import import_module
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from chassis.service import DEPTHS
from contracts.topology import SERVICES
from tests.architecture.rules.deployment import faults
from tests.architecture.rules.source import ROOT

DEPLOY = ROOT / "deploy"
TEXT = (DEPLOY / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
CADDYFILE = (DEPLOY / "Caddyfile").read_text()
README = (ROOT / "README.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
OF_ENV = "stafett:$(sed -n 's/^IMAGE_TAG=//p' .env)"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()


def settings() -> set[str]:
    """The variables that some program of ours reads."""
    files = [
        file.relative_to(ROOT).with_suffix("") for file in ROOT.glob("*/**/settings.py") if ".venv" not in file.parts
    ]
    modules = [import_module(".".join(file.parts)) for file in files]
    classes = [one for module in modules for one in vars(module).values() if isinstance(one, type)]
    kinds = [one for one in classes if issubclass(one, BaseSettings) and one is not BaseSettings]
    return {f"{kind.model_config['env_prefix']}{field}".upper() for kind in kinds for field in kind.model_fields}


SETTINGS = settings()


def test_every_container_is_fenced_in_and_nothing_secret_stands_in_clear() -> None:
    assert faults(COMPOSE, SERVICES, SETTINGS) == []


def test_every_service_the_login_and_what_they_need_is_there() -> None:
    wanted = {*SERVICES, "front", "demo-issuer", "postgres", "rabbitmq", "caddy", "init", "ops"}
    assert set(COMPOSE["services"]) == wanted
    for name in (*SERVICES, "front", "demo-issuer"):
        container = COMPOSE["services"][name]
        assert container["command"] == ["serve", name, "--host=0.0.0.0"]
        assert container["environment"]["STAFETT_SERVICE"] == name


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_its_own_passwords_and_keys(service: str) -> None:
    mounted = COMPOSE["services"][service]["secrets"]
    assert mounted == [
        f"postgres-{service}",
        f"rabbitmq-{service}",
        {"source": f"key-{service}", "target": f"/run/keys/{service}.json"},
        {"source": "keys-public", "target": "/run/keys/public.json"},
    ]
    files = {name: one["file"].rpartition("}/")[2] for name, one in COMPOSE["secrets"].items()}
    assert files[f"postgres-{service}"] == f"postgres-{service}"
    assert files[f"key-{service}"] == f"keys/{service}.json"
    assert files["keys-public"] == "keys/public.json"


def test_the_servers_are_reached_from_the_network_inside_alone() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for server in ("postgres", "rabbitmq"):
        assert COMPOSE["services"][server]["networks"] == ["inside"]
    assert COMPOSE["services"]["caddy"]["networks"] == ["outside"]


def test_what_an_operator_sets_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", TEXT)) - {"USER", "SUDO_USER"}
    said = set(re.findall(r"^(\w+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE))
    assert asked == said


def reaches(container: Mapping[str, Any], variable: str) -> bool:
    """True when an operator's setting comes to a container, in its environment or in a file among its secrets."""
    files = [one["target"] for one in container.get("secrets", ()) if isinstance(one, dict)]
    return variable.lower() in files or container["environment"].get(variable, "").startswith(f"${{{variable}")


def test_what_the_readme_says_of_the_login_reaches_the_containers_it_names() -> None:
    rows = re.findall(r"^\| `(STAFETT_\w+)` \|.+\| (front|front, services) \|$", README, re.MULTILINE)
    assert {"STAFETT_ISSUER", "STAFETT_SCOPE", "STAFETT_ACR"} <= {variable for variable, _ in rows}
    lacking = [
        f"{name}: {variable}"
        for variable, readers in rows
        for name in ("front", *(SERVICES if "services" in readers else ()))
        if not reaches(COMPOSE["services"][name], variable)
    ]
    assert lacking == []


def test_a_real_installation_gets_nothing_of_the_demo_unless_it_is_asked_for() -> None:
    example = (DEPLOY / "env.example").read_text()
    assert "\nORGANISATION_FILE=\n" in example
    assert "${ORGANISATION_FILE:?" in TEXT
    assert re.findall(r"^\w+=.*demo", example, re.MULTILINE) == []


def test_operators_run_the_image_that_env_names_and_no_password_is_an_argument() -> None:
    for told in (README, OPERATIONS):
        runs = re.findall(r"docker run ((?:[^\n]+\\\n)*[^\n]+)", told)
        assert runs != []
        assert [run for run in runs if "--pull never" not in run or OF_ENV not in run] == []
        assert "stafett:local" not in told
        assert "$(cat" not in told


def test_the_proxy_leads_to_every_service_by_its_name_and_shows_no_figures() -> None:
    routes = dict(re.findall(r"handle (\S+ )?\{\n\t+reverse_proxy \{\n\t+dynamic a (\S+) 8080 \{", CADDYFILE))
    assert routes == {**{f"/{name}/* ": name for name in (*SERVICES, "demo-issuer")}, "": "front"}
    figures = CADDYFILE.index("handle /*/metrics {\n\t\t\trespond 404\n")
    assert figures < CADDYFILE.index("reverse_proxy {")


def test_the_proxys_logs_hold_no_query_and_no_whole_address() -> None:
    private = CADDYFILE[CADDYFILE.index("(private) {") : CADDYFILE.index("\n}\n")]
    for line in ('request>uri regexp \\?.* ""', "request>headers delete", "resp_headers delete"):
        assert line in private
    assert private.count("ip_mask") == 2
    logs = re.findall(r"\tlog \{\n(.+)\n\t\}", CADDYFILE)
    assert logs == ["\t\timport private"] * 2  # of what goes wrong in the proxy itself, and of each request


def test_the_image_is_made_from_the_lock_file_and_runs_as_nobody_in_particular() -> None:
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["python:3.13-slim"] * 2
    assert "uv sync --quiet --frozen --no-dev" in DOCKERFILE
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert re.search(r"^(ADD|ARG|RUN --mount)", DOCKERFILE, re.MULTILINE) is None


def test_nothing_reaches_the_engine_that_is_not_named() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert [rule for rule in rules if "secrets" in rule or ".env" in rule or rule == "!deploy"] == []
    assert {rule for rule in rules if rule.startswith("!deploy")} == {"!deploy/organisation.yaml"}


def test_operators_are_told_of_every_figure_and_everything_that_health_says() -> None:
    figures = re.findall(r'"(stafett_\w+)"', (ROOT / "chassis" / "telemetry.py").read_text())
    said = [*re.findall(r"AS (\w+)", DEPTHS.text), "database", "consumer", "inbox", "relay", "jobs"]
    assert len(figures) == 13
    assert [name for name in (*figures, *said) if name not in OPERATIONS] == []


def changed(service: str, **changes: Any) -> dict[str, Any]:
    compose = deepcopy(COMPOSE)
    compose["services"][service] |= changes
    return compose


@pytest.mark.parametrize(
    ("service", "change", "fault"),
    [
        ("journal", {"ports": ["8080:8080"]}, "journal: publishes a port"),
        ("caddy", {"ports": ["80:80"]}, "caddy: 80:80 is reached from other machines"),
        ("postgres", {"image": "postgres"}, "postgres: postgres is not a public image with its major version"),
        ("postgres", {"image": "postgres:latest"}, "postgres: postgres:latest is not a public image"),
        ("postgres", {"image": "mirror.example/postgres:17"}, "postgres: mirror.example/postgres:17 is not a public"),
        ("journal", {"pull_policy": "always"}, "journal: our own image could be pulled from somewhere"),
        ("journal", {"read_only": False}, "journal: read_only is False"),
        ("journal", {"cap_drop": []}, "journal: cap_drop is []"),
        ("journal", {"privileged": True}, "journal: privileged is True"),
        ("journal", {"environment": {"STAFETT_DATABASE": "x"}}, "journal: STAFETT_DATABASE is no setting"),
        ("journal", {"environment": {"POSTGRES_PASSWORD": "stafett"}}, "journal: POSTGRES_PASSWORD stands in clear"),
        ("front", {"environment": {"STAFETT_CLIENT_SECRET": "${X:-abc}"}}, "front: STAFETT_CLIENT_SECRET stands in"),
        ("journal", {"environment": {"URL": "amqp://guest:guest@rabbitmq/"}}, "journal: an address holds a password"),
        ("init", {"command": ["--admin=postgresql://postgres:x@db/"]}, "init: an address holds a password"),
        ("journal", {"secrets": ["postgres-admin"]}, "journal: has postgres-admin"),
        ("journal", {"secrets": [{"source": "key-authority", "target": "/k"}]}, "journal: has key-authority"),
        ("journal", {"volumes": ["./secrets:/run/keys"]}, "journal: has ./secrets:/run/keys"),
    ],
)
def test_what_would_open_an_installation_is_found(service: str, change: dict[str, Any], fault: str) -> None:
    found = faults(changed(service, **change), SERVICES, SETTINGS)
    assert [one for one in found if one.startswith(fault)] != [], found
