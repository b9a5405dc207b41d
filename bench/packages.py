"""What Stafett is compared with, installed when it is first asked for."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from bench.machine import ROOT

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
"""As in the launcher `stafett`: those that the machine's owner trusts, such as a proxy's."""
MODULES = ("celery", "psycopg", "taskiq_aio_pika", "faststream_outbox")


def install(say: Callable[[str], None]) -> None:
    """Bring the group `bench` of uv.lock into this environment; what cannot be had is left out and said so."""
    if all(find_spec(module) for module in MODULES):
        return
    say("installing the peers (the group `bench` of uv.lock)")
    options = (
        "--quiet",
        "--frozen",
        "--inexact",
        "--no-install-project",
        "--group",
        "bench",
        "--python",
        sys.executable,
    )
    command = [sys.executable, "-m", "uv", "sync", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment(os.environ))
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        say(f"they could not be installed: {lines[-1] if lines else done.returncode}")


def environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """What uv is called with, as the launcher calls it."""
    own = {"UV_PROJECT_ENVIRONMENT": sys.prefix, "UV_PYTHON_DOWNLOADS": "never", "UV_COMPILE_BYTECODE": "1"}
    if CERTIFICATES.exists():
        own["UV_SYSTEM_CERTS"] = "1"
    return {**{name: value for name, value in inherited.items() if name != "VIRTUAL_ENV"}, **own}
