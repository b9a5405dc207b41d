"""Move a deviation to the right unit (flytta till rätt enhet), before it is analysed (C-08)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from chassis import replica
from chassis.auth import Actor
from chassis.database import Transaction
from chassis.decision import Decision, Invalid
from chassis.http import By, Command, Done, Router, Tx, form, page
from contracts.deviation import DeviationMoved, ManagerMissing
from contracts.event import Event
from services.deviation.deviation import Deviation, advance, hand_over
from services.deviation.guidance import QUESTIONS, Guidance, Question
from services.deviation.lookups import Asked, circle_of, known_person, known_unit, units_on
from services.deviation.person import belongs_to
from services.deviation.place import offered, only_licensed, right_unit_to_move_to
from services.deviation.rights import Circle, Link, acting, links
from services.deviation.tables import deviations
from services.deviation.unit import Told, Unit, told

router = Router()


class Move(Command):
    """Where it should have been registered."""

    unit_id: UUID = Field(title="Rätt enhet")
    guidance: Guidance | None = Field(default=None, title="Var hände det")


class AlreadyThere(Invalid):
    """Avvikelsen är redan registrerad på den enheten."""


@dataclass(frozen=True)
class NewSite:
    """What the replica says about the unit it is moved to."""

    unit: Unit
    belongs: tuple[UUID, ...] = ()
    """The units of the person, when it is about one."""
    manager_id: UUID | None = None


@dataclass(frozen=True)
class MovePage:
    """Where it may be moved, and who is told then."""

    id: UUID
    unit: str
    units: list[Unit]
    unit_id: UUID | None
    questions: Mapping[Guidance, Question]
    """For licensed staff."""
    guidance: Guidance | None
    told: Told | None


@router.get("/deviations/{id}/move")
@page("move.html")
async def move_page(
    id: UUID,
    by: By,
    tx: Tx,
    unit_id: Annotated[UUID | None, Asked, Query()] = None,
    guidance: Annotated[Guidance | None, Asked, Query()] = None,
) -> MovePage:
    deviation = await tx.read(deviations, id)
    who = acting(found := links(deviation, by, await circle_of(tx, deviation)), "move")
    belongs = await _belongs(tx, deviation)
    units = await units_on(tx, tx.today)
    if Link.SUPPORT not in found:
        units = offered(right_unit_to_move_to, units, by, guidance, belongs)
    chosen = next((unit for unit in units if unit.id == unit_id), None)
    here = await known_unit(tx, deviation.unit_id)
    await tx.saw(who, [], "read", f"deviation/{id}/move")
    return MovePage(
        id=id,
        unit=here.name,
        units=[unit for unit in units if unit.id != deviation.unit_id],
        unit_id=chosen.id if chosen else None,
        questions=QUESTIONS if only_licensed(by) else {},
        guidance=guidance,
        told=told(chosen.id, await replica.responsible_manager(tx, chosen.id, tx.today)) if chosen else None,
    )


@router.post("/deviations/{id}/move")
@form("/deviation/deviations/{id}/move")
async def move_deviation(id: UUID, command: Move, by: By, tx: Tx) -> Done:
    before = await tx.load(deviations, id)
    manager = await replica.responsible_manager(tx, command.unit_id, tx.today)
    site = NewSite(
        unit=await known_unit(tx, command.unit_id),
        belongs=await _belongs(tx, before),
        manager_id=manager[0] if manager else None,
    )
    await tx.save(deviations, move(before, command, by, await circle_of(tx, before), site, tx.now))
    sentence = told(command.unit_id, manager).sentence
    return Done(id=id, location=f"/deviation/deviations/{id}", message=f"Avvikelsen är flyttad. {sentence}")


async def _belongs(tx: Transaction, deviation: Deviation) -> tuple[UUID, ...]:
    if deviation.person_id is None:
        return ()
    known = await known_person(tx, deviation.person_id)
    return belongs_to(known.carried, (tx.today, deviation.occurred_on))


def move(
    deviation: Deviation, command: Move, by: Actor, circle: Circle, site: NewSite, now: datetime
) -> Decision[Deviation]:
    """User support may move it anywhere, the reporter to where it could have been registered."""
    found = links(deviation, by, circle)
    who = acting(found, "move")
    after = advance(deviation, "move", who, now)
    if site.unit.id == deviation.unit_id:
        raise AlreadyThere("unit_id")
    if Link.SUPPORT not in found:
        right_unit_to_move_to(site.unit, by, command.guidance, site.belongs)
    after = replace(after, unit_id=site.unit.id, guidance=command.guidance or deviation.guidance)
    after = hand_over(after, site.manager_id, now)
    ids = {"deviation_id": deviation.id, "unit_id": site.unit.id, "reported_by": deviation.reported_by}
    events: list[Event] = [DeviationMoved(**ids, from_unit_id=deviation.unit_id, manager_id=site.manager_id)]
    if site.manager_id is None:
        events.append(ManagerMissing(**ids))
    return Decision(after, tuple(events), who)
