"""Imports: which part may know which."""

from pathlib import Path

import pytest

from tests.architecture.rules.imports import CONTRACTS_KNOW, foreign, settings, verdicts
from tests.architecture.rules.source import ROOT, modules

NAMES = {contract["id"]: contract["name"] for contract in settings()["contracts"]}
BROKEN = {
    "layers": {"chassis/http.py": "import services.a.noun"},
    "services": {"services/a/app.py": "import services.b.noun"},
    "features": {"services/a/features/one.py": "import services.a.features.two"},
    "nouns": {"services/a/noun.py": "import sqlalchemy"},
    "chassis": {"chassis/http.py": "import contracts.execution"},
    "front": {"front/app.py": "import chassis.database"},
    "contracts": {"contracts/event.py": "import fastapi"},
}
"""Contract -> a line that breaks it."""


@pytest.fixture(scope="module")
def kept() -> tuple[dict[str, bool], str]:
    return verdicts(ROOT)


@pytest.mark.parametrize("contract", NAMES)
def test_the_code_keeps_each_contract(contract: str, kept: tuple[dict[str, bool], str]) -> None:
    assert kept[0].get(NAMES[contract]), kept[1]


def test_each_contract_is_broken_by_an_import_that_it_forbids(tmp_path: Path) -> None:
    _tree(tmp_path)
    assert {*verdicts(tmp_path)[0].values()} == {True}
    assert {*BROKEN} == {*NAMES}
    for contract, files in BROKEN.items():
        root = tmp_path / contract
        _tree(root)
        for file, line in files.items():
            (root / file).write_text(line)
        assert verdicts(root)[0][NAMES[contract]] is False, contract


def test_contracts_know_nothing_but_pydantic_and_joserfc() -> None:
    assert {
        name: found for name, text in modules("contracts").items() if (found := foreign(text, CONTRACTS_KNOW))
    } == {}


@pytest.mark.parametrize("line", ["import chassis.keys", "from sqlalchemy import text", "import httpx as http"])
def test_a_contract_that_knows_more_is_found(line: str) -> None:
    assert foreign(f"import json\nfrom pydantic import BaseModel\n{line}\n", CONTRACTS_KNOW) != []


def _tree(root: Path) -> None:
    """Packages of the shape of ours, with every module that the contracts name, that import nothing."""
    named = [m for c in settings()["contracts"] for m in c.get("forbidden_modules", ()) if "." in m]
    own = [
        "services.a.noun",
        "services.a.app",
        "services.a.features.one",
        "services.a.features.two",
        "services.b.noun",
        "front.app",
    ]
    for module in [*own, *named, "contracts.event", "cli.check", "bench.run"]:
        file = root / f"{module.replace('.', '/')}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        for folder in file.parents:
            if folder == root:
                break
            (folder / "__init__.py").touch()
