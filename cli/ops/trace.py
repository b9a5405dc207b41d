"""`./stafett ops trace`: where every message about an assignment or another subject has been, and when."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import trace
from chassis.trace import Arrived, Came, Passage, Told
from cli.ops.reach import each, missing_lines, within
from cli.ops.words import instant, span
from contracts.topology import EVENTS, HEARS, SERVICES

R = TypeVar("R")

AT_MOST = 1_000
"""Messages of one service: an act on a whole register may have as many in one chain."""
ABOUT = sorted({event.about.removesuffix("_id") for event in EVENTS.values()})


def add_command(acts: Any) -> None:
    way = acts.add_parser(
        "trace",
        help="where every message about a subject has been, and when: written, relayed, delivered, applied",
        description="All messages about a subject, of every owner, and those of the same chains of cause and effect, "
        "in the order in which they were written. Times are Swedish.",
    )
    way.add_argument("subject", help="an id, e.g. of an assignment, or a subject such as assignment/<id>")
    way.add_argument("--json", action="store_true", help="as JSON, with all that is known")
    way.set_defaults(run=_trace)


def subjects_of(text: str) -> list[str] | None:
    """The subjects that are meant; None when it is neither an id nor a subject."""
    kind, _, id = text.rpartition("/")
    try:
        known = str(UUID(id))
    except ValueError:
        return None
    if kind and kind not in ABOUT:
        return None
    return [f"{kind}/{known}"] if kind else [f"{about}/{known}" for about in ABOUT]


def _trace(chosen: argparse.Namespace) -> int:
    subjects = subjects_of(chosen.subject)
    if subjects is None:
        sys.exit(not_a_subject(chosen.subject))
    found, missing, cut = asyncio.run(_find(subjects))
    if chosen.json:
        told = {"missing": missing_lines(missing), "messages": [as_json(one) for one in found]}
        print(json.dumps(told, indent=2, default=str))
    else:
        print("\n".join(story_lines(subjects[0] if len(subjects) == 1 else chosen.subject, found, missing)))
    if cut:
        print(f"only the first {AT_MOST} messages of a service are shown", file=sys.stderr)
    return 1 if missing or not found else 0


def not_a_subject(text: str) -> str:
    """Why it can't be looked for."""
    return f"{text} is neither an id nor a subject such as assignment/<id>; a subject begins with {', '.join(ABOUT)}"


def story_lines(about: str, found: Sequence[Passage], missing: Mapping[str, str]) -> list[str]:
    """All that is said: how many messages of those who could be asked, each of them, and who could not be."""
    lines = [f"{about}: {len(found)} messages"] if found else []
    if not found and not missing:
        lines.append(f"{about}: 0 messages: no service has told anything about it (persons and drafts have none)")
    for passage in found:
        lines += passage_lines(passage, asked=passage.owner not in missing)
    lines += missing_lines(missing)
    if not found and missing and len(missing) < len(SERVICES):
        lines.append(f"{about}: no message in the services that could be asked")
    return lines


async def _find(subjects: list[str]) -> tuple[list[Passage], dict[str, str], bool]:
    """The passages, what to say of the services that could not be asked, and whether there was more."""
    about, away = await each(SERVICES, _in(lambda c: trace.told(c, subjects, AT_MOST)))
    chains = sorted({one.correlation for told in about.values() for one in told if one.correlation})
    others, more_away = await each(tuple(about), _in(lambda c: trace.related(c, chains, AT_MOST)))
    told = {name: list({one.id: one for one in (*about[name], *others.get(name, ()))}.values()) for name in about}
    ids = [one.id for messages in told.values() for one in messages]
    places = sorted({*subjects, *(one.subject for messages in told.values() for one in messages)})
    asked = trace.Asked(SERVICES, tuple(subjects), tuple(ids), tuple(places), AT_MOST * len(SERVICES))
    inboxes, yet_away = await each(tuple(about), _in(lambda c: trace.inbox(c, asked)))
    missing = {**yet_away, **more_away, **away}
    cut = any(len(messages) >= AT_MOST for messages in (*about.values(), *others.values()))
    return trace.passages(told, inboxes, HEARS), missing, cut


def _in(work: Callable[[AsyncConnection], Awaitable[R]]) -> Callable[[str], Awaitable[R]]:
    return lambda service: within(service, work)


def passage_lines(passage: Passage, *, asked: bool = True) -> list[str]:
    """What is said of one message; asked: whether its owner could be."""
    first, told = passage.first, passage.told
    role = f" by {first.role}" if first.role else ""
    number = f"#{first.sequence}" if first.sequence is not None else "without a place"
    lines = [f"{instant(passage.at)}  {first.type}  {first.subject} {number}{role}  {first.id}"]
    lines.append(f"    {passage.owner:13} {_relayed(told, asked=asked)}")
    return lines + [f"    {one.receiver:13} {arrived_words(one, told)}" for one in passage.arrived]


def _relayed(told: Told | None, *, asked: bool) -> str:
    if told is None:
        return "does not know it: it is older than what it told" if asked else "could not be asked"
    if told.published_at is not None:
        tried = f" after {told.attempts} attempts that failed" if told.attempts else ""
        return f"relayed {_since(told, told.published_at)}{tried}"
    reason = f": tried {told.attempts} times, {told.last_error}" if told.attempts else ""
    return f"NOT RELAYED{reason}"


def arrived_words(arrived: Arrived, told: Told | None) -> str:
    """What is said of one receiver."""
    came = arrived.came
    if came is None:
        if arrived.passed:
            return "applied before, or as another message; nothing is kept of this one"
        return f"#{told.sequence} NOT DELIVERED" if told else "NOT DELIVERED"
    words = [f"delivered {_since(told, came.received_at)}", _state(came, told)]
    words += [f"failed {_since(told, one.at)}: {one.error}" for one in came.tried]
    return "; ".join(words)


def _state(came: Came, told: Told | None) -> str:
    if came.applied_at is not None:
        return f"applied {_since(told, came.applied_at)}"
    reason = f": {came.last_error}" if came.last_error else ""
    return f"{'SKIPPED' if came.status == 'passed' else came.status.upper()}{reason}"


def _since(told: Told | None, at: datetime) -> str:
    if told is None:
        return instant(at)
    return span(at - told.written_at)


def as_json(passage: Passage) -> dict[str, Any]:
    """One message with all that is known; times with their offset."""
    return {
        "owner": passage.owner,
        "told": asdict(passage.told) if passage.told else None,
        "receivers": [
            {"service": one.receiver, "passed": one.passed, "came": asdict(one.came) if one.came else None}
            for one in passage.arrived
        ],
    }
