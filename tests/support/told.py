"""What notify tells of events, for tests of its rules."""

from collections.abc import Iterable
from uuid import UUID

from contracts.event import Event
from services.notify.features.tell import hear
from services.notify.matter import Matter
from services.notify.notice import Kind
from services.notify.telling import Told
from tests.support.heard import ASSIGNMENT, DEVIATION


def after(events: Iterable[Event], matter: Matter) -> Told:
    """What follows from the last of these events."""
    told = Told(matter)
    for number, event in enumerate(events, len(matter.heard)):
        told = hear(event, told.matter, UUID(int=number))
    return told


def about(*events: Event) -> Told:
    """What follows from the last of these events about one assignment or deviation."""
    return after(events, Matter(ASSIGNMENT if hasattr(events[0], "assignment_id") else DEVIATION))


def who(told: Told) -> list[tuple[Kind, UUID]]:
    """Who is told, and of what kind of thing."""
    return [(telling.kind, telling.to_id) for telling in told.tellings]
