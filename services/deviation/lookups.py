"""What several doors read: persons and where they belong, units, and who answers for them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BeforeValidator
from sqlalchemy import Row, select, text

from chassis import replica
from chassis.auth import Actor
from chassis.database import Transaction
from contracts.organisation import UnitKind
from services.deviation.deviation import Deviation
from services.deviation.person import Carried, Known, Person
from services.deviation.place import UnknownUnit
from services.deviation.rights import Circle, Link, acting, links
from services.deviation.tables import carried, deviations, persons
from services.deviation.unit import Unit
from services.deviation.view import DeviationView, SupportView, support_view, view

UNITS = "SELECT unit_id AS id, name, kind, business_area, ended_on FROM replica_unit"
UNIT = text(f"{UNITS} WHERE unit_id = :unit_id")
UNITS_ON = text(f"{UNITS} WHERE ended_on IS NULL OR ended_on > :on OR unit_id = ANY(:besides)")
Asked = BeforeValidator(lambda value: value or None)
"""What a page's form leaves empty is not asked for."""

TERMS = text("SELECT DISTINCT unit_id FROM replica_manager WHERE member_id = :member_id ORDER BY unit_id")


async def known_person(tx: Transaction, person_id: UUID) -> Known:
    """A person and what is carried out for them. NotFound when nothing has ever been distributed for them."""
    person = await tx.read(persons, person_id)
    return Known(person, tuple(await carried_for(tx, person_id)))


async def carried_for(tx: Transaction, person_id: UUID) -> list[Carried]:
    """What units carry out for the person, assignment by assignment."""
    return await tx.find(carried, select(carried.table).where(carried.table.c.person_id == person_id))


async def persons_of(tx: Transaction, deviations: Iterable[Deviation]) -> Mapping[UUID, Person]:
    """Person id -> person, for those that deviations are about."""
    ids = {deviation.person_id for deviation in deviations if deviation.person_id}
    found = await tx.find(persons, select(persons.table).where(persons.table.c.id.in_(ids))) if ids else []
    return {person.id: person for person in found}


async def known_unit(tx: Transaction, unit_id: UUID, field: str = "unit_id") -> Unit:
    """A unit of the organisation, also one that has ended. UnknownUnit when there is none."""
    row = (await tx.execute(UNIT, {"unit_id": unit_id})).first()
    if row is None:
        raise UnknownUnit(field)
    return _unit(row)


async def units_on(tx: Transaction, on: date, besides: Iterable[UUID] = ()) -> list[Unit]:
    """The units there are that day, and some others, by name."""
    rows = await tx.execute(UNITS_ON, {"on": on, "besides": list(besides)})
    return [_unit(row) for row in replica.in_order(rows)]


async def circle_of(tx: Transaction, deviation: Deviation) -> Circle:
    """Who the deviation concerns today."""
    manager = await replica.responsible_manager(tx, deviation.unit_id, tx.today)
    person = (await persons_of(tx, [deviation])).get(deviation.person_id) if deviation.person_id else None
    return Circle(
        answering=manager[0] if manager else None,
        protected=person is not None and person.protected,
        cleared=frozenset(person.cleared) if person else frozenset(),
    )


async def answered_for(tx: Transaction, member_id: UUID, on: date) -> list[UUID]:
    """The units somebody answers for that day, as responsible manager or as deputy where there is none."""
    named = [row.unit_id for row in await tx.execute(TERMS, {"member_id": member_id})]
    answering = {unit_id: await replica.responsible_manager(tx, unit_id, on) for unit_id in named}
    return [unit_id for unit_id, manager in answering.items() if manager and manager[0] == member_id]


def _unit(row: Row[Any]) -> Unit:
    return Unit(row.id, row.name, UnitKind(row.kind), row.business_area, row.ended_on)


async def read_for(
    tx: Transaction, id: UUID, by: Actor, command: str | None = None, *, registered: bool = False
) -> DeviationView | SupportView:
    """The deviation for its reader, and the row in the access log. NotAllowed for who may never give the command."""
    deviation = await tx.read(deviations, id)
    found = links(deviation, by, await circle_of(tx, deviation))
    if command:
        acting(found, command)
    units = {deviation.unit_id, *([deviation.residence_id] if deviation.residence_id else [])}
    names = dict(await replica.unit_names(tx, units))
    members = {deviation.reported_by, *([deviation.manager_id] if deviation.manager_id else [])}
    names |= await replica.member_names(tx, members)
    person = (await persons_of(tx, [deviation])).get(deviation.person_id) if deviation.person_id else None
    if tuple(found) == (Link.SUPPORT,):
        await tx.saw(found[Link.SUPPORT], [], "read", f"deviation/{id}")
        return support_view(deviation, found, names)
    link = next(link for link in (Link.MANAGER, Link.REPORTER, Link.CLEARED) if link in found)
    await tx.saw(found[link], [person.id] if person else [], "read", f"deviation/{id}")
    return view(deviation, by, found, link, names, person, registered=registered)
