"""Name who may see a protected person; the providers that have the person's orders are told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from chassis.auth import Actor
from chassis.database import Transaction
from chassis.decision import Decision, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from contracts.authority import ClearanceChanged
from services.authority.assignment import NEVER_SENT, Assignment, OrderStatus, Phase
from services.authority.lookups import find_provider, known_members
from services.authority.person import Person, UnknownColleague, seen_by
from services.authority.provider import Provider, check_taken_care_of
from services.authority.tables import assignments, persons

router = Router()


class Clear(Command):
    """All who may see the person from now on, besides who registered the person and who says this."""

    members: tuple[UUID, ...] = Field(default=(), title="Får se personen", max_length=100)
    shown: tuple[UUID, ...] | None = Field(default=None, max_length=100)
    """Those who could see the person when this was chosen: what others have changed since stands."""


class NotProtected(Refused):
    """Personen har inga skyddade uppgifter: alla med behörighet på enheten ser redan personen."""


@dataclass(frozen=True)
class Ordered:
    """An order of the person's that has been sent, and where it is."""

    assignment: Assignment
    provider: Provider | None


@router.post("/persons/{id}/clearance")
@form("/authority/persons/{id}")
async def clear_colleagues(id: UUID, command: Clear, by: By, tx: Tx) -> Done:
    person = await tx.load(persons, id)
    known = await known_members(tx, command.members)
    await tx.save(persons, clear(person, command, by, known, await _orders(tx, id)))
    return Done(id=id, location=f"/authority/persons/{id}", message="De som får se personen är angivna.")


async def _orders(tx: Transaction, person_id: UUID) -> list[Ordered]:
    table = assignments.table.c
    sent = select(assignments.table).where(table.person_id == person_id, table.status.not_in(NEVER_SENT))
    return [Ordered(a, await find_provider(tx, a.unit_id, tx.today)) for a in await tx.find(assignments, sent)]


def clear(
    person: Person, command: Clear, by: Actor, known: frozenset[UUID], orders: Sequence[Ordered]
) -> Decision[Person]:
    """Refused when an order under way would be left with nobody who can act on it."""
    who = seen_by(person, by)
    if not person.protected:
        raise NotProtected
    if not known.issuperset(command.members):
        raise UnknownColleague("members")
    members: Iterable[UUID] = command.members
    if command.shown is not None:
        taken, given = set(command.shown) - set(members), [m for m in members if m not in command.shown]
        members = (*(member for member in person.cleared if member not in taken), *given)
    cleared = tuple(dict.fromkeys((person.registered_by, who.member_id, *members)))
    after = replace(person, cleared=cleared)
    for order in orders:
        if order.provider and _under_way(order.assignment):
            check_taken_care_of(order.provider, after)
    events = (
        ClearanceChanged(assignment_id=order.assignment.id, person_id=person.id, cleared=cleared) for order in orders
    )
    return Decision(after, tuple(events), who)


def _under_way(assignment: Assignment) -> bool:
    return assignment.status is OrderStatus.SENT and assignment.phase not in (Phase.DECLINED, Phase.ENDED)
