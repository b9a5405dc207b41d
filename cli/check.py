"""`./stafett check`: what must hold before a commit, one line for each step; stops at the first that fails."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
LINT_IMPORTS = str(Path(sys.executable).parent / "lint-imports")

PYTEST = (PYTHON, "-m", "pytest")
UNUSED = ("xdist", "hypothesispytest", "logging", "asyncio", "timeout")
QUICK = (
    *("-p", "tests.support.quick"),
    *(word for name in UNUSED for word in ("-p", f"no:{name}")),
    *("-W", "ignore::pytest.PytestConfigWarning"),  # of what the configuration says for the plugins left out
    "--capture=no",  # they print nothing
)
"""For unit tests, which need none of what these plugins do: half a second less, each time."""

FAULTS = ("-p", "tests.faults.options")
"""The options of the fault suite: --seed N, and --cut, with which all tests hold two minutes of it."""


@dataclass(frozen=True)
class Step:
    """One thing that is checked, and the command that puts it right when there is one."""

    name: str
    command: tuple[str, ...]
    fix: tuple[str, ...] = ()
    closing_line: bool = False
    """Show the last line the command prints: pytest's own count and time."""


STEPS = (
    Step("lint", (PYTHON, "-m", "ruff", "check", "."), (PYTHON, "-m", "ruff", "check", "--fix", "--quiet", ".")),
    Step("format", (PYTHON, "-m", "ruff", "format", "--check", "."), (PYTHON, "-m", "ruff", "format", "--quiet", ".")),
    Step("types", (PYTHON, "-m", "mypy")),
    Step("import rules", (LINT_IMPORTS,)),
    Step("documents", (PYTHON, "-m", "cli.documents"), (PYTHON, "-m", "cli.documents", "--write")),
    Step("requirements", (PYTHON, "-m", "cli.requirements"), (PYTHON, "-m", "cli.requirements", "--write")),
    Step("architecture", (*PYTEST, "-q", "tests/architecture"), closing_line=True),
    Step("unit tests", (*PYTEST, *QUICK, "-q", "tests/unit"), closing_line=True),
    Step("property tests", (*PYTEST, "-q", "tests/property"), closing_line=True),
)


def check(steps: Sequence[Step] = STEPS, *, fix: bool = False) -> int:
    """Gives the exit code: 0 when every step holds. With fix, what can be put right is, before it is checked."""
    for step in steps:
        if fix and step.fix:
            run(step.fix)
        since = time.monotonic()
        done = run(step.command)
        took = time.monotonic() - since
        said = done.stdout.strip()
        closing = f"  {said.splitlines()[-1]}" if step.closing_line and said else ""
        print(f"{'ok' if done.returncode == 0 else 'FAILED':7}{step.name:15}{took:6.1f} s{closing}", flush=True)
        if done.returncode:
            print(f"\n{said}\n\n{' '.join(step.command)} failed ({done.returncode}).")
            return 1
    return 0


def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command from the root; its errors are part of what it said."""
    return subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
