"""`./stafett ops outbox`: what lies in each service's outbox and inbox, how old it is, and why it is still there."""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.figures import Figures, Obstacles, figures, obstacles
from chassis.parked import Place
from chassis.stuck import Gap, Message, Stuck, stuck
from cli.ops.reach import each, tell_missing, within
from cli.ops.skipping import Known, known_of, way_on
from cli.ops.words import NOBODY, age, between, moment, number
from contracts.topology import SERVICES

AT_MOST = 100


def add_command(acts: Any) -> None:
    out = acts.add_parser(
        "outbox", help="what waits to be sent, to be sent again and to be applied, per service, and why"
    )
    out.add_argument("--service", choices=SERVICES, help="only this one; default: all")
    out.add_argument(
        "--ids",
        action="store_true",
        help=f"each message too: its place, its error, when it is tried next; and each gap with what ends it (at most "
        f"{AT_MOST} of a kind, the oldest first)",
    )
    out.set_defaults(run=_outbox)


def _outbox(chosen: argparse.Namespace) -> int:
    return asyncio.run(_all((chosen.service,) if chosen.service else SERVICES, ids=chosen.ids))


async def _all(services: Sequence[str], *, ids: bool) -> int:
    answers, missing = await each(services, lambda service: _ask(service, ids=ids))
    gaps = {service: one_by_one.gaps for service, (*_, one_by_one) in answers.items() if one_by_one}
    known = await known_of(gaps)
    now = datetime.now(UTC)
    for service in services:
        if service in answers:
            figures_there, why, one_by_one = answers[service]
            said = [*lines(service, figures_there, why, now), *stuck_lines(service, one_by_one, known, now)]
            print("\n".join(said))
    tell_missing(missing)
    return 1 if missing else 0


async def _ask(service: str, *, ids: bool) -> tuple[Figures, Obstacles, Stuck | None]:
    async def ask(connection: AsyncConnection) -> tuple[Figures, Obstacles, Stuck | None]:
        one_by_one = await stuck(connection, AT_MOST) if ids else None
        return await figures(connection), await obstacles(connection), one_by_one

    return await within(service, ask)


def lines(service: str, now_there: Figures, why: Obstacles, now: datetime) -> Iterator[str]:
    """What is said of one service."""
    depth = now_there.depth
    out = f"{number(depth)} to send" + (f", the oldest {age(now_there.oldest, now)} old" if depth else "")
    yield f"{service}: {out}; {number(now_there.resends)} to send again"
    for trouble in why.troubles:
        tried = f"tried up to {trouble.attempts} times, the oldest {age(trouble.oldest, now)} old"
        yield f"  out  {number(trouble.count)} × {trouble.error} ({tried})"
    if why.subjects_held_back:
        yield f"  out  {number(why.subjects_held_back)} subjects are held back by an earlier message of theirs"
    for receiver, count in why.resends.items():
        yield f"  again  {number(count)} to {receiver}"
    for one in now_there.lying:
        whose = one.owner or NOBODY
        yield f"  in   {number(one.depth)} {one.status} from {whose}, the oldest {age(one.oldest, now)} old"


def stuck_lines(service: str, one_by_one: Stuck | None, known: Known, now: datetime) -> Iterator[str]:
    """What is said of each message, and of each gap with what to type about it."""
    if one_by_one is None:
        return
    for one in one_by_one.unsent:
        yield f"  out  {one.id}  {one.subject} #{one.sequence}  {one.type}  {tried(one, now)}"
    for one in (*one_by_one.failed, *one_by_one.untried):
        yield f"  in   {one.id}  {one.owner}:{one.subject} #{one.sequence}  {one.type}  {tried(one, now)}"
    for gap in one_by_one.gaps:
        yield from gap_lines(service, gap, known)
    if one_by_one.cut:
        yield f"  the first {AT_MOST} of a kind are shown; there may be more"


def tried(one: Message, now: datetime) -> str:
    """How it went so far, and when it is tried again."""
    if not one.attempts and one.last_error is None:
        return f"not tried yet, {age(one.since, now)} old"
    due = one.next_at is None or one.next_at <= now
    again = "now" if due or one.next_at is None else moment(one.next_at)
    tried = f"tried {one.attempts} times" if one.attempts else "somebody is in the way"
    return f"{tried}, next {again}: {one.last_error or 'no reason was given'}"


def gap_lines(service: str, gap: Gap, known: Known) -> Iterator[str]:
    """What a subject waits for, and the way on: its owner is asked, so that nothing is given up that can still come."""
    yield f"  in   {gap.owner}:{gap.subject} waits for {between(gap.missing)} before #{gap.held}"
    place = Place(gap.owner, gap.subject, gap.last + 1)
    yield f"       {way_on(service, place, known.get((service, place)))}"
