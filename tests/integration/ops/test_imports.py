"""An act of `./stafett ops` in a process that has imported nothing for another one."""

import subprocess
import sys

import pytest

from cli.ops import ACTS
from tests.support.ops import ROOT

USES = {
    "cli.installation": ["cli.organisation"],
    "cli.ops.dead": ["cli.installation", "cli.organisation"],
    "cli.ops.parked": ["cli.ops.trace"],
    "cli.ops.resend": ["cli.ops.trace"],
}
"""What one needs of the others."""


@pytest.mark.parametrize("act", {module: act for act, module in ACTS.items()}.values())
def test_an_act_is_ready_with_nothing_but_what_it_uses(act: str) -> None:
    ask = f"import sys; from cli.__main__ import parser; parser(['ops', {act!r}]); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    others = set(ACTS.values()) - {ACTS[act]}
    assert [module for module in done.stdout.split() if module in others] == USES.get(ACTS[act], [])
