"""A provider (utförare) as the authority knows it: the unit an order goes to, and who would see it there."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.decision import Invalid, Refused
from contracts.organisation import Role, UnitKind
from services.authority.person import Person

CARRIES_OUT = (UnitKind.PROVIDER, UnitKind.UNIT, UnitKind.SUB_UNIT, UnitKind.RESIDENCE)
RESPONSIBLE = (Role.OPERATIONS_MANAGER, Role.UNIT_MANAGER, Role.COORDINATOR)
"""Those who receive an order and pass it on."""
READERS = (*RESPONSIBLE, Role.CARE_WORKER)
"""Those who see an order at their unit."""


class UnknownProvider(Invalid):
    """Utföraren finns inte. Välj en utförare i listan."""


class ProviderEnded(Refused):
    """{unit} har upphört som enhet. Välj en annan utförare."""


class NotAProvider(Refused):
    """{unit} utför inga insatser. Välj den enhet hos utföraren som ska ta emot uppdraget."""


class NobodyCleared(Refused):
    """Personen har skyddade uppgifter. Ange först minst en chef eller samordnare på {unit} som får se personen."""


class NobodyThere(Refused):
    """{unit} har ingen chef eller samordnare som kan ta emot uppdraget. Kontakta enheten eller användarstöd."""


@dataclass(frozen=True)
class Staff:
    """A member with a role at the unit, or above it."""

    member_id: UUID
    name: str
    title: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Provider:
    """A unit, and everybody who would see an order there today."""

    unit_id: UUID
    name: str
    kind: UnitKind
    ended_on: date | None
    staff: tuple[Staff, ...]

    def readers(self, person: Person) -> tuple[Staff, ...]:
        """Those who would see who it is about; for a protected person only the named ones."""
        return tuple(member for member in self.staff if not person.protected or member.member_id in person.cleared)


def check_fit(provider: Provider, person: Person, on: date) -> None:
    """Refused when an order for this person can't go to the provider that day."""
    if provider.ended_on is not None and provider.ended_on <= on:
        raise ProviderEnded("unit_id", unit=provider.name)
    if provider.kind not in CARRIES_OUT:
        raise NotAProvider("unit_id", unit=provider.name)
    check_taken_care_of(provider, person)


def check_taken_care_of(provider: Provider, person: Person) -> None:
    """NobodyCleared or NobodyThere when an order for this person would be in the queue of nobody who can act on it."""
    if any(set(member.roles) & set(RESPONSIBLE) for member in provider.readers(person)):
        return
    raise (NobodyCleared if person.protected else NobodyThere)(unit=provider.name)
