"""Assess a deviation: what happened and why, how serious it was, and what is done about it (C-17)."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from chassis.auth import Actor
from chassis.decision import Decision, Invalid
from chassis.http import By, Command, Done, Router, Tx, form, page
from chassis.seen import ChangedMeanwhile
from contracts.deviation import Consequence
from services.deviation.deviation import Analysis, Deviation, Status, advance
from services.deviation.lookups import circle_of, read_for
from services.deviation.rights import Circle, acting, links
from services.deviation.tables import deviations
from services.deviation.view import DeviationView, SupportView

router = Router()

Grade = Annotated[int, Field(ge=1, le=4)]
Measure = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class Assess(Command):
    """The manager's analysis; with a consequence it is done, without one it is kept to go on with."""

    analysis: str = Field(title="Analys", min_length=1)
    cause: str | None = Field(default=None, title="Orsak")
    severity: Grade | None = Field(default=None, title="Allvarlighetsgrad")
    probability: Grade | None = Field(default=None, title="Sannolikhet att det händer igen")
    measures: tuple[Measure, ...] = Field(default=(), title="Åtgärder", max_length=50)
    consequence: Consequence | None = Field(default=None, title="Konsekvens")
    seen: str | None = Field(default=None, max_length=64)
    """The mark of the analysis that was there when this one was begun."""


class ConsequenceStays(Invalid):
    """Konsekvensen är redan bedömd. Den kan ändras men inte tas bort."""


@router.get("/deviations/{id}/assessment")
@page("assessment.html")
async def assessment_page(id: UUID, by: By, tx: Tx) -> DeviationView | SupportView:
    return await read_for(tx, id, by, "assess")


@router.put("/deviations/{id}/analysis")
async def assess_deviation(id: UUID, command: Assess, by: By, tx: Tx) -> Done:
    before = await tx.load(deviations, id)
    await tx.save(deviations, assess(before, command, by, await circle_of(tx, before), tx.now))
    return Done(id=id, location=f"/deviation/deviations/{id}", message="Analysen är sparad.")


@router.post("/deviations/{id}/assessment")
@form("/deviation/deviations/{id}/assessment")
async def assess_deviation_in_a_form(id: UUID, command: Assess, by: By, tx: Tx) -> Done:
    """The same from a page: a browser's form has no PUT."""
    return await assess_deviation(id, command, by, tx)


def assess(deviation: Deviation, command: Assess, by: Actor, circle: Circle, now: datetime) -> Decision[Deviation]:
    who = acting(links(deviation, by, circle), "assess")
    if command.seen not in (None, deviation.seen):
        raise ChangedMeanwhile
    if command.consequence is None and deviation.status is Status.MEASURES_PLANNED:
        raise ConsequenceStays("consequence")
    after = advance(deviation, "assess" if command.consequence else "describe", who, now)
    analysis = Analysis(
        analysis=command.analysis,
        cause=command.cause,
        severity=command.severity,
        probability=command.probability,
        measures=command.measures,
        consequence=command.consequence,
    )
    return Decision(replace(after, analysis=analysis), (), who)
