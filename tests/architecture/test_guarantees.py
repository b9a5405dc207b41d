"""Every guarantee is shown by tests that exist, and every file of fault tests shows one."""

import re

from tests.architecture.rules.source import ROOT

DOCUMENT = ROOT / "docs" / "guarantees.md"
LINK = re.compile(r"\[(test_\w+)\]\(([\w/.]+)\)")
DEFINED = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)
PROVES = "**Shown by**"
KEEPS = re.compile(r"\*\*Kept by\*\*(.*?)\n\n", re.DOTALL)
FILE = re.compile(r"\]\((\.\./[\w/.]+\.py)\)")


def test_the_tests_that_guarantees_name_exist() -> None:
    named = LINK.findall(DOCUMENT.read_text())
    assert len(named) > 20
    missing = [name for name, path in named if name not in DEFINED.findall((DOCUMENT.parent / path).read_text())]
    assert missing == []


def test_every_file_of_fault_tests_shows_a_guarantee() -> None:
    named = {(DOCUMENT.parent / path).resolve() for _, path in LINK.findall(DOCUMENT.read_text())}
    assert {path for path in (ROOT / "tests" / "faults").glob("test_*.py") if path.resolve() not in named} == set()


def test_every_guarantee_says_how_it_is_kept_names_a_test_and_its_end() -> None:
    _, *guarantees = re.split(r"^## \d+\. ", DOCUMENT.read_text(), flags=re.MULTILINE)
    assert len(guarantees) == 7
    for guarantee in guarantees:
        title = guarantee.splitlines()[0]
        assert "**At a unit.**" in guarantee, title
        assert "**Technically.**" in guarantee, title
        kept = KEEPS.search(guarantee)
        assert kept, title
        files = FILE.findall(kept[1])
        assert files, title
        assert [file for file in files if not (DOCUMENT.parent / file).is_file()] == [], title
        assert LINK.search(guarantee.partition(PROVES)[2]), title
        assert "**Ends " in guarantee, title
