"""Correct what is said about a person (rätta uppgifter), also the protection; the orders' providers are told."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select

from chassis.auth import Actor
from chassis.decision import Decision, Invalid, Refused
from chassis.http import By, Done, Router, Tx, form, page
from contracts.authority import ClearanceChanged, PersonCorrected, Protection
from contracts.event import Event
from contracts.sealed import Sealed
from services.authority.details import Details, described
from services.authority.identity_number import IdentityType, Sex
from services.authority.lines import Choice, Heading, heading
from services.authority.lookups import colleagues_of, known_members, save_person, sent_orders
from services.authority.ordered import OVER, Ordered, check_all_taken_care_of
from services.authority.person import Correction, Person, UnknownColleague, seen_by
from services.authority.tables import assignments, persons

router = Router()

FIELDS = tuple(name for name in Details.model_fields if name not in ("de_identified", "cleared"))
"""What a correction can change."""


class Correct(Details):
    """All that is right about the person, and who may see them when the protection is new."""

    protection: Protection = Field(title="Skyddade uppgifter")
    """Never left out: that would end it."""
    seen: int | None = Field(default=None, ge=0)
    """How many corrections there were when this was filled in: it is not to undo what came between."""


class CorrectedMeanwhile(Refused):
    """{name} har rättat uppgifterna sedan du öppnade sidan. Kontrollera det du fyllt i mot personens sida och spara."""


class NothingCorrected(Invalid):
    """Inget är ändrat."""


class EditPerson(BaseModel):
    """The form, with what is said now."""

    id: UUID
    heading: Heading
    written: Details
    told_by_number: bool
    """Sex and birth year come from the number."""
    colleagues: list[Choice]
    """Those who can be named when the protection is new."""
    is_protected: bool
    seen: int
    sexes: tuple[Sex, ...] = tuple(Sex)
    protections: tuple[Protection, ...] = tuple(Protection)


@router.get("/persons/{id}/edit")
@page("edit_person.html")
async def edit_person(id: UUID, by: By, tx: Tx) -> EditPerson:
    person = await tx.read(persons, id)
    who = seen_by(person, by)
    orders = await tx.find(assignments, select(assignments.table).where(assignments.table.c.person_id == id))
    await tx.saw(who, [id], "read", f"person/{id}/edit")
    fixed = (person.registered_by, by.member_id)
    colleagues = {} if person.protected else await colleagues_of(tx, person, orders)
    return EditPerson(
        id=id,
        heading=heading(person),
        written=details_of(person),
        told_by_number=person.identity_type in (IdentityType.PERSONNUMMER, IdentityType.SAMORDNINGSNUMMER),
        colleagues=[Choice(id=str(id), name=name) for id, name in colleagues.items() if id not in fixed],
        is_protected=person.protected,
        seen=len(person.corrections),
    )


@router.put("/persons/{id}")
@router.post("/persons/{id}")
@form("/authority/persons/{id}/edit")
async def correct_a_person(id: UUID, command: Correct, by: By, tx: Tx) -> Done:
    person = await tx.load(persons, id)
    known = await known_members(tx, command.cleared)
    decision = correct(person, command, by, known, await sent_orders(tx, id), tx.now, tx.today)
    await save_person(tx, decision)
    told = " Utförarna har fått dem." if decision.events else ""
    return Done(id=id, location=f"/authority/persons/{id}", message=f"Uppgifterna är rättade.{told}")


def correct(
    person: Person,
    command: Correct,
    by: Actor,
    known: frozenset[UUID],
    orders: Sequence[Ordered],
    now: datetime,
    today: date,
) -> Decision[Person]:
    """A new protection names at once who may see the person; an old one is left to the page where they are named."""
    who = seen_by(person, by)
    if command.seen is not None and command.seen != len(person.corrections):
        raise CorrectedMeanwhile(name=person.corrections[-1].name if person.corrections else "Någon")
    if not known.issuperset(command.cleared):
        raise UnknownColleague("cleared")
    after = described(person, _forgotten(person, command), today)
    if after.protected and not person.protected:
        after = replace(after, cleared=tuple(dict.fromkeys((person.registered_by, who.member_id, *command.cleared))))
        check_all_taken_care_of(orders, after)
    fields = tuple(name for name in FIELDS if getattr(person, name) != getattr(after, name))
    if not fields:
        raise NothingCorrected
    correction = Correction(now, who.member_id, who.name, fields)
    after = replace(after, corrections=(*person.corrections, correction))
    return Decision(after, tuple(_told(person, after, orders, now)), who)


def _forgotten(person: Person, command: Correct) -> Correct:
    """Whose identity is to be documented no more loses the names and the address that stood there, too."""
    if not command.de_identified or person.identity_number is None:
        return command
    names = {name: "" for name in ("family_name", "given_name") if getattr(command, name) == getattr(person, name)}
    return command.model_copy(update={**names, "registered_address": None})


def _told(before: Person, after: Person, orders: Sequence[Ordered], now: datetime) -> Iterator[Event]:
    """Who has the person in an order under way gets it all; who is done with it only a new protection, or its end."""
    for order in orders:
        ids = {"assignment_id": order.assignment.id, "person_id": after.id}
        if order.assignment.phase not in OVER and after.card != before.card:
            yield PersonCorrected(**ids, corrected_at=now, person=Sealed(after.card))
        elif order.assignment.phase in OVER and after.protection is not before.protection:
            yield ClearanceChanged(**ids, cleared=after.card.cleared, protection=after.protection)


def details_of(person: Person) -> Details:
    """What the form would hold if the person were registered now."""
    known = person.identity_type is not IdentityType.NONE
    told = {name: getattr(person, name) for name in FIELDS if name != "identity_number"}
    return Details(identity_number=person.shown_number, de_identified=not known, **told)
