"""What Stafett is compared with, installed when it is first asked for."""

import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec

from bench.machine import ROOT

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
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        say(f"they could not be installed: {lines[-1] if lines else done.returncode}")
