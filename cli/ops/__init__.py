"""For operators: prepare an installation, load the organisation, look after messages, and mend what has drifted."""

import argparse
from importlib import import_module

from cli.ops.any_order import AnyOrder

ACTS = {
    **dict.fromkeys(("secrets", "init", "rotate-keys"), "cli.installation"),
    "organisation": "cli.organisation",
    **{act: f"cli.ops.{act}" for act in ("outbox", "parked", "dead", "trace", "reconcile", "resend")},
    "verify-journal": "cli.journal",
    "verify-signature": "cli.signature",
}
"""What can be done -> the module that says how. All of them take a second to import."""


def add_commands(ops: argparse.ArgumentParser, act: str = "") -> None:
    """The subcommands of `./stafett ops`; of the module of this act alone when it is one of ACTS."""
    acts = ops.add_subparsers(dest="act", required=True, metavar="ACT", parser_class=AnyOrder)
    for module in [ACTS[act]] if act in ACTS else dict.fromkeys(ACTS.values()):
        import_module(module).add_command(acts)
