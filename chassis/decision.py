"""The result of every decision: the new state, what happened, and who did it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from contracts.event import Event, kebab
from contracts.topology import SYSTEM_ID

State = TypeVar("State")


@dataclass(frozen=True)
class Who:
    """A member acting in a role at a unit, as it was when it happened."""

    member_id: UUID
    name: str
    role: str
    unit_id: UUID | None


SYSTEM = Who(SYSTEM_ID, "Stafett", "system", None)


@dataclass(frozen=True)
class Decision(Generic[State]):
    """What a pure decision returns; the door saves it in one transaction."""

    state: State
    events: tuple[Event, ...] = ()
    by: Who = SYSTEM


class Refused(Exception):
    """Det går inte att göra så här."""

    # The docstring of a subclass is the sentence the user reads, its name the machine's code, and {placeholders}
    # in the docstring are filled from the facts given.

    status = 409
    question = False
    """Nothing is wrong: it only waits for a yes."""
    see = ""
    """The page that already shows how it is, with places for facts: a browser is led there."""

    def __init__(self, field: str | None = None, **facts: object) -> None:
        super().__init__((type(self).__doc__ or "").format_map(facts))
        self.field = field
        self.facts: Mapping[str, object] = facts

    @property
    def code(self) -> str:
        """NotDistributed -> not-distributed."""
        return kebab(type(self).__name__)


class NotFound(Refused):
    """Det du söker finns inte, eller så har du inte behörighet att se det."""

    status = 404


class NotAllowed(Refused):
    """Din roll har inte behörighet att göra det här. Kontakta din chef om du behöver det i ditt arbete."""

    status = 403


class Invalid(Refused):
    """Uppgiften går inte att använda."""

    status = 422
