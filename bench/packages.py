"""What is installed to be measured: the peers, and an environment as the image has it."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from bench.machine import ROOT
from bench.parts import PartFailed

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
"""As in the launcher `stafett`: those that the machine's owner trusts, such as a proxy's."""
MODULES = ("celery", "psycopg", "taskiq_aio_pika", "faststream_outbox")


def install_peers(say: Callable[[str], None]) -> None:
    """Bring the group `bench` of uv.lock into this environment; what cannot be had is left out and said so."""
    if all(find_spec(module) for module in MODULES):
        return
    say("installing the peers (the group `bench` of uv.lock)")
    if failure := sync("--inexact", "--group", "bench", into=sys.prefix):
        say(f"they could not be installed: {failure}")


def production(folder: Path) -> str:
    """The Python of an environment made here as the image's is. PartFailed with uv's reason.

    What only developers use is imported where it is there (structlog takes rich), and takes memory.
    """
    if failure := sync("--no-dev", into=str(folder)):
        raise PartFailed(f"the environment of production could not be made: {failure}")
    return str(folder / "bin" / "python")


def sync(*options: str, into: str) -> str:
    """Bring an environment up to uv.lock; gives uv's last line when it could not."""
    command = [sys.executable, "-m", "uv", "sync", "--quiet", "--frozen", "--no-install-project", *options]
    with_python = [*command, "--python", sys.executable]
    done = subprocess.run(with_python, cwd=ROOT, capture_output=True, text=True, env=environment(os.environ, into))
    return (done.stderr.strip().splitlines() or [str(done.returncode)])[-1] if done.returncode else ""


def environment(inherited: Mapping[str, str], into: str) -> dict[str, str]:
    """What uv is called with, as the launcher calls it."""
    own = {"UV_PROJECT_ENVIRONMENT": into, "UV_PYTHON_DOWNLOADS": "never", "UV_COMPILE_BYTECODE": "1"}
    if CERTIFICATES.exists():
        own["UV_SYSTEM_CERTS"] = "1"
    return {**{name: value for name, value in inherited.items() if name != "VIRTUAL_ENV"}, **own}
