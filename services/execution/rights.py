"""Who may know of an assignment, and who may act on it."""

from collections.abc import Collection, Iterable
from uuid import UUID

from chassis.auth import Actor
from chassis.decision import NotAllowed, NotFound, Who
from contracts.organisation import Role
from services.execution.assignment import Assignment

MANAGERS = (Role.OPERATIONS_MANAGER, Role.UNIT_MANAGER)
DISTRIBUTORS = (*MANAGERS, Role.COORDINATOR)
STAFF = (*DISTRIBUTORS, Role.CARE_WORKER)
"""Those who read assignments at their unit, and acknowledge them."""


def seen_by(assignment: Assignment, by: Actor) -> Who:
    """The role in which a member sees the assignment. NotFound when there is none: it doesn't exist for them."""
    if assignment.protected and by.member_id not in assignment.named:
        raise NotFound
    for unit in (*assignment.unit_ids, assignment.unit_id):
        if by.roles.get(unit, frozenset()) & frozenset(STAFF):
            return by.at(unit, STAFF)
    raise NotFound


def groups(seen: Iterable[Assignment], by: Actor) -> dict[Who, set[UUID]]:
    """The persons in a list by the role in which a member sees them, for the log."""
    found: dict[Who, set[UUID]] = {}
    for assignment in seen:
        found.setdefault(seen_by(assignment, by), set()).add(assignment.person_id)
    return found


def acting(assignment: Assignment, by: Actor, allowed: Collection[str], *units: UUID) -> Who:
    """The role in which a member does something at one of the units, the receiving one when none is named.

    NotFound when the assignment doesn't exist for them, NotAllowed when they see it but may not do this.
    """
    seen_by(assignment, by)
    for unit in units or (assignment.unit_id,):
        if unit in by.units(allowed):
            return by.at(unit, allowed)
    raise NotAllowed


def units_to_acknowledge_for(assignment: Assignment, by: Actor) -> tuple[UUID, ...]:
    """The units that carry it out where a member works."""
    return tuple(unit for unit in assignment.unit_ids if unit in by.units(STAFF))


def units_to_start_for(assignment: Assignment, by: Actor) -> tuple[UUID, ...]:
    """The units that have acknowledged it where a member may register the first visit."""
    waiting = assignment.waiting_unit_ids
    return tuple(unit for unit in assignment.unit_ids if unit in by.units(DISTRIBUTORS) and unit not in waiting)
