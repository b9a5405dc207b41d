"""Start the analysis: the responsible manager decides that the event is one to analyse."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Body
from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision, Invalid
from chassis.http import By, Command, Done, Router, Tx, form
from contracts.deviation import AnalysisStarted
from services.deviation.deviation import Deviation, advance
from services.deviation.lookups import circle_of
from services.deviation.rights import Circle, acting, links
from services.deviation.tables import deviations

router = Router()


class StartAnalysis(Command):
    """What stands in the field for feedback, which the same form holds."""

    text: str = Field(default="", title="Återkoppling", max_length=10_000)


AS_IT_IS = StartAnalysis()


class FeedbackNotSent(Invalid):
    """Du har börjat skriva en återkoppling. Skicka den först, eller töm fältet."""


@router.post("/deviations/{id}/analysis")
@form("/deviation/deviations/{id}")
async def start_analysis_of_deviation(
    id: UUID, by: By, tx: Tx, command: Annotated[StartAnalysis, Body()] = AS_IT_IS
) -> Done:
    before = await tx.load(deviations, id)
    await tx.save(deviations, start_analysis(before, command, by, await circle_of(tx, before), tx.now))
    return Done(id=id, location=f"/deviation/deviations/{id}", message="Analysen är påbörjad.")


def start_analysis(
    deviation: Deviation, command: StartAnalysis, by: Actor, circle: Circle, now: datetime
) -> Decision[Deviation]:
    """Whoever starts it is its responsible manager from then on."""
    who = acting(links(deviation, by, circle), "start-analysis")
    if command.text:
        raise FeedbackNotSent("text")
    after = replace(advance(deviation, "start-analysis", who, now), manager_id=who.member_id)
    started = AnalysisStarted(deviation_id=deviation.id, unit_id=deviation.unit_id, reported_by=deviation.reported_by)
    return Decision(after, (started,), who)
