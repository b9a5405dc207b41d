"""Skip a parked message, once its owner has been asked whether it is one that it told."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import parked
from cli.ops.reach import within
from contracts.topology import SERVICES


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
    return await within(place.owner, lambda owners: parked.was_told(owners, id, place))
