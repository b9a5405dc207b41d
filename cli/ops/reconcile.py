"""`./stafett ops reconcile`: whether the services agree, what keeps them from it, and sending again what never came."""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.database import is_transient
from chassis.reconciliation import Ahead, Behind
from chassis.telemetry import describe
from cli.blueprints import blueprint
from cli.ops.believed import Agreement, Minds, compare_beliefs
from cli.ops.reach import asking, database, each, missing_lines
from cli.ops.subjects import Between, Order, Pair, Standing, compare_subjects
from cli.ops.words import duration, number, ranges, real_reason
from cli.unreachable import Unreachable
from contracts.topology import HEARS, SERVICES

QUEUES = {
    "full": "messages lie in its queue: what has not come may be among them, and counts as on its way",
    "unknown": "the broker can't be asked: what has not come may lie there, and counts as on its way",
}


def add_command(acts: Any) -> None:
    agree = acts.add_parser(
        "reconcile",
        help="compare what the services believe; --repair sends again what is missing",
        description="Compares what each owner has told with how far each receiver has come, and then what services "
        "believe of every assignment. What is still on its way is counted, and is no drift. Exit code 0: no drift in "
        "what could be seen; 1: some is left, or a service could not be asked.",
    )
    agree.add_argument("--service", choices=SERVICES, help="only pairs of which this is one; default: all")
    agree.add_argument("--repair", action="store_true", help="send again what never came, and compare again")
    agree.add_argument("--why", type=real_reason, help="the reason, kept with your name; needed for --repair")
    agree.add_argument(
        "--patience",
        type=duration,
        default=duration("60s"),
        metavar="AGE",
        help="what was sent longer ago, and lies in no queue, never came; default: 60s",
    )
    agree.add_argument(
        "--within",
        type=duration,
        default=duration("60s"),
        metavar="AGE",
        help="how long what is sent again may take, for every thousand subjects; default: 60s",
    )
    agree.set_defaults(run=_reconcile)


def _reconcile(chosen: argparse.Namespace) -> int:
    if chosen.repair and not chosen.why:
        sys.exit("reconcile --repair needs --why: the reason is kept with your name")
    if chosen.why and not chosen.repair:
        sys.exit("--why goes with --repair: comparing changes nothing")
    return asyncio.run(_all(chosen.service, Order(chosen.patience, chosen.within, chosen.why)))


def pairs(service: str | None) -> list[Pair]:
    """Every owner with each who hears it; with a service, those of which it is one."""
    found = [Pair(owner, receiver) for receiver in SERVICES for owner in HEARS[receiver]]
    return [pair for pair in found if service in (None, pair.owner, pair.receiver)]


def minds_of(linked: list[Pair]) -> list[Minds]:
    """Those of the pairs that believe something of the same things, each once."""
    found: dict[frozenset[str], Minds] = {}
    for pair in linked:
        one, other = sorted((pair.owner, pair.receiver), key=SERVICES.index)
        mine, yours = blueprint(one).beliefs, blueprint(other).beliefs
        if one != other and mine and yours and mine.kinds & yours.kinds:
            found.setdefault(frozenset((one, other)), Minds(one, other, (mine, yours)))
    return list(found.values())


async def _all(service: str | None, order: Order) -> int:
    """Subjects first: what is sent again there may be what two services disagreed about."""
    wanted, left, unseen = pairs(service), 0, 0
    involved = tuple(name for name in SERVICES if any(name in (pair.owner, pair.receiver) for pair in wanted))
    async with AsyncExitStack() as stack:
        engines = {name: await stack.enter_async_context(database(name)) for name in involved}
        _, missing = await each(involved, lambda name: _answers(name, engines[name]))
        for pair in wanted:
            if missing.keys().isdisjoint((pair.owner, pair.receiver)):
                between = Between(pair, engines[pair.owner], engines[pair.receiver])
                with comparing(pair.owner, pair.receiver):
                    standing = await compare_subjects(between, order)
                print("\n".join(standing_lines(standing)), flush=True)
                left += standing.drift
                unseen += standing.on_the_way if standing.queue != "empty" else 0
        for minds in minds_of(wanted):
            if missing.keys().isdisjoint((minds.one, minds.other)):
                with comparing(minds.one, minds.other):
                    agreement = await compare_beliefs(minds, engines[minds.one], engines[minds.other])
                print("\n".join(agreement_lines(agreement)), flush=True)
                left += agreement.differ
    print("\n".join([*missing_lines(missing), verdict(left, len(missing), unseen)]))
    return 1 if left or missing else 0


@contextmanager
def comparing(one: str, other: str) -> Iterator[None]:
    """Both could be asked when it began. Unreachable when either has gone away since."""
    try:
        yield
    except Exception as error:
        if isinstance(error, Unreachable) or not is_transient(error):
            raise
        gone = f"{one} or {other} went away while they were compared ({describe(error)})"
        raise Unreachable(f"{gone}: what was said above holds; run it again for the rest") from error


async def _answers(service: str, engine: AsyncEngine) -> None:
    with asking(service):
        async with engine.connect() as connection:
            await connection.execute(text("SELECT (SELECT 1 FROM outbox LIMIT 1), (SELECT 1 FROM inbox LIMIT 1)"))


def verdict(left: int, missing: int, unseen: int = 0) -> str:
    """The last line. unseen: subjects of which something has not come that may lie in a queue."""
    if left:
        return f"drift: {number(left)} differ"
    if missing:
        return f"no drift in what could be asked; {missing} service{'s' * (missing > 1)} could not be"
    if unseen:
        return f"no drift in what could be seen: ask again when the queues are empty, {number(unseen)} may lie in them"
    return "no drift"


def standing_lines(standing: Standing) -> Iterator[str]:
    """What is said of a pair of owner and receiver."""
    pair = standing.pair
    again = f"; {number(standing.sent_again)} messages sent again, {number(standing.arrived)} arrived"
    yield (
        f"{pair.owner} → {pair.receiver}: {number(standing.settled)} subjects as told, {number(standing.on_the_way)} "
        f"on their way, {number(standing.drift)} differ{again if standing.sent_again else ''}"
    )
    if standing.queue != "empty":
        yield f"  {QUEUES[standing.queue]}"
    for one in standing.listed:
        yield from (f"  {one.subject} {said}" for said in subject_words(one, pair))
    if standing.drift > len(standing.listed):
        yield f"  and {number(standing.drift - len(standing.listed))} more"


def subject_words(one: Behind | Ahead, pair: Pair) -> Iterator[str]:
    """What is wrong with a subject, and what to do about it."""
    if isinstance(one, Ahead):
        yield (
            f"is at #{one.heard} in {pair.receiver}, and {pair.owner} has told #{one.told} only: it is older than what "
            "it told, and its next messages are taken for old ones. Bring all databases back to one moment"
        )
        return
    if one.missing:
        yield f"{ranges(one.missing)} never came: `reconcile --repair` sends it again, else look at `dead list`"
    if one.gone:
        skip = f"`parked skip-gap {pair.owner}:{one.subject} --service {pair.receiver}`"
        yield f"{ranges(one.gone)} is lost, {pair.owner} no longer has it: {skip} once its effect is made by hand"
    if one.parked:
        yield f"{ranges(one.parked)} is parked: `parked list --service {pair.receiver}`"


def agreement_lines(agreement: Agreement) -> Iterator[str]:
    """What is said of two services that believe something of the same things."""
    minds = agreement.minds
    about = minds.beliefs[0].about
    yield (
        f"{minds.one} – {minds.other}: {number(agreement.agree)} {about}s agree, {number(agreement.on_the_way)} left "
        f"out (on their way), {number(agreement.differ)} differ"
    )
    for one in agreement.listed:
        said = [
            f"only {name} says {', '.join(facts)}"
            for name, facts in ((minds.one, one.only_one), (minds.other, one.only_other))
            if facts
        ]
        yield f"  {about}/{one.id}: {'; '.join(said)}"
    if agreement.differ > len(agreement.listed):
        yield f"  and {number(agreement.differ - len(agreement.listed))} more"
    if agreement.differ:
        yield "  Each has taken all that the other told: sending again changes nothing. `trace` shows how it came to be"
