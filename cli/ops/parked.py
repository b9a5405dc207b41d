"""`./stafett ops parked`: list, show, replay and skip parked messages, one by one or by the group."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import parked
from chassis.stuck import Gap, gaps_of
from cli.ops.parked_groups import Order, act_on_group, what_became_of_one
from cli.ops.reach import each, operator, tell_missing, within
from cli.ops.skipping import NotLost, skip, skip_gap
from cli.ops.trace import subjects_of
from cli.ops.words import NO_TYPE, age, between, duration, moment, number, positive, real_reason
from contracts.topology import HEARS, SERVICES

ACTS = ("replay", "skip", "skip-gap")


def add_command(acts: Any) -> None:
    park = acts.add_parser(
        "parked",
        help="list, show, replay or skip parked messages",
        description="Messages that could not be applied. `replay` tries again, `skip` leaves without effect for good; "
        "both take one id, or a whole group by --type, --reason, --older, --newer, or --all. What still fails or waits "
        "is shown by `outbox --ids`.",
    )
    park.add_argument("what", choices=["list", "show", *ACTS], help="skip-gap: wait no longer for what its owner lost")
    park.add_argument("id", nargs="?", help="message id; for skip-gap OWNER:SUBJECT, e.g. authority:assignment/<id>")
    park.add_argument("--service", choices=SERVICES, help="whose inbox; default for list and for groups: all")
    park.add_argument("--type", help="only messages of this type, e.g. authority.assignment-sent.v1")
    park.add_argument("--reason", metavar="TEXT", help="only those whose error holds this text")
    park.add_argument("--older", type=duration, metavar="AGE", help="only those that came longer ago: 30m, 2h, 3d")
    park.add_argument("--newer", type=duration, metavar="AGE", help="only those that came since: 30m, 2h, 3d")
    park.add_argument("--all", action="store_true", help="replay or skip all that are parked")
    park.add_argument(
        "--why", type=real_reason, help="the reason, kept with your name; needed for replay, skip and skip-gap"
    )
    park.add_argument("--dry-run", action="store_true", help="only say what would be done to a group")
    park.add_argument("--ids", action="store_true", help=f"list each message too, not only three examples (at most "
                      f"{parked.AT_MOST} a service)")  # fmt: skip
    park.add_argument(
        "--per-second", type=positive, default=10.0, metavar="N", help="how many of a group a second; default: 10"
    )
    park.add_argument(
        "--within",
        type=duration,
        default=duration("60s"),
        metavar="AGE",
        help="how long to wait for what becomes of what is replayed; default: 60s",
    )
    park.set_defaults(run=_parked)


def _which(chosen: argparse.Namespace) -> parked.Which:
    return parked.Which(chosen.type, chosen.reason, chosen.older, chosen.newer)


def refusal(chosen: argparse.Namespace) -> str | None:
    """Why what was typed can't be done; None when it can."""
    what, group = chosen.what, chosen.what in ("replay", "skip") and not chosen.id
    narrowed = not _which(chosen).everything
    if what == "list":
        return _refusal_of_list(chosen)
    if group and not (narrowed or chosen.all):
        return f"parked {what} needs a message id, or a filter (--type, --reason, --older, --newer), or --all"
    if group and narrowed and chosen.all:
        return "--all means every parked message: leave it out, or the filters"
    if chosen.id and what in ("replay", "skip") and (narrowed or chosen.all or chosen.dry_run):
        return "a message id says which message it is: leave out the filters, --all and --dry-run"
    if what == "skip-gap" and (not chosen.service or owner_and_subject(chosen) is None):
        return _refusal_of_gap(chosen)
    if not group and not (chosen.service and chosen.id):
        return f"parked {what} needs --service and a message id; `parked list` shows them"
    if what in ACTS and not chosen.why and not (group and chosen.dry_run):
        return f"parked {what} needs --why: the reason is kept with your name"
    return None


def _refusal_of_list(chosen: argparse.Namespace) -> str | None:
    if chosen.id:
        return "parked list takes no id; `parked show` does"
    if chosen.why or chosen.dry_run or chosen.all:
        return "parked list changes nothing, and lists all that are parked: leave out --why, --dry-run and --all"
    return None


def owner_and_subject(chosen: argparse.Namespace) -> tuple[str, str] | None:
    """Whose gap in what is meant; None when that is not said, or is none that the service could wait for."""
    owner, _, subject = (chosen.id or "").partition(":")
    known = "/" in subject and subjects_of(subject)
    return (owner, known[0]) if known and owner in HEARS.get(chosen.service, SERVICES) else None


def _refusal_of_gap(chosen: argparse.Namespace) -> str:
    owner, found, _ = (chosen.id or "").partition(":")
    if found and chosen.service and owner in SERVICES and owner not in HEARS[chosen.service]:
        return f"{chosen.service} does not hear {owner}; it hears {', '.join(HEARS[chosen.service])}"
    if found and owner not in SERVICES:
        return f"{owner or 'nobody'} is no service that owns anything: {', '.join(SERVICES)} are"
    return (
        "parked skip-gap needs --service and OWNER:SUBJECT, e.g. authority:assignment/<id>; `outbox --ids` shows where "
        "something is missing, ready to paste"
    )


def _parked(chosen: argparse.Namespace) -> int:
    if said := refusal(chosen):
        sys.exit(said)
    if chosen.what in ("replay", "skip") and not chosen.id:
        services = (chosen.service,) if chosen.service else SERVICES
        seconds = chosen.within.total_seconds()
        order = Order(chosen.what, _which(chosen), chosen.why or "", chosen.per_second, seconds, chosen.dry_run)
        return asyncio.run(act_on_group(services, order))
    if chosen.what == "list":
        return asyncio.run(_list(chosen))
    acts: dict[str, Callable[[argparse.Namespace], Coroutine[Any, Any, int | None]]] = {
        "show": _show,
        "replay": _replay,
        "skip": _skip,
        "skip-gap": _skip_gap,
    }
    try:
        return asyncio.run(acts[chosen.what](chosen)) or 0
    except (parked.NotParked, NotLost) as error:
        sys.exit(str(error))


def _id(chosen: argparse.Namespace) -> UUID:
    try:
        return UUID(chosen.id)
    except ValueError:
        sys.exit(f"{chosen.id} is not a message id; `parked list` shows them")


async def _list(chosen: argparse.Namespace) -> int:
    """Grouped by what went wrong, so that a thousand of the same are one line."""
    services = (chosen.service,) if chosen.service else SERVICES
    answers, missing = await each(services, lambda service: _list_one(service, chosen))
    for service in services:
        if service in answers:
            print("\n".join(answers[service]))
    tell_missing(missing)
    return 1 if missing else 0


async def _list_one(service: str, chosen: argparse.Namespace) -> list[str]:
    found = await within(service, lambda connection: parked.groups(connection, _which(chosen)))
    said = [f"{service}: {number(sum(group.count for group in found))} parked"]
    for group in found:
        said += group_lines(group, datetime.now(UTC), examples=not chosen.ids)
    return said + (await _list_ids(service, chosen) if chosen.ids else [])


def group_lines(group: parked.Group, now: datetime, *, examples: bool) -> list[str]:
    """What is said of a group; with examples, up to three ids to look at."""
    ages = f"the oldest {age(group.oldest, now)} old, the newest {age(group.newest, now)}"
    said = [
        f"  {number(group.count)} × {group.type or NO_TYPE}: {group.error}",
        f"    since {moment(group.oldest)}, {ages}; {number(group.behind)} wait behind them",
    ]
    return said + [f"    {id}" for id in group.examples if examples]


async def _list_ids(service: str, chosen: argparse.Namespace) -> list[str]:
    said = []
    for one in await within(service, lambda connection: parked.parked(connection, _which(chosen))):
        place = f"#{one.sequence}" if one.sequence is not None else "without a place"
        said.append(
            f"    {one.id}  {one.subject or one.type or NO_TYPE} {place}  {moment(one.received_at)}  {one.last_error}"
        )
    return said


async def _show(chosen: argparse.Namespace) -> None:
    seen = await within(chosen.service, lambda connection: parked.show(connection, _id(chosen)))
    print(json.dumps(seen, indent=2, ensure_ascii=False))


async def _replay(chosen: argparse.Namespace) -> int:
    id = _id(chosen)
    await within(chosen.service, lambda connection: parked.replay(connection, id, operator(), chosen.why))
    print(f"{chosen.id} is tried again", flush=True)
    return await what_became_of_one(chosen.service, id, chosen.within.total_seconds())


async def _skip(chosen: argparse.Namespace) -> None:
    id = _id(chosen)
    told = await within(chosen.service, lambda connection: skip(connection, id, operator(), chosen.why))
    never = "; its owner never told it, so that its place stays free for what the owner tells"
    print(f"{chosen.id} is skipped; those behind it go on" if told else f"{chosen.id} is skipped{never}")


async def _skip_gap(chosen: argparse.Namespace) -> None:
    owner, subject = owner_and_subject(chosen) or ("", "")

    async def give_up(connection: AsyncConnection) -> tuple[parked.Place, list[Gap]]:
        place = await skip_gap(connection, chosen.service, (owner, subject), operator(), chosen.why)
        return place, await gaps_of(connection, owner, subject)

    place, left = await within(chosen.service, give_up)
    print(f"{subject} #{place.sequence} of {owner} is no longer waited for")
    for gap in left:
        print(f"#{gap.held} still waits for {between(gap.missing)}: what its owner has lost of it is skipped the same "
              "way, one by one")  # fmt: skip
