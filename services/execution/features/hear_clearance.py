"""Hear clearance: the authority has changed who may see a protected person, in whatever status the assignment is."""

from dataclasses import replace
from datetime import datetime

from chassis.database import Transaction
from chassis.decision import Decision
from chassis.subscriptions import Subscriptions
from contracts.authority import ClearanceChanged, Protection
from services.execution.assignment import Assignment
from services.execution.course import AUTHORITY, acted, clearance_shared
from services.execution.tables import assignments

subscriptions = Subscriptions()


@subscriptions.on(ClearanceChanged, loads=assignments)
async def hear_changed_clearance(event: ClearanceChanged, tx: Transaction) -> None:
    before = await tx.load(assignments, event.assignment_id)
    await tx.save(assignments, hear_clearance(before, event, tx.now))


def hear_clearance(assignment: Assignment, event: ClearanceChanged, now: datetime) -> Decision[Assignment]:
    """The authority's list as it is now; whom the provider has named stay, unless the authority has taken them away."""
    person = assignment.order.person
    protection = event.protection or person.protection
    if (event.cleared, protection) == (person.cleared, person.protection):
        return Decision(assignment)
    hidden = {} if protection is Protection.NONE else {"registered_address": None}
    told = {"cleared": event.cleared, "protection": protection, **(hidden if event.protection else {})}
    revoked = set(person.cleared) - set(event.cleared)
    after = replace(
        assignment,
        order=assignment.order.model_copy(update={"person": person.model_copy(update=told)}),
        cleared=tuple(m for m in assignment.cleared if m not in revoked and protection is not Protection.NONE),
    )
    after = acted(after, "change-clearance", AUTHORITY, now, member_ids=event.cleared)
    return Decision(after, clearance_shared(assignment, after, now))
