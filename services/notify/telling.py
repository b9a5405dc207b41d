"""What follows from an event: who is told, which earlier notices are moot, and what to remember."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from services.notify.matter import Matter
from services.notify.notice import Kind, Notice, Status


@dataclass(frozen=True)
class Telling:
    """One recipient is told one thing."""

    kind: Kind
    to_id: UUID
    unit_id: UUID
    actor_member_id: UUID | None = None
    part_id: UUID | None = None


@dataclass(frozen=True)
class Overtaken:
    """Earlier notices about the same matter that are moot now: of these kinds, at one unit or about one part."""

    kinds: tuple[Kind, ...]
    unit_id: UUID | None = None
    part_id: UUID | None = None


@dataclass(frozen=True)
class Told:
    """What follows from an event."""

    matter: Matter
    tellings: tuple[Telling, ...] = ()
    overtaken: tuple[Overtaken, ...] = ()


def made(told: Told, cause: UUID, now: datetime) -> tuple[Notice, ...]:
    """The notices to keep. Their ids come from the message that caused them, so that it makes them once."""
    return tuple(
        Notice(
            id=uuid5(cause, f"{telling.kind}/{telling.to_id}/{telling.unit_id}"),
            kind=telling.kind,
            to_id=telling.to_id,
            unit_id=telling.unit_id,
            about_id=told.matter.id,
            part_id=telling.part_id,
            actor_member_id=telling.actor_member_id,
            created_at=now,
            status=Status.MOOT
            if telling.kind in told.matter.past or telling.part_id in told.matter.read_parts
            else Status.OPEN,
        )
        for telling in told.tellings
    )
