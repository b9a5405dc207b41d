"""Remove what was wrongly registered: user support alone, with a reason; what was done is kept."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision
from chassis.http import By, Command, Done, Router, Tx, form
from contracts.deviation import DeviationRemoved
from services.deviation.deviation import Deviation, advance
from services.deviation.lookups import circle_of
from services.deviation.rights import Circle, acting, links
from services.deviation.tables import deviations

router = Router()


class Remove(Command):
    """It should never have been registered like this."""

    reason: str = Field(title="Varför den tas bort", min_length=1, max_length=2_000)


@router.post("/deviations/{id}/removal")
@form("/deviation/deviations/{id}")
async def remove_deviation(id: UUID, command: Remove, by: By, tx: Tx) -> Done:
    before = await tx.load(deviations, id)
    await tx.save(deviations, remove(before, command, by, await circle_of(tx, before), tx.now))
    return Done(id=id, location=f"/deviation/deviations/{id}", message="Avvikelsen är borttagen.")


def remove(deviation: Deviation, command: Remove, by: Actor, circle: Circle, now: datetime) -> Decision[Deviation]:
    who = acting(links(deviation, by, circle), "remove")
    after = advance(deviation, "remove", who, now, command.reason)
    removed = DeviationRemoved(deviation_id=deviation.id, unit_id=deviation.unit_id, reported_by=deviation.reported_by)
    return Decision(after, (removed,), who)
