"""An assignment as the provider has it: the fulfilment's status, which the provider alone changes."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from chassis.decision import Who
from chassis.swedish import sort_key
from contracts.authority import Order, Protection
from services.execution.measures import FrequencyUnit, HoursUnit, PerformedWhen
from services.execution.waiting import Acknowledgement, Reminder, Wait, waits_of


class Status(StrEnum):
    """Where the assignment is at the provider."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DISTRIBUTED = "distributed"
    ACKNOWLEDGED = "acknowledged"
    IN_EXECUTION = "in_execution"
    ENDED = "ended"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


OVER = (Status.DECLINED, Status.WITHDRAWN, Status.CLOSED)
"""Nothing more comes of it at the provider."""


class RowStatus(StrEnum):
    """Where one intervention (verkställighet) is."""

    REGISTERED = "registered"
    SENT = "sent"
    RECALLED = "recalled"
    REMOVED = "removed"
    ENDED = "ended"


@dataclass(frozen=True)
class Row:
    """One intervention (insats) of the assignment, at one unit (F-10)."""

    id: UUID
    service: str
    service_name: str
    unit_id: UUID
    period_from: date
    period_to: date | None = None
    """The last day; None is until further notice (tills vidare)."""
    form: str | None = None
    resource: str | None = None
    resource_usage: str | None = None
    hours: Decimal | None = None
    double_hours: Decimal | None = None
    hours_unit: HoursUnit | None = None
    performed_when: PerformedWhen | None = None
    frequency: Decimal | None = None
    frequency_unit: FrequencyUnit | None = None
    status: RowStatus = RowStatus.REGISTERED

    @property
    def with_unit(self) -> bool:
        """True when the unit has it to carry out, or has carried it out."""
        return self.status in (RowStatus.SENT, RowStatus.ENDED)

    def current_or_planned(self, today: date) -> bool:
        """True when it is with the unit and its last day has not passed (R-30)."""
        return self.with_unit and (self.period_to is None or self.period_to >= today)


@dataclass(frozen=True)
class Act:
    """What somebody did, in which role and when: the assignment's history."""

    what: str
    by: Who
    at: datetime
    row_ids: tuple[UUID, ...] = ()
    member_ids: tuple[UUID, ...] = ()
    on: date | None = None
    reason: str | None = None
    note: str = field(default="", repr=False)


@dataclass(frozen=True)
class Assignment:
    """The assignment at the provider."""

    id: UUID
    person_id: UUID
    unit_id: UUID
    """The provider's unit it was sent to."""
    authority_unit_id: UUID
    case_worker_id: UUID
    decision_id: UUID
    order: Order = field(repr=False)
    sent_at: datetime
    received_at: datetime
    period_from: date | None = None
    period_to: date | None = None
    status: Status = Status.RECEIVED
    rows: tuple[Row, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    """Those in force: a unit that gets it anew after a recall acknowledges anew."""
    started_on: date | None = None
    closed_on: date | None = None
    """The day the authority closed the order; the units may still have something to end."""
    follow_up_rounds: int = 0
    cleared: tuple[UUID, ...] = ()
    """Members whom the provider's own manager has let see a protected person."""
    reminders: tuple[Reminder, ...] = ()
    acts: tuple[Act, ...] = ()

    @property
    def unit_ids(self) -> tuple[UUID, ...]:
        """The units that carry it out."""
        return tuple(dict.fromkeys(row.unit_id for row in self.rows if row.with_unit))

    @property
    def services_now(self) -> tuple[str, ...]:
        """The names of what units carry out; of all that is ordered while something is left to distribute."""
        ordered = tuple(service.name for service in self.order.services)
        at_units = tuple(dict.fromkeys(row.service_name for row in self.rows if row.with_unit))
        return at_units if at_units and not self.to_distribute else ordered

    @property
    def at_units(self) -> bool:
        """True while units have it to carry out."""
        return self.status in (Status.DISTRIBUTED, Status.ACKNOWLEDGED, Status.IN_EXECUTION)

    @property
    def waiting_unit_ids(self) -> tuple[UUID, ...]:
        """The units that have it to carry out and have not acknowledged."""
        done = {acknowledgement.unit_id for acknowledgement in self.acknowledgements}
        return tuple(unit for unit in self.unit_ids if unit not in done) if self.at_units else ()

    @property
    def to_distribute(self) -> bool:
        """True when it is for the receiving unit to distribute: nothing has been sent, or a row is left to send."""
        unsent = any(row.status is RowStatus.REGISTERED for row in self.rows)
        return self.status in (Status.RECEIVED, Status.ACCEPTED) or (self.at_units and unsent)

    @property
    def waits(self) -> tuple[Wait, ...]:
        """The units that are to acknowledge, and since when."""
        sent = {row_id: act.at for act in self.acts if act.what == "distribute" for row_id in act.row_ids}
        rows = [(row.unit_id, sent.get(row.id, self.received_at)) for row in self.rows if row.with_unit]
        return waits_of(self.waiting_unit_ids, rows, self.reminders)

    @property
    def queue_waits(self) -> tuple[Wait, ...]:
        """The units in whose Nya uppdrag it lies: each that has not acknowledged, and the one that is to distribute."""
        if not self.to_distribute or self.unit_id in self.waiting_unit_ids:
            return self.waits
        registered = (act.at for act in reversed(self.acts) if act.what == "register" and self.at_units)
        return (*self.waits, Wait(self.unit_id, next(registered, self.received_at)))

    @property
    def queue_unit_ids(self) -> tuple[UUID, ...]:
        """The units in whose Nya uppdrag it lies."""
        return tuple(wait.unit_id for wait in self.queue_waits)

    @property
    def waiting_since(self) -> datetime:
        """Since when it has lain in the queue of any of them."""
        return min((wait.since for wait in self.queue_waits), default=self.received_at)

    @property
    def unacknowledged_since(self) -> datetime | None:
        """Since when a unit has had it to acknowledge; None when none has."""
        return min((wait.since for wait in self.waits), default=None)

    next_reminder_at = None
    """What the release before looks for in the same column: it reminds of nothing that this one has written."""

    @property
    def reminded(self) -> int:
        """The number of the last reminder, of the unit that has had the fewest."""
        return min((wait.reminders for wait in self.waits), default=0)

    @property
    def been_distributed(self) -> bool:
        """True once any row has been sent to a unit, also when it has been recalled."""
        return any(row.status not in (RowStatus.REGISTERED, RowStatus.REMOVED) for row in self.rows)

    @property
    def last_day(self) -> date | None:
        """The last day of all, once every row with a unit has been given one; None as long as anything is left."""
        if any(row.status in (RowStatus.REGISTERED, RowStatus.SENT) for row in self.rows):
            return None
        return max(
            (row.period_to for row in self.rows if row.status is RowStatus.ENDED and row.period_to), default=None
        )

    @property
    def next_last_day(self) -> date | None:
        """The first day after which a row ends by itself, its period being over."""
        days = (row.period_to for row in self.rows if row.status is RowStatus.SENT)
        return min((day for day in days if day is not None), default=None)

    @property
    def protected(self) -> bool:
        """True when only named members may see who it is about."""
        return self.order.person.protection is not Protection.NONE

    @property
    def named(self) -> tuple[UUID, ...]:
        """The members who may see a protected person: named by the authority, or by the provider's own manager."""
        return tuple(dict.fromkeys((*self.order.person.cleared, *self.cleared)))

    @property
    def person_name(self) -> str:
        """Efternamn, Förnamn."""
        return f"{self.order.person.family_name}, {self.order.person.given_name}"

    @property
    def sort_name(self) -> str:
        """What lists are ordered by."""
        return sort_key(self.person_name)
