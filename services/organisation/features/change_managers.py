"""Say who answers for a unit, from and to which days, and who stands in as deputy."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from chassis.auth import Actor
from chassis.decision import Decision
from chassis.http import By, Command, Done, Router, Tx
from contracts.organisation import ManagerTerm
from services.organisation.managers import Managers, appoint
from services.organisation.member import Member
from services.organisation.tables import managers, members, one_at_a_time, units
from services.organisation.unit import Unit, acting

router = Router()


class Term(Command):
    """Somebody answers for the unit; a deputy does when there is no ordinary manager."""

    member_id: UUID = Field(title="Ansvarig chef")
    deputy: bool = Field(default=False, title="Ersättare")
    valid_from: date = Field(title="Från och med")
    valid_to: date | None = Field(default=None, title="Till och med")


class ChangeManagers(Command):
    """All the terms of the unit, those that are over included."""

    terms: tuple[Term, ...] = Field(title="Ansvariga chefer")


@router.put("/units/{id}/managers")
async def put_managers(id: UUID, command: ChangeManagers, by: By, tx: Tx) -> Done:
    await one_at_a_time(tx)
    unit = await tx.read(units, id)
    found = await tx.load_all(managers, select(managers.table).where(managers.table.c.unit_id == id))
    before = found[0] if found else Managers(id)
    named = {term.member_id for term in command.terms}
    there = await tx.find(members, select(members.table).where(members.table.c.id.in_(named)))
    after = await tx.save(
        managers, change_managers(command, before, unit, {member.id: member for member in there}, by, tx.today)
    )
    message = "Inget ändrades." if after == before else "Ansvariga chefer är sparade."
    return Done(id=id, location="/organisation/units", message=message)


def change_managers(
    command: ChangeManagers, before: Managers, unit: Unit, there: Mapping[UUID, Member], by: Actor, today: date
) -> Decision[Managers]:
    """Only an administrator of the unit. there: the members that are named."""
    who = acting(by, unit)
    terms = tuple(ManagerTerm(**term.model_dump()) for term in command.terms)
    return appoint(before, Managers(unit.id, terms), unit, there, today, who)
