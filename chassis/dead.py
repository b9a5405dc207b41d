"""What the broker's last-resort queue holds, and how it comes into the inbox of the service whose queue it died in.

Of a body nothing is shown but its size.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.arrival import Delivery, as_sent, read
from chassis.inbox_queries import SEND_AGAIN
from chassis.parked import note
from contracts.topology import RESEND_REQUESTED, SERVICES, ResendRequested, queue

QUEUES = {queue(service): service for service in SERVICES}

PLACE = text("""
    INSERT INTO inbox_position AS p (owner, subject) VALUES (:owner, :subject)
    ON CONFLICT (owner, subject) DO UPDATE SET last = p.last RETURNING last""")
"""How far the inbox has come with a subject, locked: it holds this row while it applies one."""
KEEP = text("""
    INSERT INTO inbox (id, owner, subject, sequence, type, headers, body, status, last_error)
    VALUES (:id, :owner, :subject, :sequence, :type, CAST(:headers AS jsonb), :body, :status, :error)
    ON CONFLICT (id, owner) DO NOTHING RETURNING status""")
KNOWN = text("SELECT status FROM inbox WHERE id = :id AND owner = :owner")


@dataclass(frozen=True)
class Death:
    """How a message ended in the last-resort queue, as the broker tells it."""

    queue: str
    reason: str
    at: datetime | None
    deliveries: int = 0

    @property
    def service(self) -> str | None:
        """Whose queue it died in; None when it was nobody's."""
        return QUEUES.get(self.queue)

    @property
    def said(self) -> str:
        """What its row in the inbox says."""
        return f"came to the dead queue from {self.queue}: {self.reason}"


def death_of(headers: Mapping[str, Any]) -> Death:
    """The last death that the headers tell of; `unknown` where they tell of none."""
    deaths = headers.get("x-death")
    last = deaths[0] if isinstance(deaths, list) and deaths and isinstance(deaths[0], Mapping) else {}
    at = last.get("time")
    return Death(
        queue=str(last.get("queue") or headers.get("x-first-death-queue") or "unknown"),
        reason=str(last.get("reason") or headers.get("x-first-death-reason") or "unknown"),
        at=at if isinstance(at, datetime) else None,
        deliveries=int(headers.get("x-delivery-count") or 0),
    )


@dataclass(frozen=True)
class Import:
    """What became of a dead message: a status of the inbox, or `answered` of a request for history."""

    id: str
    status: str
    new: bool
    """False when the inbox had it before."""


async def take_in(connection: AsyncConnection, delivery: Delivery, death: Death, operator: str, why: str) -> Import:
    """Park a dead message in this inbox (or note it as a duplicate when its place is already past), and who did it.

    The same message taken in twice is one row. A request for history is answered instead: it needs no place.
    """
    arrival = read(as_sent(delivery))
    if arrival.type == RESEND_REQUESTED and arrival.error is None:
        asked = ResendRequested.model_validate_json(arrival.body)
        again = {"receiver": asked.receiver, "subject": asked.subject, "first": asked.from_sequence}
        await connection.execute(SEND_AGAIN, again)
        await note(connection, operator, "import", f"{arrival.id} {arrival.type}: answered", why)
        return Import(str(arrival.id), "answered", new=True)
    sequence = arrival.sequence or None
    place = {"owner": arrival.owner, "subject": arrival.subject}
    past = sequence is not None and sequence <= (await connection.execute(PLACE, place)).scalar_one()
    error = death.said if arrival.error is None else f"{arrival.error}; {death.said}"
    values = {name: getattr(arrival, name) for name in ("id", "owner", "subject", "type", "body")}
    status = "duplicate" if past else "parked"
    kept = {**values, "sequence": sequence, "headers": json.dumps(arrival.headers), "status": status, "error": error}
    stored = (await connection.execute(KEEP, kept)).scalar()
    if stored is None:
        known = await connection.scalar(KNOWN, {"id": arrival.id, "owner": arrival.owner})
        return Import(str(arrival.id), str(known), new=False)
    await note(connection, operator, "import", f"{arrival.id} from {death.queue}: {status}", why)
    return Import(str(arrival.id), status, new=True)
