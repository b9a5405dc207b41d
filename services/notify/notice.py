"""A notice: one thing that a member or a role at a unit is told, in ids and codes only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from chassis.auth import Actor
from contracts.organisation import Role


class Kind(StrEnum):
    """What a notice says. Each kind goes to one sort of recipient, in TO_ROLES."""

    NEW_ASSIGNMENT = "new_assignment"
    DISTRIBUTED = "distributed"
    CHOSEN = "chosen"
    ASSIGNMENT_CHANGED = "assignment_changed"
    ASSIGNMENT_WITHDRAWN = "assignment_withdrawn"
    DECLINED = "declined"
    DECLINE_CONFIRMED = "decline_confirmed"
    ACKNOWLEDGE_REMINDER = "acknowledge_reminder"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    ACKNOWLEDGED = "acknowledged"
    STARTED = "started"
    FOLLOW_UP = "follow_up"
    ASSIGNMENT_ENDED = "assignment_ended"
    ASSIGNMENT_CLOSED = "assignment_closed"
    DEVIATION = "deviation"
    DEVIATION_MOVED = "deviation_moved"
    MANAGER_MISSING = "manager_missing"
    UNIT_WITHOUT_MANAGER = "unit_without_manager"
    LEX_SARAH = "lex_sarah"
    LEX_MARIA = "lex_maria"
    FEEDBACK = "feedback"
    DEVIATION_CLOSED = "deviation_closed"
    DEVIATION_REMOVED = "deviation_removed"


class Recipient(StrEnum):
    """Who a notice is for: one member, or whoever holds one of the roles when the inbox is opened."""

    MEMBER = "member"
    MANAGEMENT = "management"
    STAFF = "staff"
    USER_SUPPORT = "user_support"


HOLDERS: Mapping[Recipient, tuple[Role, ...]] = {
    Recipient.MEMBER: (),
    Recipient.MANAGEMENT: (Role.OPERATIONS_MANAGER, Role.UNIT_MANAGER, Role.COORDINATOR),
    Recipient.STAFF: (Role.OPERATIONS_MANAGER, Role.UNIT_MANAGER, Role.COORDINATOR, Role.CARE_WORKER),
    Recipient.USER_SUPPORT: (Role.USER_SUPPORT,),
}
"""The roles that a notice to a unit is for."""

EVERYWHERE = UUID(int=0)
"""Stands in the place of a unit for those who hold the role at any unit (user support)."""


class Status(StrEnum):
    """Whether anybody may still have to read it."""

    OPEN = "open"
    SETTLED = "settled"
    """Its only recipient has read it, or it was news to a unit long ago."""
    MOOT = "moot"
    """Something has happened since, so that there is nothing left to do about it."""


TO_ROLES: Mapping[Kind, Recipient] = {
    Kind.NEW_ASSIGNMENT: Recipient.MANAGEMENT,
    Kind.DISTRIBUTED: Recipient.STAFF,
    Kind.ACKNOWLEDGE_REMINDER: Recipient.MANAGEMENT,
    Kind.ASSIGNMENT_WITHDRAWN: Recipient.MANAGEMENT,
    Kind.DECLINE_CONFIRMED: Recipient.MANAGEMENT,
    Kind.ASSIGNMENT_CLOSED: Recipient.MANAGEMENT,
    Kind.UNIT_WITHOUT_MANAGER: Recipient.USER_SUPPORT,
}
"""The kinds that are for whoever holds a role. All others are for one member."""


WHOSE: Mapping[Kind, tuple[Role, ...]] = {
    **dict.fromkeys((Kind.DECLINED, Kind.NOT_ACKNOWLEDGED, Kind.ACKNOWLEDGED), (Role.CASE_WORKER,)),
    **dict.fromkeys((Kind.STARTED, Kind.FOLLOW_UP, Kind.ASSIGNMENT_ENDED), (Role.CASE_WORKER,)),
    **dict.fromkeys((Kind.CHOSEN, Kind.ASSIGNMENT_CHANGED), HOLDERS[Recipient.STAFF]),
}
"""The kinds for one member that come to some roles only."""


def may_get(kind: Kind, by: Actor) -> bool:
    """True when a kind of notice may come to a member in the roles of today."""
    roles = WHOSE.get(kind) or HOLDERS[recipient(kind)]
    return not roles or bool(by.units(roles))


def recipient(kind: Kind) -> Recipient:
    """Who a kind of notice is for."""
    return TO_ROLES.get(kind, Recipient.MEMBER)


@dataclass(frozen=True)
class Notice:
    """What somebody is told; the words are put together when it is read."""

    id: UUID
    kind: Kind
    to_id: UUID
    """The member, or the unit whose role holders it waits for, or EVERYWHERE."""
    unit_id: UUID
    """The unit it happened at."""
    about_id: UUID
    """The assignment or deviation."""
    part_id: UUID | None
    """The part of it: a follow-up."""
    actor_member_id: UUID | None
    created_at: datetime
    status: Status = Status.OPEN

    @property
    def recipient(self) -> Recipient:
        """Whether `to_id` is a member, or a unit and for which roles."""
        return recipient(self.kind)


MANDATORY = frozenset(
    {
        *(Kind.DEVIATION, Kind.DEVIATION_MOVED, Kind.MANAGER_MISSING, Kind.UNIT_WITHOUT_MANAGER),
        *(Kind.LEX_SARAH, Kind.LEX_MARIA, Kind.FEEDBACK),
    }
)
"""Kinds that nobody can do without."""

NEWS = frozenset({Kind.ASSIGNMENT_WITHDRAWN, Kind.DECLINE_CONFIRMED, Kind.ASSIGNMENT_CLOSED})
"""Kinds to a unit that ask for nothing: nothing that happens later makes them moot, so age does."""
NEWS_AGE = timedelta(days=90)

Place = tuple[Kind, UUID]
"""Where notices wait: a kind, and the member or unit it is addressed to."""


def places(by: Actor, kinds: Collection[Kind]) -> frozenset[Place]:
    """Everywhere notices of these kinds wait for a member, in the roles they hold today."""
    found: set[Place] = set()
    for kind in kinds:
        units = by.units(HOLDERS[recipient(kind)])
        if recipient(kind) is Recipient.MEMBER:
            found.add((kind, by.member_id))
        elif recipient(kind) is Recipient.USER_SUPPORT:
            found |= {(kind, EVERYWHERE)} if units else set()
        else:
            found |= {(kind, unit) for unit in units}
    return frozenset(found)
