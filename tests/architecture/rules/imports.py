"""What may import what: import-linter's contracts from pyproject.toml, and the contracts' own short list."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.architecture.rules.source import ROOT

CONTRACTS_KNOW = ("contracts", "joserfc", "pydantic", "pydantic_core")


def foreign(text: str, known: Iterable[str]) -> list[str]:
    """The packages that a module imports beside the standard library and those it may know."""
    allowed = {*known, *sys.stdlib_module_names}
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0] if node.level == 0 else "a relative import")
    return sorted(found - allowed)


def settings() -> dict[str, Any]:
    """The section of pyproject.toml that import-linter reads."""
    section: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return section


def verdicts(root: Path) -> tuple[dict[str, bool], str]:
    """Contract's name -> whether it is kept in the packages below root, and all that import-linter said."""
    command = [
        str(Path(sys.executable).parent / "lint-imports"),
        "--no-cache",
        "--config",
        str(ROOT / "pyproject.toml"),
    ]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, env={"COLUMNS": "200"})
    said = done.stdout + done.stderr
    return {m[1]: m[2] == "KEPT" for m in re.finditer(r"^(.*) (KEPT|BROKEN)", said, re.MULTILINE)}, said
