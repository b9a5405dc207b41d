"""Say that a deviation may have to be investigated under Lex Sarah or Lex Maria, also after it was registered."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision, Refused
from chassis.http import By, Command, Done, Router, Tx, form, page
from contracts.deviation import LexLaw
from services.deviation.deviation import LABELS, Deviation, suspect
from services.deviation.lookups import circle_of, read_for
from services.deviation.rights import Circle, acting, links
from services.deviation.tables import deviations
from services.deviation.view import DeviationView, SupportView

router = Router()


class SuspectLex(Command):
    """Under which law."""

    law: LexLaw = Field(title="Jag anser att avvikelsen kan vara föremål för en utredning enligt")


class AlreadySuspected(Refused):
    """Det är redan sagt att avvikelsen kan vara föremål för en {law}-utredning."""


@router.get("/deviations/{id}/lex-suspicion")
@page("lex_suspicion.html")
async def lex_suspicion_page(id: UUID, by: By, tx: Tx) -> DeviationView | SupportView:
    return await read_for(tx, id, by, "suspect-lex")


@router.post("/deviations/{id}/lex-suspicion")
@form("/deviation/deviations/{id}/lex-suspicion")
async def suspect_lex_in_deviation(id: UUID, command: SuspectLex, by: By, tx: Tx) -> Done:
    before = await tx.load(deviations, id)
    await tx.save(deviations, suspect_lex(before, command, by, await circle_of(tx, before), tx.now))
    return Done(id=id, location=f"/deviation/deviations/{id}", message="Din bedömning är sparad.")


def suspect_lex(
    deviation: Deviation, command: SuspectLex, by: Actor, circle: Circle, now: datetime
) -> Decision[Deviation]:
    """Manager or reporter (§7.10), while something is left to do; each law once."""
    who = acting(links(deviation, by, circle), "suspect-lex")
    after, suspected = suspect(deviation, command.law, who, now)
    if any(suspicion.law is command.law for suspicion in deviation.lex):
        raise AlreadySuspected("law", law=LABELS[command.law])
    return Decision(after, (suspected,), who)
