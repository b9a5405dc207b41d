"""Who has to do with a deviation, and what they may do: it doesn't exist for anybody else."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from chassis.auth import Actor
from chassis.decision import NotAllowed, NotFound, Who
from contracts.organisation import Role
from services.deviation.deviation import TRANSITIONS, Deviation, Status
from services.deviation.place import REPORTERS


class Link(StrEnum):
    """What ties a member to a deviation."""

    MANAGER = "manager"
    REPORTER = "reporter"
    CLEARED = "cleared"
    SUPPORT = "support"


ALLOWED: Mapping[str, tuple[Link, ...]] = {
    "move": (Link.SUPPORT, Link.REPORTER),
    "start-analysis": (Link.MANAGER,),
    "describe": (Link.MANAGER,),
    "assess": (Link.MANAGER,),
    "give-feedback": (Link.MANAGER,),
    "close-without-analysis": (Link.MANAGER,),
    "close": (Link.MANAGER,),
    "suspect-lex": (Link.MANAGER, Link.REPORTER),
    "remove": (Link.SUPPORT,),
}
"""Command -> who may give it; the rest happens by itself."""


@dataclass(frozen=True)
class Circle:
    """Who a deviation concerns besides those it names."""

    answering: UUID | None = None
    """Who answers for its unit today: the responsible manager, else a deputy."""
    protected: bool = False
    """True when it is about a person with protected details."""
    cleared: frozenset[UUID] = frozenset()
    """The members who may see a protected person."""


def links(deviation: Deviation, by: Actor, circle: Circle) -> Mapping[Link, Who]:
    """What ties a member to a deviation, and as whom they act then. NotFound when nothing does.

    Its manager is who answers for the unit today, also a deputy from elsewhere, and who got it, for as long as they
    work there. A member cleared for a protected person sees what the reporter sees, if they work at the unit.
    """
    found: dict[Link, Who] = {}
    if deviation.unit_id in by.units((Role.USER_SUPPORT,)):
        found[Link.SUPPORT] = by.at(deviation.unit_id, (Role.USER_SUPPORT,))
    if deviation.status is not Status.REMOVED and by.units(REPORTERS):
        who, works_here = as_reporter(by, deviation.unit_id), deviation.unit_id in by.units(REPORTERS)
        if by.member_id == circle.answering or (by.member_id == deviation.manager_id and works_here):
            found[Link.MANAGER] = who
        if by.member_id == deviation.reported_by:
            found[Link.REPORTER] = who
        if circle.protected and by.member_id in circle.cleared and works_here:
            found[Link.CLEARED] = who
    if not found:
        raise NotFound
    return found


def acting(found: Mapping[Link, Who], command: str) -> Who:
    """The member, by the first of the links that allow the command. NotAllowed when they see it but may not."""
    for link in ALLOWED[command]:
        if link in found:
            return found[link]
    raise NotAllowed


def possible(deviation: Deviation, found: Mapping[Link, Who]) -> tuple[str, ...]:
    """The commands that somebody with these links may give now."""
    return tuple(
        command
        for command, allowed in ALLOWED.items()
        if (deviation.status, command) in TRANSITIONS and found.keys() & frozenset(allowed)
    )


def as_reporter(by: Actor, unit_id: UUID) -> Who:
    """A reporter in the role they have at the unit, else in one they have elsewhere. NotAllowed when there is none."""
    if by.roles.get(unit_id, frozenset()) & frozenset(REPORTERS):
        return by.at(unit_id, REPORTERS)
    return by.anywhere(REPORTERS)
