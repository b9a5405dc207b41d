"""For operators: prepare an installation, load the organisation, and look after parked messages."""

import argparse
import asyncio
import getpass
import json
import os
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from chassis import parked, resend
from chassis.database import Database, is_transient
from chassis.keys import load_keys
from chassis.settings import Settings
from chassis.telemetry import describe
from cli import journal, organisation, signature
from cli.blueprints import blueprint
from cli.installation import add_installers
from contracts.topology import HEARS, SERVICES


def add_commands(ops: argparse.ArgumentParser) -> None:
    """The subcommands of `./stafett ops`."""
    acts = ops.add_subparsers(dest="act", required=True, metavar="ACT")

    add_installers(acts)

    load = acts.add_parser("organisation", help="make the organisation look like a file; says what it changed")
    load.add_argument("load", choices=["load"])
    load.add_argument("file", type=Path)
    load.add_argument("--dry-run", action="store_true", help="only say what would change")
    load.set_defaults(run=_load)

    park = acts.add_parser("parked", help="list, show, replay or skip parked messages")
    park.add_argument("what", choices=["list", "show", "replay", "skip", "skip-gap"])
    park.add_argument("id", nargs="?", help="message id; for skip-gap OWNER:SUBJECT, e.g. authority:assignment/<id>")
    park.add_argument("--service", choices=SERVICES, help="whose inbox (list: all when left out)")
    park.add_argument("--type", help="only messages of this type")
    park.add_argument("--why", help="the reason, kept with your name; needed for replay and skip")
    park.set_defaults(run=_parked)

    again = acts.add_parser("resend", help="ask an owner to send its history again, after a restore from a backup")
    again.add_argument("--service", choices=SERVICES, help="who lacks the history; default: everybody")
    again.add_argument("--owner", choices=SERVICES, help="who is asked for it; default: all whom it hears")
    again.add_argument("--subject", help="only about this, e.g. assignment/<id>; default: everything")
    again.add_argument("--why", required=True, help="the reason, kept with your name")
    again.set_defaults(run=_resend)

    _add_verifiers(acts)


def _add_verifiers(acts: Any) -> None:
    note = acts.add_parser("verify-journal", help="check the hash chain of an exported journal, offline")
    note.add_argument("file", type=Path)
    note.set_defaults(run=lambda chosen: _verified(*journal.verify(chosen.file)))

    sign = acts.add_parser("verify-signature", help="check a signed follow-up (JSON as the doors give it), offline")
    sign.add_argument("file", type=Path)
    sign.add_argument("--keys", type=Path, required=True, help="public.json with the services' public keys")
    sign.set_defaults(run=lambda chosen: _verified(*signature.verify(chosen.file, chosen.keys)))


def settings(service: str) -> Settings:
    """Of one service: from the environment, else of the Stafett that `./stafett up` runs on this machine."""
    running = Path(os.environ.get("STAFETT_STATE", "")) / "running.json"
    if "STAFETT_DATABASE_URL" in os.environ or not running.exists():
        return Settings(service=service)
    values: Mapping[str, Any] = json.loads(running.read_text())
    return Settings(service=service, **values)


def _verified(whole: bool, lines: list[str]) -> int:
    print("\n".join(lines))
    return 0 if whole else 1


def _load(chosen: argparse.Namespace) -> None:
    sys.exit(organisation.load_and_tell(chosen.file, settings("organisation"), chosen.dry_run))


def _parked(chosen: argparse.Namespace) -> None:
    acts: dict[str, Callable[[argparse.Namespace], Coroutine[Any, Any, None]]] = {
        "list": _list,
        "show": _show,
        "replay": _replay,
        "skip": _skip,
        "skip-gap": _skip_gap,
    }
    if chosen.what != "list" and not (chosen.service and chosen.id):
        sys.exit(f"parked {chosen.what} needs --service and a message id; `parked list` shows them")
    if chosen.what in ("replay", "skip", "skip-gap") and not chosen.why:
        sys.exit(f"parked {chosen.what} needs --why: the reason is kept with your name")
    try:
        _do(acts[chosen.what](chosen))
    except parked.NotParked as error:
        sys.exit(str(error))
    except ValueError:
        sys.exit(f"{chosen.id} is not a message id; `parked list` shows them")


def _do(act: Coroutine[Any, Any, None]) -> None:
    """Do it; a database that is away is said in a sentence."""
    try:
        asyncio.run(act)
    except Exception as error:
        if not is_transient(error):
            raise
        sys.exit(f"the database can't be reached ({describe(error)}): is STAFETT_DATABASE_URL right, is it running?")


def _resend(chosen: argparse.Namespace) -> None:
    receivers = [chosen.service] if chosen.service else SERVICES
    pairs = [(one, owner) for one in receivers for owner in HEARS[one] if chosen.owner in (None, owner)]
    if not pairs:
        sys.exit(f"{chosen.service} does not hear {chosen.owner}; it hears {', '.join(HEARS[chosen.service])}")
    for service, owner in pairs:
        _do(_ask_owner(service, owner, chosen.subject, chosen.why))


async def _ask_owner(service: str, owner: str, subject: str | None, why: str) -> None:
    own = settings(service)
    log = blueprint(service).metadata.tables["access_log"]
    database = Database(own.database, service, load_keys(own.keys, service), log, pool_size=1)
    try:
        async with database.transaction() as tx:
            await resend.ask_owner(tx, service, owner, subject, getpass.getuser(), why)
    finally:
        await database.engine.dispose()
    print(f"{owner} is asked to send {service} all it told about {subject or 'everything'}")


async def _in(service: str, work: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
    """Do something in a service's database, with the service's own rights, in one transaction."""
    engine = create_async_engine(settings(service).database.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.begin() as connection:
            return await work(connection)
    finally:
        await engine.dispose()


async def _list(chosen: argparse.Namespace) -> None:
    """Grouped by what went wrong, so that a thousand of the same are one line and their ids."""
    for service in [chosen.service] if chosen.service else SERVICES:
        groups: dict[tuple[str, str], list[parked.Parked]] = defaultdict(list)
        for message in await _in(service, lambda connection: parked.parked(connection, chosen.type)):
            groups[message.type, message.last_error].append(message)
        print(f"{service}: {sum(map(len, groups.values()))} parked")
        for (kind, error), messages in groups.items():
            print(f"  {len(messages)} × {kind}: {error}")
            for message in messages:
                print(
                    f"    {message.id}  {message.subject} #{message.sequence}  {message.received_at:%Y-%m-%d %H:%M:%S}"
                )


async def _show(chosen: argparse.Namespace) -> None:
    seen = await _in(chosen.service, lambda connection: parked.show(connection, UUID(chosen.id)))
    print(json.dumps(seen, indent=2, ensure_ascii=False))


async def _replay(chosen: argparse.Namespace) -> None:
    message_id, who = UUID(chosen.id), getpass.getuser()
    await _in(chosen.service, lambda connection: parked.replay(connection, message_id, who, chosen.why))
    print(f"{chosen.id} is tried again")


async def _skip(chosen: argparse.Namespace) -> None:
    message_id, who = UUID(chosen.id), getpass.getuser()
    await _in(chosen.service, lambda connection: parked.skip(connection, message_id, who, chosen.why))
    print(f"{chosen.id} is skipped; those behind it go on")


async def _skip_gap(chosen: argparse.Namespace) -> None:
    owner, _, subject = chosen.id.partition(":")
    who = getpass.getuser()
    sequence = await _in(
        chosen.service, lambda connection: parked.skip_gap(connection, owner, subject, who, chosen.why)
    )
    print(f"{subject} #{sequence} of {owner} is no longer waited for")
