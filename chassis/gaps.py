"""A gap in what a receiver has of a subject: what its owner knows of the next message, and no longer waiting for it."""

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.parked import NotParked, Place, note
from chassis.reconciliation import Kept, kept_beyond, told_of

FIRST_MISSING = text("""
    SELECT p.last + 1 AS sequence FROM inbox_position p WHERE p.owner = :owner AND p.subject = :subject
      AND (SELECT min(sequence) FROM inbox i WHERE i.owner = p.owner AND i.subject = p.subject AND i.sequence > p.last
           AND i.status IN ('waiting', 'failed', 'parked', 'skipped')) > p.last + 1""")
LOCK = text("SELECT FROM inbox_position WHERE owner = :owner AND subject = :subject FOR UPDATE")
"""The inbox holds this row while it applies a subject."""
SKIP_GAP = text("""
    INSERT INTO inbox (id, owner, subject, sequence, type, headers, body, status)
    VALUES (:id, :owner, :subject, :sequence, 'stafett.skipped-gap', '{}', '', 'skipped')""")


class AtOwner(StrEnum):
    """What an owner knows of a message that a receiver misses."""

    UNSENT = "unsent"
    """It has it, and has yet to send it."""
    AGAIN = "again"
    """It has it, and is about to send it again."""
    SENT = "sent"
    """It has it, and has sent it."""
    LOST = "lost"
    """It has handed out the number, and no longer has what it told by it."""
    UNTOLD = "untold"
    """It has not handed out the number: what it tells next will have it."""


async def first_missing(connection: AsyncConnection, owner: str, subject: str) -> Place:
    """The place of the message that a subject waits for. NotParked when nothing is missing."""
    sequence = await connection.scalar(FIRST_MISSING, {"owner": owner, "subject": subject})
    if sequence is None:
        raise NotParked(f"nothing is missing before what has come of {owner} about {subject}")
    return Place(owner, subject, sequence)


async def known_of(owners: AsyncConnection, receiver: str, heard: Mapping[str, int]) -> dict[str, AtOwner]:
    """What the owner, whose database this is, knows of the next message of each subject, for a receiver.

    heard: subject -> the last sequence before the gap. How much has been told is asked first: what is told meanwhile
    is then never taken for lost.
    """
    told = await told_of(owners, list(heard))
    kept, _ = await kept_beyond(owners, receiver, heard)
    return {
        subject: _known(kept.get(subject, {}).get(last + 1), told.get(subject, 0) > last)
        for subject, last in heard.items()
    }


def _known(kept: Kept | None, handed_out: bool) -> AtOwner:
    if kept is None:
        return AtOwner.LOST if handed_out else AtOwner.UNTOLD
    if kept.published_at is None:
        return AtOwner.UNSENT
    return AtOwner.AGAIN if kept.again else AtOwner.SENT


async def skip_gap(connection: AsyncConnection, place: Place, operator: str, why: str) -> None:
    """Give up waiting for this message, which its owner no longer has. NotParked when it isn't what is waited for."""
    await connection.execute(LOCK, {"owner": place.owner, "subject": place.subject})
    if await first_missing(connection, place.owner, place.subject) != place:
        raise NotParked(f"{place.subject} #{place.sequence} of {place.owner} is not what is waited for")
    await connection.execute(SKIP_GAP, {"id": uuid7(), **asdict(place)})
    await note(connection, operator, "skip-gap", f"{place.owner} {place.subject} {place.sequence}", why)
