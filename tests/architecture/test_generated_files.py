"""Generated files: what is committed is what the code says, and the check notices when it isn't."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.__main__ import PARTS
from cli.check import Step, check
from cli.documents import stale, topology, write
from cli.requirements import KNOWN, covered, meanings, unknown
from contracts.topology import SERVICES
from tests.architecture.rules.source import ROOT

MADE = [("contracts/schemas/a.v1.json", "{}\n"), ("deploy/topology.md", "# Who\n")]
ASKED = {"R-01": "This", "R-02": "That"}


def test_what_was_written_is_current(tmp_path: Path) -> None:
    assert write(MADE, tmp_path) == ["contracts/schemas/a.v1.json", "deploy/topology.md"]
    assert stale(MADE, tmp_path) == []
    assert write(MADE, tmp_path) == []


def test_a_changed_a_missing_and_a_left_behind_file_are_stale_until_written_anew(tmp_path: Path) -> None:
    write(MADE, tmp_path)
    (tmp_path / "contracts/schemas/a.v1.json").write_text("{ }\n")
    (tmp_path / "contracts/schemas/old.v1.json").write_text("{}\n")
    (tmp_path / "deploy/topology.md").unlink()
    wrong = ["contracts/schemas/a.v1.json", "deploy/topology.md", "contracts/schemas/old.v1.json"]
    assert stale(MADE, tmp_path) == wrong
    assert write(MADE, tmp_path) == wrong
    assert stale(MADE, tmp_path) == []


def test_the_table_of_messages_names_only_those_who_hear_and_use_one() -> None:
    uses = dict.fromkeys(SERVICES, frozenset[str]()) | {"notify": frozenset({"journal.note-locked.v1"})}
    uses["execution"] = frozenset({"journal.note-locked.v1"})
    line = next(line for line in topology(uses).splitlines() if line.startswith("| NoteLocked"))
    assert (
        line == "| NoteLocked | journal | `events.journal` | `journal.note-locked.v1` | execution | `execution.inbox` |"
    )


def test_the_list_of_requirements_is_sorted_and_says_what_each_means() -> None:
    lines = KNOWN.read_text().splitlines()
    assert lines == sorted({*lines})
    assert all(meaning for meaning in meanings(lines).values())
    assert len(meanings(lines)) == len(lines)


def test_a_requirement_that_nobody_asked_for_is_found() -> None:
    assert unknown({"R-01": ["a"], "R-99": ["c", "b"]}, ASKED) == ["R-99: b", "R-99: c"]


def test_each_requirement_is_listed_with_its_tests_or_as_not_shown() -> None:
    text = covered({"R-02": {"`t.py`: it holds", "`a.py`: it always holds"}}, ASKED)
    assert "1 of 2 are shown" in text
    assert "**R-02** That\n\n- `a.py`: it always holds\n- `t.py`: it holds\n" in text
    assert text.endswith("## Not shown by any test\n\n- R-01 This\n")


def test_requirements_are_collected_from_markers_and_not_from_text(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import pytest\npytestmark = pytest.mark.requirement('R-01')\n"
        "@pytest.mark.requirement('R-02')\n@pytest.mark.parametrize('x', [1, 2])\ndef test_it_holds(x): ...\n"
        "def test_more():\n    '''@pytest.mark.requirement('R-03')'''\n"
    )
    ask = (
        f"from cli.requirements import collect; shown = collect({str(tmp_path)!r}); print(sorted(shown), shown['R-02'])"
    )
    done = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.startswith("['R-01', 'R-02'] {"), done.stderr
    assert done.stdout.count("it holds") == 1


def test_the_check_stops_at_the_first_failure_and_shows_what_it_said(capsys: pytest.CaptureFixture[str]) -> None:
    good = Step("good", (sys.executable, "-c", "print('7 passed in 0.1s')"), closing_line=True)
    bad = Step("bad", (sys.executable, "-c", "import sys; print('why'); sys.exit(3)"))
    never = Step("never", (sys.executable, "-c", "print('ran')"))
    assert check([good, bad, never]) == 1
    said = capsys.readouterr().out
    assert "good" in said.splitlines()[0]
    assert said.splitlines()[0].endswith("7 passed in 0.1s")
    assert "why" in said
    assert "never" not in said
    assert check([good]) == 0


def test_with_fix_a_step_is_put_right_before_it_is_checked(tmp_path: Path) -> None:
    made = str(tmp_path / "made")
    look = (sys.executable, "-c", f"import pathlib, sys; sys.exit(not pathlib.Path({made!r}).exists())")
    step = Step("look", look, fix=(sys.executable, "-c", f"import pathlib; pathlib.Path({made!r}).touch()"))
    assert check([step]) == 1
    assert check([step], fix=True) == 0


def test_the_command_says_what_it_can_do_without_importing_any_of_it() -> None:
    heavy = "{'fastapi', 'sqlalchemy', 'pydantic', 'asyncio', 'aio_pika', 'pytest'}"
    ask = f"import sys; from cli.__main__ import parser; parser(['test']); print(sorted({heavy} & {{*sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, env={**os.environ})
    assert done.stdout.strip() == "[]", done.stderr


def test_each_part_of_the_tests_that_can_be_chosen_is_there() -> None:
    assert [part for part in PARTS if part != "all" and not any((ROOT / "tests" / part).rglob("test_*.py"))] == []
