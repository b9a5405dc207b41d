"""A person (brukare, klient) the authority decides about, and who may see them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.auth import Actor
from chassis.decision import Invalid, NotFound, Refused, Who
from contracts.authority import PersonCard, Protection
from contracts.organisation import Role
from services.authority.identity_number import IdentityType, Sex

CASE_WORKERS = (Role.CASE_WORKER,)
"""Those who register, decide, order and read here; nobody else has any business at the authority."""


class ChooseUnit(Refused):
    """Du är handläggare på flera enheter. Välj vilken enhet personen hör till."""

    status = 422


class UnknownColleague(Invalid):
    """Någon av dem som ska få se personen finns inte i organisationen."""


class AlreadyRegistered(Refused):
    """Identitetsnumret är redan registrerat. Kontakta användarstöd om du inte hittar personen bland dina."""


class AlreadyYours(Refused):
    """Personen är redan registrerad, i ärende {case_number}."""

    see = "/authority/persons/{id}?already=true"


@dataclass(frozen=True)
class Correction:
    """Who put something right, when, and what: never what it was before."""

    at: datetime
    member_id: UUID
    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Person:
    """A person at one authority unit. Never keyed by the identity number, which can change."""

    id: UUID
    authority_unit_id: UUID
    case_number: str
    identity_number: str | None = field(repr=False)
    """Twelve characters without separators; None for a person without identity (avidentifierad)."""
    identity_type: IdentityType
    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    sex: Sex
    birth_year: int | None
    registered_by: UUID
    registered_at: datetime
    contact_language: str | None = None
    interpreter_need: str | None = None
    registered_address: str | None = field(default=None, repr=False)
    protection: Protection = Protection.NONE
    cleared: tuple[UUID, ...] = ()
    """The members who may see the person when the details are protected."""
    corrections: tuple[Correction, ...] = ()

    @property
    def protected(self) -> bool:
        """True when only named members may know that the person is here."""
        return self.protection is not Protection.NONE

    @property
    def name(self) -> str:
        """As lists show it."""
        return f"{self.family_name}, {self.given_name}"

    @property
    def search_name(self) -> str:
        """The names to search by, without regard to capitals."""
        return f"{self.family_name} {self.given_name}".casefold()

    @property
    def shown_number(self) -> str | None:
        """With the hyphen people expect."""
        return f"{self.identity_number[:8]}-{self.identity_number[8:]}" if self.identity_number else None

    @property
    def card(self) -> PersonCard:
        """What a provider is told."""
        return PersonCard(
            person_id=self.id,
            identity_number=self.identity_number,
            identity_type=self.identity_type,
            family_name=self.family_name,
            given_name=self.given_name,
            contact_language=self.contact_language,
            interpreter_need=self.interpreter_need,
            registered_address=self.registered_address,
            protection=self.protection,
            cleared=self.cleared if self.protected else (),
        )


def seen_by(person: Person, by: Actor) -> Who:
    """The role in which a member sees the person and all that is decided and ordered. NotFound when there is none."""
    if person.protected and by.member_id not in person.cleared:
        raise NotFound
    return by.at(person.authority_unit_id, CASE_WORKERS)


def groups(people: Iterable[Person], by: Actor) -> dict[Who, list[UUID]]:
    """The persons in a list by the role in which a member sees them, for the log."""
    found: dict[Who, list[UUID]] = {}
    for person in people:
        found.setdefault(seen_by(person, by), []).append(person.id)
    return found


def own_unit(by: Actor, chosen: UUID | None) -> UUID:
    """The unit a case worker registers a person at. NotAllowed for others, ChooseUnit when it isn't clear which."""
    by.anywhere(CASE_WORKERS)
    mine = by.units(CASE_WORKERS)
    if chosen in mine:
        return chosen
    if chosen is not None or len(mine) != 1:
        raise ChooseUnit("authority_unit_id")
    return next(iter(mine))
