"""Give feedback (återkoppla): whoever reported is told what came of it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision
from chassis.http import By, Command, Done, Router, Tx, form, page
from contracts.deviation import FeedbackGiven
from services.deviation.deviation import Deviation, Feedback, advance
from services.deviation.lookups import circle_of, read_for
from services.deviation.rights import Circle, acting, links
from services.deviation.tables import deviations
from services.deviation.view import DeviationView, SupportView

router = Router()


class GiveFeedback(Command):
    """What the reporter reads."""

    text: str = Field(title="Återkoppling till den som rapporterade", min_length=1)


@router.get("/deviations/{id}/feedback")
@page("feedback.html")
async def feedback_page(id: UUID, by: By, tx: Tx) -> DeviationView | SupportView:
    return await read_for(tx, id, by, "give-feedback")


@router.post("/deviations/{id}/feedback")
@form("/deviation/deviations/{id}/feedback")
async def give_feedback_on_deviation(id: UUID, command: GiveFeedback, by: By, tx: Tx) -> Done:
    before = await tx.load(deviations, id)
    await tx.save(deviations, give_feedback(before, command, by, await circle_of(tx, before), tx.now))
    message = "Återkopplingen är lämnad. Den som rapporterade får veta det."
    return Done(id=id, location=f"/deviation/deviations/{id}", message=message)


def give_feedback(
    deviation: Deviation, command: GiveFeedback, by: Actor, circle: Circle, now: datetime
) -> Decision[Deviation]:
    who = acting(links(deviation, by, circle), "give-feedback")
    after = advance(deviation, "give-feedback", who, now)
    feedback = Feedback(command.text, who.member_id, who.name, now)
    given = FeedbackGiven(
        deviation_id=deviation.id,
        unit_id=deviation.unit_id,
        reported_by=deviation.reported_by,
        given_by=who.member_id,
    )
    return Decision(replace(after, feedback=(*after.feedback, feedback)), (given,), who)
