"""Start the analysis: the responsible manager decides that the event is one to analyse."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.auth import Actor
from chassis.decision import Decision
from chassis.http import By, Done, Router, Tx, form
from contracts.deviation import AnalysisStarted
from services.deviation.deviation import Deviation, advance
from services.deviation.lookups import circle_of
from services.deviation.rights import Circle, acting, links
from services.deviation.tables import deviations

router = Router()


@router.post("/deviations/{id}/analysis")
@form("/deviation/deviations/{id}")
async def start_analysis_of_deviation(id: UUID, by: By, tx: Tx) -> Done:
    before = await tx.load(deviations, id)
    await tx.save(deviations, start_analysis(before, by, await circle_of(tx, before), tx.now))
    return Done(id=id, location=f"/deviation/deviations/{id}/assessment", message="Analysen är påbörjad.")


def start_analysis(deviation: Deviation, by: Actor, circle: Circle, now: datetime) -> Decision[Deviation]:
    """Whoever starts it is its responsible manager from then on."""
    who = acting(links(deviation, by, circle), "start-analysis")
    after = replace(advance(deviation, "start-analysis", who, now), manager_id=who.member_id)
    started = AnalysisStarted(
        deviation_id=deviation.id,
        unit_id=deviation.unit_id,
        reported_by=deviation.reported_by,
        manager_id=after.manager_id,
    )
    return Decision(after, (started,), who)
