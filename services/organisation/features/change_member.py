"""Add or change a member: who they are, and which roles they have at which units from and to a day."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from chassis.auth import Actor
from chassis.decision import Decision, Who
from chassis.http import By, Command, Done, Router, Tx
from contracts.organisation import Membership, Role
from services.organisation.dated import last_day
from services.organisation.line import Email, Line
from services.organisation.member import LoginUsed, Member, enrol
from services.organisation.tables import members, one_at_a_time, units
from services.organisation.unit import ADMINISTRATORS, Unit, acting

router = Router()


class RoleAtUnit(Command):
    """A role at a unit and everything below it."""

    unit_id: UUID = Field(title="Enhet")
    role: Role = Field(title="Roll")
    valid_from: date | None = Field(default=None, title="Från och med")
    valid_to: date | None = Field(default=None, title="Till och med")


class ChangeMember(Command):
    """A member as they shall be; a role that is left out is gone at once."""

    name: Line = Field(title="Namn")
    title: Line = Field(title="Titel")
    login: Line = Field(title="Inloggning")
    email: Email | None = Field(default=None, title="E-post")
    memberships: tuple[RoleAtUnit, ...] = Field(title="Roller")


@router.put("/members/{id}")
async def put_member(id: UUID, command: ChangeMember, by: By, tx: Tx) -> Done:
    await one_at_a_time(tx)
    known = members.table.c
    found = await tx.load_all(members, select(members.table).where((known.id == id) | (known.login == command.login)))
    before = next((member for member in found if member.id == id), None)
    holder = next((member.id for member in found if member.login == command.login), None)
    touched = {m.unit_id for m in command.memberships} | set(before.unit_ids if before else ())
    there = await tx.find(units, select(units.table).where(units.table.c.id.in_(touched)))
    after = await tx.save(
        members, change_member(id, command, before, holder, {unit.id: unit for unit in there}, by, tx.today)
    )
    message = "Inget ändrades." if after == before else "Medarbetaren är sparad."
    return Done(id=id, location="/organisation/members", message=message)


def change_member(
    id: UUID,
    command: ChangeMember,
    before: Member | None,
    holder: UUID | None,
    there: Mapping[UUID, Unit],
    by: Actor,
    today: date,
) -> Decision[Member]:
    """Only an administrator of every unit where the member has a role, or where one is given or taken away: a login
    must not be borrowed for rights that the administrator couldn't give. holder: the member with the wanted login."""
    roles = tuple(Membership(**membership.model_dump()) for membership in command.memberships)
    after = Member(id, command.name, command.title, command.login, command.email, roles)
    who = _administrator(before, after, there, by, today)
    if holder not in (None, id):
        raise LoginUsed("login")
    return enrol(before, after, there, today, who)


def _administrator(before: Member | None, after: Member, there: Mapping[UUID, Unit], by: Actor, today: date) -> Who:
    who = by.anywhere(ADMINISTRATORS)
    had = before.memberships if before else ()
    current = {membership for membership in had if last_day(membership) >= today}
    touched = {membership.unit_id for membership in current | (set(had) ^ set(after.memberships))}
    for unit_id in touched & there.keys():
        who = acting(by, there[unit_id])
    return who
