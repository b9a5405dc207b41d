"""Find a manager for what lacks one: as soon as the unit has somebody who answers for it, they get the deviation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text

from chassis import replica
from chassis.database import Transaction
from chassis.decision import Decision
from contracts.deviation import DeviationMoved
from services.deviation.deviation import Deviation, Status, hand_over
from services.deviation.tables import deviations

EVERY_SECONDS = 2.0
AT_A_TIME = 100


async def find_managers(tx: Transaction) -> None:
    """The job; a few at a time, so that it never holds many rows."""
    table = deviations.table.c
    lacking = text(f"status = '{Status.UNASSIGNED}'")
    units = await tx.connection.execute(select(table.unit_id).where(lacking).distinct())
    for unit_id in units.scalars().all():
        manager = await replica.responsible_manager(tx, unit_id, tx.today)
        if manager:
            query = select(deviations.table).where(lacking, table.unit_id == unit_id).limit(AT_A_TIME)
            for deviation in await tx.load_all(deviations, query):
                await tx.save(deviations, find_manager(deviation, manager[0], tx.now))


def find_manager(deviation: Deviation, manager_id: UUID, now: datetime) -> Decision[Deviation]:
    event = DeviationMoved(
        deviation_id=deviation.id,
        from_unit_id=deviation.unit_id,
        unit_id=deviation.unit_id,
        reported_by=deviation.reported_by,
        manager_id=manager_id,
    )
    return Decision(hand_over(deviation, manager_id, now), (event,))
