"""Which requirement is shown by which tests: collected by pytest from their markers, never guessed from their text.

`python -m cli.requirements` says whether docs/requirements-covered.md is current; with `--write` it is written.
"""

import contextlib
import io
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
KNOWN = ROOT / "docs" / "requirements.txt"
COVERED = ROOT / "docs" / "requirements-covered.md"


class Collector:
    """A pytest plugin that notes each test's requirements: id -> where and what."""

    def __init__(self) -> None:
        self.shown: dict[str, set[str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            name = item.name.partition("[")[0].removeprefix("test_").replace("_", " ")
            for marker in item.iter_markers("requirement"):
                for id in marker.args:
                    self.shown.setdefault(id, set()).add(f"`{item.nodeid.partition('::')[0]}`: {name}")


class CollectionFailed(Exception):
    """The tests could not all be collected."""


def collect(*arguments: str) -> dict[str, set[str]]:
    """Requirement id -> the tests that show it. CollectionFailed with what pytest said."""
    collector = Collector()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = pytest.main(["--collect-only", "-qq", *arguments], plugins=[collector])
    if code != pytest.ExitCode.OK:
        raise CollectionFailed(said.getvalue())
    return collector.shown


def meanings(lines: Iterable[str]) -> dict[str, str]:
    """Requirement id -> what it means, from lines of `ID meaning`."""
    return dict(line.split(" ", 1) for line in lines if line.strip())


def unknown(shown: Mapping[str, Iterable[str]], known: Mapping[str, str]) -> list[str]:
    """Ids that a test names but nobody has asked for, each with its tests."""
    return [f"{id}: {test}" for id in sorted(shown) if id not in known for test in sorted(shown[id])]


def covered(shown: Mapping[str, Iterable[str]], known: Mapping[str, str]) -> str:
    """Every requirement that a test shows, with its tests, and those that none shows; as Markdown."""
    there = [id for id in known if id in shown]
    lines = [
        "# Requirements, and the tests that show them",
        "",
        "Generated from the tests' `requirement` markers; `./stafett check --fix` writes it. What each id asks for",
        "stands in `docs/requirements.txt`.",
        "",
        f"{len(there)} of {len(known)} are shown by a test.",
    ]
    for id in there:
        lines += ["", f"**{id}** {known[id]}", "", *(f"- {test}" for test in sorted(shown[id]))]
    missing = [id for id in known if id not in shown]
    if missing:
        lines += ["", "## Not shown by any test", "", *(f"- {id} {known[id]}" for id in missing)]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    known = meanings(KNOWN.read_text().splitlines())
    try:
        shown = collect(str(ROOT / "tests"))
    except CollectionFailed as failure:
        print(failure)
        return 2
    if stray := unknown(shown, known):
        print("\n".join(f"no such requirement in docs/requirements.txt: {line}" for line in stray))
        return 1
    text = covered(shown, known)
    if "--write" in arguments:
        COVERED.write_text(text)
    elif not COVERED.exists() or COVERED.read_text() != text:
        print(f"not current: {COVERED.relative_to(ROOT)} (./stafett check --fix writes it)")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
