"""Find a manager for what lacks one: as soon as the unit has somebody who answers for it, they get the deviation."""

from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import func, select, text

from chassis import replica
from chassis.database import Transaction
from chassis.decision import Decision
from chassis.jobs import MOST_BUSY, Left, each
from contracts.deviation import DeviationMoved
from services.deviation.deviation import Deviation, Status, hand_over
from services.deviation.tables import deviations

EVERY_SECONDS = 2.0
AT_A_TIME = 100


async def find_managers(tx: Transaction) -> Left:
    """The job; a few at a time, so that it never holds many rows."""
    table = deviations.table.c
    lacking = text(f"status = '{Status.UNASSIGNED}'")
    left = Left()
    units = select(table.unit_id).where(lacking).group_by(table.unit_id).order_by(func.random())
    for unit_id in await tx.scalars(units):
        manager = await replica.responsible_manager(tx, unit_id, tx.today)
        if manager:
            found = select(table.id).where(lacking, table.unit_id == unit_id).order_by(func.random()).limit(AT_A_TIME)
            give = partial(_give, tx, manager[0])
            left += await each(tx, await tx.scalars(found), give)
        if left.busy >= MOST_BUSY:
            break
    return left


async def _give(tx: Transaction, manager_id: UUID, id: UUID) -> None:
    deviation = await tx.load(deviations, id)
    if deviation.status is Status.UNASSIGNED:  # nobody has taken it meanwhile
        await tx.save(deviations, find_manager(deviation, manager_id, tx.now))


def find_manager(deviation: Deviation, manager_id: UUID, now: datetime) -> Decision[Deviation]:
    event = DeviationMoved(
        deviation_id=deviation.id,
        from_unit_id=deviation.unit_id,
        unit_id=deviation.unit_id,
        reported_by=deviation.reported_by,
        manager_id=manager_id,
    )
    return Decision(hand_over(deviation, manager_id, now), (event,))
