"""Skip a parked message, or a gap, once its owner has been asked what it knows of it."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import gaps, parked
from chassis.gaps import AtOwner
from chassis.settings import SecretMissing
from chassis.stuck import Gap
from cli.ops.reach import each, within
from cli.unreachable import Unreachable
from contracts.topology import SERVICES

R = TypeVar("R")
Known = Mapping[tuple[str, parked.Place], AtOwner]
"""Receiver and what it misses -> what its owner knows of it."""

WAYS_ON: Mapping[AtOwner | None, str] = {
    AtOwner.UNSENT: "{owner} has {first} and has yet to send it: `outbox --service {owner} --ids` says what keeps it",
    AtOwner.AGAIN: "{owner} has {first} and is about to send it again",
    AtOwner.SENT: '{owner} has {first}: `reconcile --service {receiver} --repair --why "…"` sends it again',
    AtOwner.LOST: "{owner} no longer has {first}; once its effect is made by hand: `parked skip-gap {owner}:{subject} "
    '--service {receiver} --why "…"`',
    AtOwner.UNTOLD: "{owner} has not told {first} yet: it is older than what it told, and what it tells next would be "
    "taken for old. Bring all databases back to one moment",
    None: '{owner} can\'t be asked what it knows of {first}; `reconcile --service {receiver} --repair --why "…"` sends '
    "again what it has",
}
"""What an owner knows of the first that is missing -> the way on; None when the owner could not be asked."""


class NotLost(Exception):
    """What is waited for is not lost; the text says what to do instead of giving it up."""


def way_on(receiver: str, place: parked.Place, known: AtOwner | None) -> str:
    """What to do about the first message that a receiver misses."""
    first = f"#{place.sequence}"
    return WAYS_ON[known].format(owner=place.owner, receiver=receiver, subject=place.subject, first=first)


async def known_of(found: Mapping[str, Sequence[Gap]]) -> Known:
    """What the owners know of the first message of each gap; receiver -> gaps. Nothing of one that can't be asked."""
    heard: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for receiver, some in found.items():
        for gap in some:
            heard[gap.owner][receiver][gap.subject] = gap.last

    async def ask(owners: AsyncConnection, owner: str) -> Known:
        known = {}
        for receiver, lasts in heard[owner].items():
            for subject, one in (await gaps.known_of(owners, receiver, lasts)).items():
                known[receiver, parked.Place(owner, subject, lasts[subject] + 1)] = one
        return known

    answers, _ = await each(list(heard), lambda owner: within(owner, lambda owners: ask(owners, owner)))
    return {key: one for known in answers.values() for key, one in known.items()}


async def skip(connection: AsyncConnection, id: UUID, operator: str, why: str) -> bool:
    """Leave it without effect for good. Whether its owner told it: else its place stays free for what the owner tells.

    Unreachable when the owner can't be asked: nothing is skipped then.
    """
    place = await parked.from_where(connection, id)
    told = place is None or await _was_told(id, place)
    await parked.skip(connection, id, operator, why, told=told)
    return told


async def _was_told(id: UUID, place: parked.Place) -> bool:
    if place.owner not in SERVICES:
        return False
    return await _ask(place.owner, lambda owners: parked.was_told(owners, id, place))


async def skip_gap(
    connection: AsyncConnection, receiver: str, subject: tuple[str, str], operator: str, why: str
) -> parked.Place:
    """Give up waiting for the next message of an owner's subject; gives its place.

    NotLost when the owner has it, or has yet to tell it; Unreachable when it can't be asked: nothing is skipped then.
    """
    place = await gaps.first_missing(connection, *subject)
    heard = {place.subject: place.sequence - 1}
    known = (await _ask(place.owner, lambda owners: gaps.known_of(owners, receiver, heard)))[place.subject]
    if known is not AtOwner.LOST:
        raise NotLost(f"{place.subject} #{place.sequence} is not skipped: {way_on(receiver, place, known)}")
    await gaps.skip_gap(connection, place, operator, why)
    return place


async def _ask(owner: str, question: Callable[[AsyncConnection], Awaitable[R]]) -> R:
    """Of an owner, in the middle of what is done at a receiver: Unreachable names the owner."""
    try:
        return await within(owner, question)
    except (Unreachable, SecretMissing) as error:
        raise Unreachable(
            f"{owner} must be asked what it told before anything is skipped, and can't be: {error}"
        ) from error
