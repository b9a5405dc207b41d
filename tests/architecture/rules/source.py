"""What the rules read: the files of the repository, as text."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]


def tracked() -> Iterator[tuple[str, str]]:
    """Path -> text of every file that is committed or is about to be; files that are not text are left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for path in sorted(set(listed.stdout.decode().split("\0")) - {""}):
        file = ROOT / path
        content = file.read_bytes() if file.is_file() else b"\0"
        if b"\0" not in content:
            yield path, content.decode()


def python() -> Iterator[tuple[str, str]]:
    """Path -> text of all Python that is written by hand."""
    for path, text in tracked():
        if (path.endswith(".py") or text.startswith("#!/usr/bin/env python")) and "/migrations/versions/" not in path:
            yield path, text


def modules(package: str) -> dict[str, str]:
    """Module name -> text, of a package and all below it."""
    return {
        path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): text
        for path, text in python()
        if path.startswith(f"{package}/")
    }
