"""`./stafett ops resend`: ask an owner for its history again."""

import argparse
import sys
from typing import Any

from chassis import resend
from chassis.database import Database
from chassis.keys import load_keys
from cli.blueprints import blueprint
from cli.ops.reach import operator, run, settings
from contracts.topology import HEARS, SERVICES


def add_command(acts: Any) -> None:
    again = acts.add_parser("resend", help="ask an owner to send its history again, after a restore from a backup")
    again.add_argument("--service", choices=SERVICES, help="who lacks the history; default: everybody")
    again.add_argument("--owner", choices=SERVICES, help="who is asked for it; default: all whom it hears")
    again.add_argument("--subject", help="only about this, e.g. assignment/<id>; default: everything")
    again.add_argument("--why", required=True, help="the reason, kept with your name")
    again.set_defaults(run=_resend)


def _resend(chosen: argparse.Namespace) -> None:
    receivers = [chosen.service] if chosen.service else SERVICES
    pairs = [(one, owner) for one in receivers for owner in HEARS[one] if chosen.owner in (None, owner)]
    if not pairs:
        sys.exit(f"{chosen.service} does not hear {chosen.owner}; it hears {', '.join(HEARS[chosen.service])}")
    for service, owner in pairs:
        run(_ask_owner(service, owner, chosen.subject, chosen.why))


async def _ask_owner(service: str, owner: str, subject: str | None, why: str) -> None:
    own = settings(service)
    log = blueprint(service).metadata.tables["access_log"]
    database = Database(own.database, service, load_keys(own.keys, service), log, pool_size=1)
    try:
        async with database.transaction() as tx:
            await resend.ask_owner(tx, service, owner, subject, operator(), why)
    finally:
        await database.engine.dispose()
    print(f"{owner} is asked to send {service} all it told about {subject or 'everything'}")
