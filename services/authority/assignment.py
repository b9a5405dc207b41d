"""An assignment as ordered: the order's own status, which the authority alone changes, and what came back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.decision import Decision, Refused
from chassis.seen import mark_of
from contracts.authority import Order, OrderedGoal
from contracts.execution import DeclineReason, ReasonHolder
from services.authority.labels import PHASES
from services.authority.status_line import DISTRIBUTED_SINCE, Mark, Row, furthest


class OrderStatus(StrEnum):
    """What the authority has done with the order."""

    DRAFT = "draft"
    DISCARDED = "discarded"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    DECLINE_CONFIRMED = "decline_confirmed"
    CLOSED = "closed"


NEVER_SENT = (OrderStatus.DRAFT, OrderStatus.DISCARDED)


class Phase(StrEnum):
    """The order's status, and while it is with the provider, how far the provider has told that it has come."""

    DRAFT = "draft"
    DISCARDED = "discarded"
    SENT = "sent"
    RECEIVED = "received"
    RECALLED = "recalled"
    DECLINED = "declined"
    DISTRIBUTED = "distributed"
    ACKNOWLEDGED = "acknowledged"
    STARTED = "started"
    FOLLOWED_UP = "followed_up"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    DECLINE_CONFIRMED = "decline_confirmed"
    CLOSED = "closed"


TRANSITIONS: Mapping[tuple[Phase, str], OrderStatus] = {
    (Phase.DRAFT, "edit"): OrderStatus.DRAFT,
    (Phase.DRAFT, "send"): OrderStatus.SENT,
    (Phase.DRAFT, "discard"): OrderStatus.DISCARDED,
    (Phase.SENT, "withdraw"): OrderStatus.WITHDRAWN,
    (Phase.RECEIVED, "withdraw"): OrderStatus.WITHDRAWN,
    (Phase.WITHDRAWN, "find-too-late"): OrderStatus.SENT,
    (Phase.DECLINED, "confirm-decline"): OrderStatus.DECLINE_CONFIRMED,
    (Phase.DECLINE_CONFIRMED, "replace"): OrderStatus.DECLINE_CONFIRMED,
    (Phase.WITHDRAWN, "replace"): OrderStatus.WITHDRAWN,
    (Phase.ENDED, "close"): OrderStatus.CLOSED,
}
"""(from, command) -> the order's status. What is not here is refused."""


class NotPossibleNow(Refused):
    """Det går inte: uppdraget är {status}."""


class AlreadySent(Refused):
    """Uppdraget är {status} och kan inte skickas igen."""

    see = "/authority/assignments/{id}"


@dataclass(frozen=True)
class Decline:
    """Why the provider declined, and whose reason it is."""

    reason: DeclineReason
    holder: ReasonHolder
    text: str = field(repr=False)


@dataclass(frozen=True)
class Assignment:
    """An order to a provider, from draft to closed."""

    id: UUID
    person_id: UUID
    decision_id: UUID
    authority_unit_id: UUID
    drafted_by: UUID
    drafted_at: datetime
    assignment_name: str = field(repr=False)
    unit_id: UUID | None = None
    """The provider's unit; a draft may still lack it."""
    services: tuple[str, ...] = ()
    goals: tuple[OrderedGoal, ...] = field(default=(), repr=False)
    cover_message: str = field(default="", repr=False)
    status: OrderStatus = OrderStatus.DRAFT
    case_worker_id: UUID | None = None
    """Who sent it."""
    sent_at: datetime | None = None
    order: Order | None = field(default=None, repr=False)
    """What was sent, as it was sent."""
    replaces: UUID | None = None
    replaced_by: UUID | None = None
    decline: Decline | None = None
    line: tuple[Row, ...] = ()

    @property
    def fulfilment(self) -> Mark | None:
        """How far it has come at the provider, whatever the authority has done since; None before it is sent."""
        return furthest(self.line)

    @property
    def seen(self) -> str:
        """A mark of what the draft says."""
        goals = [goal.text for goal in self.goals]
        return mark_of(self.unit_id, self.assignment_name, self.services, goals, self.cover_message)

    @property
    def phase(self) -> Phase:
        """The two statuses as one, for lists and for what can be done."""
        if self.status is not OrderStatus.SENT:
            return Phase(self.status.value)
        return Phase((self.fulfilment or Mark.SENT).value)

    @property
    def possible(self) -> tuple[str, ...]:
        """What the case worker can do with it now."""
        commands = (command for phase, command in TRANSITIONS if phase is self.phase and command != "find-too-late")
        return tuple(command for command in commands if command != "replace" or self.replaced_by is None)


def step(assignment: Assignment, command: str, refusal: type[Refused] = NotPossibleNow) -> OrderStatus:
    """The order's status after a command; the refusal when it may not be given now."""
    after = TRANSITIONS.get((assignment.phase, command))
    if after is None:
        raise refusal(status=PHASES[assignment.phase], id=assignment.id)
    return after


def noted(assignment: Assignment, row: Row) -> Assignment:
    """With one more row in the status line."""
    return replace(assignment, line=(*assignment.line, row))


def heard(assignment: Assignment, row: Row, now: datetime) -> Decision[Assignment]:
    """With what the provider told. It never changes the order's status, but for one thing: the provider distributed
    before it heard of a withdrawal, and so never withdrew; then the order stands."""
    after = noted(assignment, row)
    if assignment.status is OrderStatus.WITHDRAWN and row.mark in DISTRIBUTED_SINCE:
        status = step(assignment, "find-too-late")
        after = replace(noted(after, Row(Mark.WITHDRAWAL_TOO_LATE, now)), status=status)
    return Decision(after)
