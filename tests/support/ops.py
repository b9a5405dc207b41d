"""`./stafett ops …` as an operator types it, in a process of its own."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.stafett import Running

ROOT = Path(__file__).parents[2]


async def ops(environment: Mapping[str, str], *words: str) -> tuple[int, str]:
    """The exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "ops", *words),
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


def beside(running: Running) -> dict[str, str]:
    """The environment of an operator of one service under test."""
    settings = running.app.state.service.settings
    return {
        "STAFETT_DATABASE_URL": settings.database,
        "STAFETT_AMQP_URL": settings.amqp,
        "STAFETT_KEYS": str(settings.keys),
    }
