"""The whole installation as operations staff start it: images built, containers healthy, the proxy in front."""

import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from cli.passwords import make_secrets
from contracts.topology import SERVICES
from tests.support.login import log_in
from tests.support.processes import free_port
from tests.support.stafett import eventually

DEPLOY = Path(__file__).parents[2] / "deploy"
STARTS_WITHIN = 180.0
SETTINGS = """
STAFETT_ISSUER=http://demo-issuer:8080
STAFETT_PUBLIC_URL=http://127.0.0.1:{port}
ORGANISATION_FILE={deploy}/organisation.yaml
SECRETS_FOLDER={folder}/secrets
LISTEN_HTTP=127.0.0.1:{port}
LISTEN_HTTPS=127.0.0.1:{tls_port}
IMAGE_TAG={name}
"""


def docker(*words: str, within: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *words], capture_output=True, text=True, timeout=within)


def missing() -> str | None:
    """Why nothing can be started here; None when it can."""
    try:
        if docker("info").returncode or docker("compose", "version").returncode:
            return "no Docker engine answers, or it has no compose"
    except (OSError, subprocess.TimeoutExpired):
        return "Docker is not installed, or does not answer"
    if not os.environ.get("DOCKER_HOST", "unix:").startswith("unix:"):
        return "the Docker engine is another machine's, which has not our files"
    named = (DEPLOY / "compose.yaml").read_text() + (DEPLOY / "Dockerfile").read_text()
    images = {image for image in re.findall(r"(?:image:|FROM) ([\w:.-]+)", named) if not image.startswith("stafett")}
    lacking = [image for image in sorted(images) if docker("image", "inspect", image).returncode]
    return f"the engine lacks {', '.join(lacking)}" if lacking else None


@dataclass(frozen=True)
class Installation:
    """One that is ours alone: its own project, image, secrets, volumes and ports."""

    name: str
    settings: Path
    url: str

    def compose(self, *words: str, within: float = 60) -> str:
        """What `docker compose …` prints."""
        files = ("--project-name", self.name, "--env-file", str(self.settings), "--file", str(DEPLOY / "compose.yaml"))
        done = docker("compose", *files, "--profile", "ops", "--profile", "demo", *words, within=within)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    async def well(self) -> bool:
        """True when every service says through the proxy that it works."""
        async with httpx.AsyncClient(base_url=self.url, timeout=10) as client:
            try:
                answers = [await client.get(f"/{service}/health") for service in (*SERVICES, "front")]
            except httpx.HTTPError:
                return False
        return all(answer.status_code == 200 for answer in answers)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    if reason := missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("installation")
    make_secrets(folder / "secrets")
    name, port = f"stafett-test-{secrets.token_hex(4)}", free_port()
    settings = folder / "env"
    values = {"port": port, "tls_port": free_port(), "folder": folder, "deploy": DEPLOY, "name": name}
    settings.write_text(SETTINGS.format(**values))
    ours = Installation(name, settings, f"http://127.0.0.1:{port}")
    try:
        if docker("buildx", "version").returncode:
            os.environ.setdefault("DOCKER_BUILDKIT", "0")
        ours.compose("up", "--detach", "--build", *SERVICES, "front", "demo-issuer", "caddy", within=900)
        yield ours
    finally:
        ours.compose("down", "--volumes", "--timeout", "20", within=300)
        docker("image", "rm", f"stafett:{name}")


async def test_everything_starts_and_says_that_it_is_well(installation: Installation) -> None:
    await eventually(installation.well, STARTS_WITHIN)


async def test_without_a_login_there_are_pages_styles_but_nothing_about_anybody(installation: Installation) -> None:
    await eventually(installation.well, STARTS_WITHIN)
    async with httpx.AsyncClient(base_url=installation.url, timeout=10) as client:
        style = await client.get("/journal/static/stafett.css")
        assert (style.status_code, style.headers["x-content-type-options"]) == (200, "nosniff")
        assert (await client.get("/notify/inbox")).status_code == 401
        assert (await client.get("/journal/metrics")).status_code == 404
        refused = await client.post("/journal/journals", content=b" " * 1_000_001)
        assert (refused.status_code, "för stort" in refused.text) == (413, True)


async def test_people_log_in_through_the_proxy_and_each_service_knows_them(installation: Installation) -> None:
    await eventually(installation.well, STARTS_WITHIN)
    pages = {"accept": "text/html"}
    async with httpx.AsyncClient(base_url=installation.url, headers=pages, timeout=10) as browser:
        came_back = await log_in(browser, "eva.nyberg")
        assert came_back.headers["location"] == "/notify/inbox"
        for page in ("/notify/inbox", "/execution/new-assignments", "/deviation/my-reports"):
            shown = await browser.get(page)
            assert (shown.status_code, "Eva Nyberg, Samordnare" in shown.text) == (200, True), page


async def test_each_service_has_a_login_of_its_own_and_may_change_nothing_in_its_container(
    installation: Installation,
) -> None:
    await eventually(installation.well, STARTS_WITHIN)
    logins = installation.compose("exec", "-T", "rabbitmq", "rabbitmqctl", "--quiet", "list_users")
    assert {line.split("\t")[0] for line in logins.splitlines()[1:]} == {*SERVICES, "stafett-admin"}
    connected = installation.compose("exec", "-T", "rabbitmq", "rabbitmqctl", "--quiet", "list_connections", "user")
    assert {*connected.splitlines()[1:]} == {*SERVICES}
    keys = "id -u; ls /run/keys /run/secrets; touch /srv/stafett/x 2>&1 || true"
    inside = installation.compose("exec", "-T", "journal", "sh", "-c", keys)
    assert "10001" in inside
    assert re.findall(r"^[a-z.-]+$", inside, re.MULTILINE) == [
        *("journal.json", "public.json", "postgres-journal", "rabbitmq-journal"),
    ]
    assert "Read-only file system" in inside


async def test_what_operators_ask_is_answered_with_the_installations_secrets(installation: Installation) -> None:
    await eventually(installation.well, STARTS_WITHIN)
    said = installation.compose("run", "--rm", "-T", "ops", "parked", "list")
    assert said.splitlines() == [f"{service}: 0 parked" for service in SERVICES]
    again = installation.compose("run", "--rm", "-T", "init")
    assert "organisation: kept as it is" in again


async def test_services_recover_when_their_servers_have_been_away(installation: Installation) -> None:
    await eventually(installation.well, STARTS_WITHIN)
    installation.compose("stop", "rabbitmq", "postgres", within=150)
    assert not await installation.well()
    installation.compose("start", "rabbitmq", "postgres", within=150)
    await eventually(installation.well, STARTS_WITHIN)
