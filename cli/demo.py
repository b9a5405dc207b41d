"""`./stafett demo`: start everything, play the main job, and stay up to be looked at."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import httpx

from chassis.telemetry import set_up_logs
from cli.left_to_do import leave, told
from cli.play import play
from cli.stage import Play, StepFailed
from cli.state import check_port
from cli.up import Ready, everything, ready, until_stopped
from contracts.topology import SERVICES


def demo(*, once: bool, port: int) -> int:
    """Gives the exit code: 0 when every step did what it should. Nothing is left behind."""
    check_port(port)
    set_up_logs("ERROR")
    with tempfile.TemporaryDirectory(prefix="stafett-demo-") as folder, ready(Path(folder)) as prepared:
        return asyncio.run(_demo(prepared, once=once, port=port))


async def _demo(prepared: Ready, *, once: bool, port: int) -> int:
    async with everything(prepared, port) as url, httpx.AsyncClient() as client:
        stage, since = Play(prepared.issuer, dict.fromkeys(SERVICES, url), client), time.monotonic()
        try:
            await play(stage)
            if not once:
                await leave(stage)
        except StepFailed as error:
            print(f"The demo stopped: {error}", file=sys.stderr)
            if once:
                return 1
        else:
            print(f"All {stage.steps} steps went well in {time.monotonic() - since:.1f} s.", flush=True)
            if not once:
                print(f"\n{told()}")
        if not once:
            print(f"\nStafett is up: {url}  (choose who you are; Ctrl-C stops it and forgets everything)", flush=True)
            await until_stopped()
        return 0
