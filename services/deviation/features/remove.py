"""Remove what was wrongly registered: user support alone, with a reason; what was done is kept."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision, Refused
from chassis.http import By, Command, Done, Router, Tx, form, page
from contracts.deviation import DeviationRemoved
from services.deviation.deviation import LABELS, Deviation, advance
from services.deviation.lookups import circle_of, read_for
from services.deviation.rights import Circle, acting, links
from services.deviation.tables import deviations
from services.deviation.view import DeviationView, SupportView

router = Router()


class Remove(Command):
    """It should never have been registered like this."""

    reason: str = Field(title="skälet", min_length=1, max_length=2_000)
    confirmed: bool = Field(default=False, title="Ja, ta bort avvikelsen")


class NotConfirmed(Refused):
    """Vill du ta bort avvikelse {number}, som har status ”{status}”{lex}? Den försvinner ur allas listor."""

    status = 422
    question = True


@router.get("/deviations/{id}/removal")
@page("removal.html")
async def removal_page(id: UUID, by: By, tx: Tx) -> DeviationView | SupportView:
    return await read_for(tx, id, by, "remove")


@router.post("/deviations/{id}/removal")
@form("/deviation/deviations/{id}/removal")
async def remove_deviation(id: UUID, command: Remove, by: By, tx: Tx) -> Done:
    before = await tx.load(deviations, id)
    await tx.save(deviations, remove(before, command, by, await circle_of(tx, before), tx.now))
    return Done(id=id, location=f"/deviation/deviations/{id}", message="Avvikelsen är borttagen.")


def remove(deviation: Deviation, command: Remove, by: Actor, circle: Circle, now: datetime) -> Decision[Deviation]:
    who = acting(links(deviation, by, circle), "remove")
    after = advance(deviation, "remove", who, now, command.reason)
    if not command.confirmed:
        lex = f" och kan utredas enligt {deviation.laws}" if deviation.lex else ""
        raise NotConfirmed("reason", number=deviation.number, status=LABELS[deviation.status], lex=lex)
    removed = DeviationRemoved(deviation_id=deviation.id, unit_id=deviation.unit_id, reported_by=deviation.reported_by)
    return Decision(after, (removed,), who)
