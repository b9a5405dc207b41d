"""Name who may see a protected person; the providers that have the person's orders are told."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from contracts.authority import ClearanceChanged
from services.authority.lookups import known_members, sent_orders
from services.authority.ordered import Ordered, check_all_taken_care_of
from services.authority.person import Person, UnknownColleague, seen_by
from services.authority.tables import persons

router = Router()


class Clear(Command):
    """All who may see the person from now on, besides who registered the person and who says this."""

    members: tuple[UUID, ...] = Field(default=(), title="Får se personen", max_length=100)
    shown: tuple[UUID, ...] | None = Field(default=None, max_length=100)
    """Those who could see the person when this was chosen: what others have changed since stands."""


class NotProtected(Refused):
    """Personen har inga skyddade uppgifter: alla med behörighet på enheten ser redan personen."""


@router.post("/persons/{id}/clearance")
@form("/authority/persons/{id}")
async def clear_colleagues(id: UUID, command: Clear, by: By, tx: Tx) -> Done:
    person = await tx.load(persons, id)
    known = await known_members(tx, command.members)
    await tx.save(persons, clear(person, command, by, known, await sent_orders(tx, id)))
    return Done(id=id, location=f"/authority/persons/{id}", message="De som får se personen är angivna.")


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
    check_all_taken_care_of(orders, after)
    events = (
        ClearanceChanged(assignment_id=order.assignment.id, person_id=person.id, cleared=cleared) for order in orders
    )
    return Decision(after, tuple(events), who)
