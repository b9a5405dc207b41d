"""`./stafett ops resend`: ask an owner for its history again."""

import argparse
import asyncio
import sys
from typing import Any

from chassis import resend
from chassis.database import Database
from chassis.reconciliation import told_of
from cli.blueprints import blueprint
from cli.ops.reach import address, asking, each, operator, tell_missing, within
from cli.ops.trace import not_a_subject, subjects_of
from cli.ops.words import real_reason
from contracts.sealed import KeyRing
from contracts.topology import HEARS, SERVICES

NO_KEYS = KeyRing(private=(), public={})
"""A request for history has nothing sealed in it."""


def add_command(acts: Any) -> None:
    again = acts.add_parser("resend", help="ask an owner to send its history again, after a restore from a backup")
    again.add_argument("--service", choices=SERVICES, help="who lacks the history; default: everybody")
    again.add_argument("--owner", choices=SERVICES, help="who is asked for it; default: all whom it hears")
    again.add_argument("--subject", help="only about this, e.g. assignment/<id>; default: everything")
    again.add_argument("--why", type=real_reason, required=True, help="the reason, kept with your name")
    again.set_defaults(run=_resend)


def subject_of(text: str) -> str | None:
    """The one subject that is meant; None when it is none, or an id that may be of anything."""
    found = subjects_of(text)
    return found[0] if found and "/" in text else None


def _resend(chosen: argparse.Namespace) -> int:
    receivers = [chosen.service] if chosen.service else SERVICES
    pairs = [(one, owner) for one in receivers for owner in HEARS[one] if chosen.owner in (None, owner)]
    if not pairs:
        sys.exit(f"{chosen.service} does not hear {chosen.owner}; it hears {', '.join(HEARS[chosen.service])}")
    subject = subject_of(chosen.subject) if chosen.subject is not None else None
    if chosen.subject is not None and subject is None:
        sys.exit(not_a_subject(chosen.subject) if subjects_of(chosen.subject) is None else
                 f"{chosen.subject} is an id of anything: write which, e.g. assignment/{chosen.subject}")  # fmt: skip
    return asyncio.run(_ask_owners(pairs, subject, chosen.why))


async def _ask_owners(pairs: list[tuple[str, str]], subject: str | None, why: str) -> int:
    """Each receiver asks those it hears; one whose database is away keeps nobody else from it."""
    if subject is not None and await _told_nobody(sorted({owner for _, owner in pairs}), subject):
        print(f"no owner has told anything about {subject}: nothing is sent again", file=sys.stderr)
        return 1

    async def ask(service: str) -> None:
        for owner in (owner for one, owner in pairs if one == service):
            await _ask_owner(service, owner, subject, why)

    _, missing = await each(list(dict.fromkeys(one for one, _ in pairs)), ask, together=False)
    tell_missing(missing)
    return 1 if missing else 0


async def _told_nobody(owners: list[str], subject: str) -> bool:
    """True when every owner says that it has told nothing about it; one that is away may have."""
    known, missing = await each(owners, lambda owner: within(owner, lambda connection: told_of(connection, [subject])))
    return not missing and not any(known.values())


async def _ask_owner(service: str, owner: str, subject: str | None, why: str) -> None:
    log = blueprint(service).metadata.tables["access_log"]
    database = Database(address(service), service, NO_KEYS, log, pool_size=1)
    try:
        with asking(service):
            async with database.transaction() as tx:
                await resend.ask_owner(tx, service, owner, subject, operator(), why)
    finally:
        await database.engine.dispose()
    print(f"{owner} is asked to send {service} all it told about {subject or 'everything'}")
