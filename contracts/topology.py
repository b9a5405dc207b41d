"""Who publishes, who listens, and through which exchanges and queues: the broker's topology as data."""

from types import ModuleType
from uuid import UUID

from pydantic import BaseModel, field_validator

from contracts import authority, deviation, execution, journal, notify, organisation
from contracts.event import Event

SERVICES = ("organisation", "authority", "execution", "journal", "deviation", "notify")

HEARS: dict[str, tuple[str, ...]] = {
    "organisation": ("organisation",),
    "authority": ("organisation", "execution"),
    "execution": ("organisation", "authority", "journal"),
    "journal": ("organisation", "execution"),
    "deviation": ("organisation", "execution"),
    "notify": ("organisation", "authority", "execution", "deviation"),
}
"""Receiver -> the owners whose events it hears. Every service keeps a replica of the organisation."""

DIRECT = "direct"
"""Exchange for messages to one service: history sent again, and requests for it. Routing key = the receiver."""

DEAD = "dead"
"""Exchange and queue for what could not even be stored by its receiver."""


def exchange(owner: str) -> str:
    """The topic exchange an owner publishes to; routing key = the event's type."""
    return f"events.{owner}"


def queue(service: str) -> str:
    """The quorum queue of a receiving service, bound to `<owner>.#` of each owner it hears."""
    return f"{service}.inbox"


def _events(module: ModuleType) -> list[type[Event]]:
    found = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Event)]
    return [event for event in found if event is not Event and event.__module__ == module.__name__]


EVENTS: dict[str, type[Event]] = {
    event.type: event
    for module in (organisation, authority, execution, journal, deviation, notify)
    for event in _events(module)
}
"""Every type of event there is. A receiver parks what is not in this list: it is from the future, or a mistake."""


class ResendRequested(BaseModel):
    """Receiver to owner: send me a subject's history again (all subjects when none is named)."""

    receiver: str
    subject: str | None = None
    from_sequence: int = 1

    @field_validator("receiver")
    @classmethod
    def _exists(cls, receiver: str) -> str:
        """What is sent to nobody would be tried for ever."""
        if receiver not in SERVICES:
            raise ValueError("no such service")
        return receiver


RESEND_REQUESTED = "stafett.resend-requested.v1"
"""The type of the one message that is not an event: it may be repeated and needs no order."""

SYSTEM_ID = UUID(int=0)
"""The actor of what happens by itself."""
