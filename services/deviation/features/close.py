"""Close a deviation: when it has been analysed and the reporter told, or without analysis, with a reason."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision, Invalid, Refused
from chassis.http import By, Command, Done, Router, Tx, form, page
from contracts.deviation import DeviationClosed
from services.deviation.deviation import ConsequenceMissing, Deviation, Status, advance, left_before_closing
from services.deviation.lookups import circle_of, read_for
from services.deviation.rights import Circle, acting, links
from services.deviation.tables import deviations
from services.deviation.view import DeviationView, SupportView

router = Router()


class Close(Command):
    """Nothing more is to be done."""

    reason: str = Field(default="", title="Varför den avslutas utan analys", max_length=2_000)
    confirmed: bool = Field(default=False, title="Ja, avsluta avvikelsen")


class LexNamed(Refused):
    """Någon anser att avvikelsen kan utredas enligt {laws}. Har du tagit ställning till det, och ska den avslutas?"""

    status = 422
    question = True


class ReasonMissing(Invalid):
    """Skriv varför avvikelsen avslutas utan analys."""


@router.get("/deviations/{id}/closing")
@page("closing.html")
async def closing_page(id: UUID, by: By, tx: Tx) -> DeviationView | SupportView:
    return await read_for(tx, id, by, "close")


@router.post("/deviations/{id}/closing")
@form("/deviation/deviations/{id}/closing")
async def close_deviation(id: UUID, command: Close, by: By, tx: Tx) -> Done:
    before = await tx.load(deviations, id)
    await tx.save(deviations, close(before, command, by, await circle_of(tx, before), tx.now))
    return Done(id=id, location=f"/deviation/deviations/{id}", message="Avvikelsen är avslutad.")


def close(deviation: Deviation, command: Close, by: Actor, circle: Circle, now: datetime) -> Decision[Deviation]:
    who = acting(links(deviation, by, circle), "close")
    if deviation.status is Status.WITH_MANAGER:
        after = advance(deviation, "close-without-analysis", who, now, command.reason)
        if not command.reason:
            raise ReasonMissing("reason")
    else:
        for refusal in left_before_closing(deviation):
            raise refusal("consequence" if refusal is ConsequenceMissing else "text")
        after = advance(deviation, "close", who, now, command.reason)
    if deviation.lex and not command.confirmed:
        raise LexNamed(laws=deviation.laws)
    closed = DeviationClosed(
        deviation_id=deviation.id,
        unit_id=deviation.unit_id,
        reported_by=deviation.reported_by,
        consequence=deviation.consequence,
        closed_at=now,
    )
    return Decision(after, (closed,), who)
