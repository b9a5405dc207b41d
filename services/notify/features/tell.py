"""Tell: what is heard from the other services becomes notices, in the transaction that hears it."""

from dataclasses import asdict, replace
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.decision import Decision
from chassis.subscriptions import Subscriptions
from contracts.event import Event
from services.notify.matter import Matter
from services.notify.notice import Notice, Status
from services.notify.rules import RULES
from services.notify.tables import matters, notices
from services.notify.telling import Overtaken, Told, made

subscriptions = Subscriptions()


async def tell(event: Event, tx: Transaction) -> None:
    cause = tx.cause.causation_id
    assert cause is not None, "an event is heard in a message"
    matter = await _matter(tx, getattr(event, event.about))
    if cause in matter.heard:
        return
    told = hear(event, matter, cause)
    await tx.save(matters, Decision(told.matter))
    await _overtake(tx, told.matter.id, (Overtaken(told.matter.past), *told.overtaken))
    await _keep(tx, made(told, cause, tx.now))


for heard in RULES:
    subscriptions.on(heard)(tell)


def hear(event: Event, matter: Matter, cause: UUID) -> Told:
    """What follows from an event that has not been heard before."""
    told = RULES[type(event)](event, matter)
    return replace(told, matter=replace(told.matter, heard=(*told.matter.heard, cause)))


async def _matter(tx: Transaction, id: UUID) -> Matter:
    """What is remembered, locked: another owner's message about the same assignment waits."""
    nothing_yet = asdict(Matter(id))
    await tx.execute(insert(matters.table).values(nothing_yet).on_conflict_do_nothing())
    return await tx.load(matters, id)


async def _overtake(tx: Transaction, about_id: UUID, overtaken: tuple[Overtaken, ...]) -> None:
    column = notices.table.c
    for one in overtaken:
        if not one.kinds:
            continue
        query = update(notices.table).values(status=Status.MOOT).where(column.about_id == about_id)
        query = query.where(column.kind.in_(one.kinds), column.status != Status.MOOT)
        if one.unit_id is not None:
            query = query.where(column.unit_id == one.unit_id)
        if one.part_id is not None:
            query = query.where(column.part_id == one.part_id)
        await tx.execute(query)


async def _keep(tx: Transaction, new: tuple[Notice, ...]) -> None:
    if new:
        rows = [asdict(notice) for notice in new]
        await tx.execute(insert(notices.table).values(rows).on_conflict_do_nothing())
