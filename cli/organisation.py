"""Load the organisation file: make the organisation look like it, and say what changed."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import select

from chassis.database import Database, Transaction
from chassis.keys import load_keys
from chassis.settings import Settings
from cli.ops import reach
from services.organisation.organisation_file import FileProblems, parse
from services.organisation.organisation_plan import Organisation, Plan, plan
from services.organisation.tables import managers, members, metadata, one_at_a_time, units

UNREADABLE = (FileProblems, OSError, UnicodeDecodeError)


def add_command(acts: Any) -> None:
    """`./stafett ops organisation load FILE [--dry-run]`."""
    order = acts.add_parser("organisation", help="make the organisation look like a file; says what it changed")
    order.add_argument("load", choices=["load"], help="the only thing to do with it")
    order.add_argument("file", type=Path, help="the organisation, as YAML")
    order.add_argument("--dry-run", action="store_true", help="only say what would change")
    order.set_defaults(run=_load)


def _load(chosen: argparse.Namespace) -> None:
    reach.address("organisation")
    with reach.asking("organisation"):
        sys.exit(load_and_tell(chosen.file, reach.settings("organisation"), chosen.dry_run))


async def load(file: Path, settings: Settings, dry_run: bool) -> list[str]:
    """What was changed (with dry_run: what would be), a line each; none when the organisation looks so already.

    One transaction, straight in organisation's database: it works before any member exists who could log in, and
    whether the service runs or not. FileProblems when the file is wrong.
    """
    wanted = parse(await asyncio.to_thread(file.read_text, "utf-8"))
    keys = load_keys(settings.keys, "organisation")
    database = Database(settings.database, "organisation", keys, metadata.tables["access_log"], pool_size=1)
    try:
        async with database.transaction() as tx:
            planned = plan(await _current(tx), wanted, tx.today)
            if not dry_run:
                await _save(tx, planned)
    finally:
        await database.engine.dispose()
    return list(planned.words)


def load_and_tell(file: Path, settings: Settings, dry_run: bool) -> int:
    """Load it, print what changed, and give the exit code."""
    try:
        changed = asyncio.run(load(file, settings, dry_run))
    except UNREADABLE as error:
        if _of_a_server(error):
            raise
        print(_not_loaded(file, error), file=sys.stderr)
        return 1
    for line in changed:
        print(line)
    if not changed:
        print("nothing changed: the organisation looks like the file already")
    elif dry_run:
        print(f"{len(changed)} changes would be made; nothing is changed (dry run)")
    else:
        print(f"{len(changed)} changes made")
    return 0


def load_first(file: Path, settings: Settings) -> int:
    """Load the file into a new installation; what administrators have changed since is never undone by it.

    Says how much, not whom: its output stays in a container's log.
    """
    if asyncio.run(_is_loaded(settings)):
        print("organisation: kept as it is; `ops organisation load` makes it look like a file")
        return 0
    try:
        changed = asyncio.run(load(file, settings, dry_run=False))
    except UNREADABLE as error:
        if _of_a_server(error):
            raise
        print(_not_loaded(file, error), file=sys.stderr)
        return 1
    print(f"organisation: loaded, {len(changed)} changes made")
    return 0


def _of_a_server(error: Exception) -> bool:
    """A connection that fails is an OSError as a file is that can't be read, but names none."""
    return isinstance(error, OSError) and error.filename is None


def _not_loaded(file: Path, error: Exception) -> str:
    return f"{file} was not loaded, nothing is changed:\n{error}"


async def _is_loaded(settings: Settings) -> bool:
    keys = load_keys(settings.keys, "organisation")
    database = Database(settings.database, "organisation", keys, metadata.tables["access_log"], pool_size=1)
    try:
        async with database.transaction() as tx:
            return bool(await tx.find(units, select(units.table).limit(1)))
    finally:
        await database.engine.dispose()


async def _current(tx: Transaction) -> Organisation:
    await one_at_a_time(tx)
    return Organisation(
        {unit.id: unit for unit in await tx.load_all(units, select(units.table))},
        {member.id: member for member in await tx.load_all(members, select(members.table))},
        {one.unit_id: one for one in await tx.load_all(managers, select(managers.table))},
    )


async def _save(tx: Transaction, planned: Plan) -> None:
    for unit in planned.units:
        await tx.save(units, unit)
    for member in planned.members:
        await tx.save(members, member)
    for one in planned.managers:
        await tx.save(managers, one)
