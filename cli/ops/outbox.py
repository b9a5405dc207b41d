"""`./stafett ops outbox`: what lies in each service's outbox and inbox, how old it is, and why it is still there."""

import argparse
import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from chassis.figures import Figures, Obstacles, figures, obstacles
from cli.ops.reach import each, tell_missing, within
from cli.ops.words import age, number
from contracts.topology import SERVICES


def add_command(acts: Any) -> None:
    out = acts.add_parser(
        "outbox", help="what waits to be sent, to be sent again and to be applied, per service, and why"
    )
    out.add_argument("--service", choices=SERVICES, help="only this one; default: all")
    out.set_defaults(run=_outbox)


def _outbox(chosen: argparse.Namespace) -> int:
    services = (chosen.service,) if chosen.service else SERVICES
    answers, missing = asyncio.run(each(services, _ask))
    now = datetime.now(UTC)
    for service in services:
        if service in answers:
            print("\n".join(lines(service, *answers[service], now)))
    tell_missing(missing)
    return 1 if missing else 0


async def _ask(service: str) -> tuple[Figures, Obstacles]:
    return await within(service, figures), await within(service, obstacles)


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
        yield f"  in   {number(one.depth)} {one.status} from {one.owner}, the oldest {age(one.oldest, now)} old"
