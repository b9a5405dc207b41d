"""For operators and archivists: check an exported journal with nothing but the file."""

import argparse
import json
from pathlib import Path
from typing import Any

from services.journal.chain import faults

NOT_CHECKED = "whose journal it is, name and number, is not in the chain and has not been checked"


def add_command(acts: Any) -> None:
    """`./stafett ops verify-journal FILE`."""
    check = acts.add_parser("verify-journal", help="check the hash chain of an exported journal, offline")
    check.add_argument("file", type=Path, help="the export")
    check.set_defaults(run=_verify)


def _verify(chosen: argparse.Namespace) -> int:
    whole, lines = verify(chosen.file)
    print("\n".join(lines))
    return 0 if whole else 1


def verify(export: Path) -> tuple[bool, list[str]]:
    """Whether an export is whole, and what there is to say of it: each entry that does not follow, and why."""
    try:
        content = export.read_bytes()
    except OSError as error:
        return False, [f"not a journal export: {error}"]
    if found := problems(content):
        return False, found
    return True, [f"{len(json.loads(content)['entries'])} entries, chain whole", NOT_CHECKED]


def problems(content: bytes) -> list[str]:
    """What is wrong with the content of an export; nothing when its chain is whole."""
    try:
        journal = json.loads(content)
    except ValueError as error:
        return [f"not a journal export: {error}"]
    entries = journal.get("entries") if isinstance(journal, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return ["not a journal export: it has no list of entries"]
    return faults(journal.get("journal_id"), entries, journal.get("entry_count"), journal.get("last_hash"))
