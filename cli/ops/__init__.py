"""For operators: prepare an installation, load the organisation, look after messages, and mend what has drifted."""

import argparse
import sys
from pathlib import Path
from typing import Any

from cli import journal, organisation, signature
from cli.installation import add_installers
from cli.ops import dead, outbox, parked, reconcile, resend, trace
from cli.ops.any_order import AnyOrder
from cli.ops.reach import address, asking, settings


def add_commands(ops: argparse.ArgumentParser) -> None:
    """The subcommands of `./stafett ops`."""
    acts = ops.add_subparsers(dest="act", required=True, metavar="ACT", parser_class=AnyOrder)

    add_installers(acts)

    load = acts.add_parser("organisation", help="make the organisation look like a file; says what it changed")
    load.add_argument("load", choices=["load"], help="the only thing to do with it")
    load.add_argument("file", type=Path, help="the organisation, as YAML")
    load.add_argument("--dry-run", action="store_true", help="only say what would change")
    load.set_defaults(run=_load)

    for commands in (outbox, parked, dead, trace, reconcile, resend):
        commands.add_command(acts)

    _add_verifiers(acts)


def _add_verifiers(acts: Any) -> None:
    note = acts.add_parser("verify-journal", help="check the hash chain of an exported journal, offline")
    note.add_argument("file", type=Path, help="the export")
    note.set_defaults(run=lambda chosen: _verified(*journal.verify(chosen.file)))

    sign = acts.add_parser("verify-signature", help="check a signed follow-up (JSON as the doors give it), offline")
    sign.add_argument("file", type=Path, help="the follow-up")
    sign.add_argument("--keys", type=Path, required=True, help="public.json with the services' public keys")
    sign.set_defaults(run=lambda chosen: _verified(*signature.verify(chosen.file, chosen.keys)))


def _verified(whole: bool, lines: list[str]) -> int:
    print("\n".join(lines))
    return 0 if whole else 1


def _load(chosen: argparse.Namespace) -> None:
    address("organisation")
    with asking("organisation"):
        sys.exit(organisation.load_and_tell(chosen.file, settings("organisation"), chosen.dry_run))
