"""`./stafett ops …` as an operator types it, in a process of its own."""

import asyncio
import os
import sys
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.connection import wait
from pathlib import Path
from tempfile import NamedTemporaryFile

from cli.__main__ import main
from cli.ops import ACTS
from tests.support.stafett import Running

ROOT = Path(__file__).parents[2]
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload([__name__, *ACTS.values()])  # imported once, not by each of two hundred processes


async def ops(environment: Mapping[str, str], *words: str) -> tuple[int, str]:
    """The exit code and what it said."""
    with NamedTemporaryFile() as said:
        typed = (said.name, {**os.environ, **environment}, words)
        process = FORKS.Process(target=_type, args=typed, daemon=True)
        process.start()
        try:
            await asyncio.to_thread(wait, [process.sentinel])
        except BaseException:
            process.kill()
            raise
        process.join()  # here, where others are started: each looks at all that run
        assert process.exitcode is not None
        return process.exitcode, said.read().decode()


def _type(said: str, environment: Mapping[str, str], words: tuple[str, ...]) -> None:
    """What `python -m cli ops …` does, in the process of its own."""
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    with Path(said).open("wb") as heard:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(heard.fileno(), stream.fileno())
    sys.exit(main(["ops", *words]))


def beside(running: Running) -> dict[str, str]:
    """The environment of an operator of one service under test."""
    settings = running.app.state.service.settings
    return {
        "STAFETT_DATABASE_URL": settings.database,
        "STAFETT_AMQP_URL": settings.amqp,
        "STAFETT_KEYS": str(settings.keys),
    }
