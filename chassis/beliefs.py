"""What a service believes of what it shares with others, as facts that can be compared: codes, ids and dates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.reconciliation import heard_of, told_of
from contracts.topology import HEARS

FIRST = UUID(int=0)
"""Before every id."""


@dataclass(frozen=True)
class Beliefs:
    """How to ask a service; `beliefs.py` of each service that has any fills one in.

    A fact is `kind` or `kind:detail`. It follows from events alone, so that those who have heard the same say the same.
    """

    about: str
    """What the facts are about: the first part of the subjects, as in `assignment/<id>`."""
    kinds: frozenset[str]
    ids: TextClause
    """The ids after :after, in order, at most :limit."""
    facts: TextClause
    """Rows (id, fact) of :ids, as it is on :today."""


@dataclass(frozen=True)
class Believed:
    """What a service believes of one thing, and how far it and its neighbour had come when it did."""

    facts: frozenset[str] = frozenset()
    told: int = 0
    heard: int = 0


@dataclass(frozen=True)
class Difference:
    """One thing about which two services disagree though each has applied all that the other told."""

    id: UUID
    only_one: tuple[str, ...]
    only_other: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """What a comparison found."""

    agree: int
    on_the_way: int
    """Not compared: one has not applied all that the other told."""
    differ: tuple[Difference, ...]


def compare(
    one: Mapping[UUID, Believed], other: Mapping[UUID, Believed], kinds: frozenset[str], ids: Iterable[UUID]
) -> Compared:
    """What two services believe of these; only kinds that both speak of, and only of what has settled between them."""
    agree, on_the_way, differ = 0, 0, []
    for id in ids:
        here, there = one.get(id, Believed()), other.get(id, Believed())
        if (here.told, there.told) != (there.heard, here.heard):
            on_the_way += 1
            continue
        mine, yours = (frozenset(f for f in each.facts if f.split(":", 1)[0] in kinds) for each in (here, there))
        if mine == yours:
            agree += 1
        else:
            differ.append(Difference(id, tuple(sorted(mine - yours)), tuple(sorted(yours - mine))))
    return Compared(agree, on_the_way, tuple(differ))


async def page(connection: AsyncConnection, beliefs: Beliefs, after: UUID, limit: int) -> list[UUID]:
    """The next ids that a service knows of, in order."""
    return list(await connection.scalars(beliefs.ids, {"after": after, "limit": limit}))


async def believed(
    connection: AsyncConnection, beliefs: Beliefs, owner: str, peer: str, ids: Sequence[UUID], today: date
) -> dict[UUID, Believed]:
    """What `owner` believes of each, and how far it and `peer` have come; needs a transaction that sees one moment."""
    subjects = [f"{beliefs.about}/{id}" for id in ids]
    told, heard = await told_of(connection, subjects), await heard_of(connection, peer, subjects)
    facts: dict[UUID, set[str]] = {id: set() for id in ids}
    for id, fact in (await connection.execute(beliefs.facts, {"ids": list(ids), "today": today})).all():
        facts[id].add(fact)
    hears_me, i_hear = owner in HEARS[peer], peer in HEARS[owner]
    return {
        id: Believed(
            frozenset(facts[id]),
            told.get(subject, 0) if hears_me else 0,
            heard.get(subject, 0) if i_hear else 0,
        )
        for id, subject in zip(ids, subjects, strict=True)
    }


def next_ids(one: Sequence[UUID], other: Sequence[UUID], limit: int) -> list[UUID]:
    """The ids that both pages are sure to cover: beyond the end of a full page, there may be more to come."""
    ends = [page[-1] for page in (one, other) if len(page) == limit]
    return sorted(id for id in {*one, *other} if not ends or id <= min(ends))
