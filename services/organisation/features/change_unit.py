"""Add, change, move or end a unit: all below a unit that is moved comes along."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from chassis.auth import Actor
from chassis.decision import Decision
from chassis.http import By, Command, Done, Router, Tx
from contracts.event import Code
from contracts.organisation import ServiceMark, UnitKind
from services.organisation.line import Line
from services.organisation.tables import one_at_a_time, units
from services.organisation.unit import ADMINISTRATORS, NeedsParent, Unit, UnknownParent, acting, reshape

router = Router()


class ChangeUnit(Command):
    """A unit as it shall be."""

    name: Line = Field(title="Namn")
    kind: UnitKind = Field(title="Typ av enhet")
    parent_id: UUID | None = Field(default=None, title="Överordnad enhet")
    business_area: Code | None = Field(default=None, title="Verksamhet")
    internal: bool = Field(default=True, title="Kommunens egen")
    mark: ServiceMark | None = Field(default=None, title="Service eller bistånd")
    ended_on: date | None = Field(default=None, title="Upphör")


@router.put("/units/{id}")
async def put_unit(id: UUID, command: ChangeUnit, by: By, tx: Tx) -> Done:
    await one_at_a_time(tx)
    tree = {unit.id: unit for unit in await tx.load_all(units, select(units.table))}
    decisions = change_unit(id, command, tree, by, tx.today)
    for decision in decisions:
        await tx.save(units, decision)
    message = "Enheten är sparad." if decisions else "Inget ändrades."
    return Done(id=id, location="/organisation/units", message=message)


def change_unit(
    id: UUID, command: ChangeUnit, tree: Mapping[UUID, Unit], by: Actor, today: date
) -> list[Decision[Unit]]:
    """Only an administrator of the unit and of the place it is put in; the root comes from the organisation file."""
    who = by.anywhere(ADMINISTRATORS)
    before = tree.get(id)
    if before is not None:
        who = acting(by, before)
    if command.parent_id is not None:
        if command.parent_id not in tree:
            raise UnknownParent("parent_id")
        who = acting(by, tree[command.parent_id])
    elif before is None or before.parent_id is not None:
        raise NeedsParent("parent_id")
    wanted = replace(before or Unit(id, command.name, command.kind), **command.model_dump())
    return reshape(tree, [wanted], today, who)
