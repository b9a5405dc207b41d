"""A unit of the organisation, and who is told of a deviation there."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from contracts.organisation import UnitKind
from services.deviation.code_lists import BusinessArea


@dataclass(frozen=True)
class Unit:
    """A unit of the organisation, as the replica has it."""

    id: UUID
    name: str
    kind: UnitKind
    business_area: str | None = None
    ended_on: date | None = None

    @property
    def health_care(self) -> bool:
        """True for a unit of hemsjukvården (HSL)."""
        return self.business_area == BusinessArea.HSL

    @property
    def residence(self) -> bool:
        """True for a boende."""
        return self.kind is UnitKind.RESIDENCE


@dataclass(frozen=True)
class Told:
    """Who is told of a deviation at a unit, said before it is saved (P7)."""

    unit_id: UUID
    name: str | None
    title: str | None
    sentence: str


NO_MANAGER = "Ingen ansvarig chef finns för enheten. Kontrollera att avvikelsen är registrerad på rätt enhet."
"""R-26."""


def told(unit_id: UUID, manager: tuple[UUID, str, str] | None) -> Told:
    """manager: id, name and title of who answers for the unit."""
    if manager is None:
        return Told(unit_id, None, None, NO_MANAGER)
    _, name, title = manager
    return Told(unit_id, name, title, f"Meddelande skickas till {name}, {title}.")
