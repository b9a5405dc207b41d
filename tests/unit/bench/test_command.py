"""The command: it knows the parts that there are, without importing them."""

import contextlib
import io
from pathlib import Path

import pytest

from bench import packages
from bench.run import PARTS
from cli.__main__ import BENCHED, ROOT, parser


def test_the_command_names_every_part_in_the_order_in_which_they_run() -> None:
    assert tuple(PARTS) == BENCHED


@pytest.mark.parametrize("rounds", ["0", "-1", "many", ""])
def test_what_is_no_number_of_rounds_is_refused(rounds: str) -> None:
    said = io.StringIO()
    with contextlib.redirect_stderr(said), pytest.raises(SystemExit):
        parser(["bench"]).parse_args(["bench", f"--rounds={rounds}"])
    assert "is no number of rounds: write 1 or more" in said.getvalue()


def test_the_peers_are_installed_as_the_launcher_installs_the_rest() -> None:
    launcher = (ROOT / "stafett").read_text()
    assert f'CERTIFICATES = Path("{packages.CERTIFICATES}")' in launcher
    made = packages.environment({"VIRTUAL_ENV": "/elsewhere", "PATH": "/bin"}, "/made")
    assert ("VIRTUAL_ENV" in made, made["PATH"], made["UV_PROJECT_ENVIRONMENT"]) == (False, "/bin", "/made")
    assert made.get("UV_SYSTEM_CERTS") == ("1" if Path(packages.CERTIFICATES).exists() else None)
    assert all(name in launcher for name in made if name.startswith("UV_"))


def test_the_help_of_the_tests_tells_what_the_faults_are_and_how_they_are_chosen() -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), pytest.raises(SystemExit):
        parser(["test"]).parse_args(["test", "faults", "--help"])
    assert all(word in said.getvalue() for word in ("--seed N", "--cut", "a quarter of an hour", "at random"))
