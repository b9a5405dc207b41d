"""Hear a correction: the authority has put right what it says about a person, in whatever status the assignment is."""

from dataclasses import replace
from datetime import datetime

from chassis.database import Transaction
from chassis.decision import Decision
from chassis.subscriptions import Subscriptions
from contracts.authority import PersonCard, PersonCorrected, Protection
from services.execution.assignment import Assignment
from services.execution.course import AUTHORITY, acted, correction_shared
from services.execution.tables import assignments

subscriptions = Subscriptions()


@subscriptions.on(PersonCorrected, loads=assignments)
async def hear_corrected_person(event: PersonCorrected, tx: Transaction) -> None:
    before = await tx.load(assignments, event.assignment_id)
    await tx.save(assignments, hear_correction(before, event, tx.unseal(event.person, PersonCard), tx.now))


def hear_correction(
    assignment: Assignment, event: PersonCorrected, card: PersonCard, now: datetime
) -> Decision[Assignment]:
    """The card as it is now; whom the provider has named stay, unless the authority has taken them away."""
    before = assignment.order.person
    if card == before:
        return Decision(assignment)
    protected = card.protection is not Protection.NONE
    revoked = set(before.cleared) - set(card.cleared)
    after = replace(
        assignment,
        order=assignment.order.model_copy(update={"person": card}),
        cleared=tuple(member for member in assignment.cleared if member not in revoked) if protected else (),
    )
    after = acted(after, "correct-person", AUTHORITY, now)
    return Decision(after, correction_shared(after, event.corrected_at, now))
