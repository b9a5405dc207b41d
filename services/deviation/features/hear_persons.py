"""Hear about persons: who they are, and which units carry out something for them."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.decision import Decision, NotFound
from chassis.subscriptions import Subscriptions
from contracts.authority import PersonCard
from contracts.execution import AssignmentDistributed, ClearanceShared, CorrectionShared, InterventionEnded
from services.deviation.lookups import carried_for
from services.deviation.person import (
    Carried,
    Person,
    carried_after_clearance,
    carried_after_end,
    carried_now,
    cleared_now,
    corrected_now,
    known_now,
    person_of,
    protected_now,
)
from services.deviation.tables import carried, persons

subscriptions = Subscriptions()


@subscriptions.on(AssignmentDistributed, loads=carried)
async def hear_distributed(event: AssignmentDistributed, tx: Transaction) -> None:
    card = tx.unseal(event.person, PersonCard)
    await tx.save(carried, Decision(carried_now(await _carried(tx, event.assignment_id), event, card)))
    await _know(tx, person_of(card, event.distributed_at))


@subscriptions.on(InterventionEnded, loads=carried)
async def hear_ended(event: InterventionEnded, tx: Transaction) -> None:
    known = await _carried(tx, event.assignment_id)
    if known is not None:
        await tx.save(carried, Decision(carried_after_end(known, event)))


@subscriptions.on(ClearanceShared, loads=carried)
async def hear_cleared(event: ClearanceShared, tx: Transaction) -> None:
    known = await _carried(tx, event.assignment_id)
    if known is not None:
        card = tx.unseal(event.person, PersonCard)
        await tx.save(carried, Decision(carried_after_clearance(known, card)))
        person = await tx.load(persons, known.person_id)
        await tx.save(persons, Decision(cleared_now(protected_now(person, card), await carried_for(tx, person.id))))


@subscriptions.on(CorrectionShared, loads=carried)
async def hear_corrected(event: CorrectionShared, tx: Transaction) -> None:
    known = await _carried(tx, event.assignment_id)
    if known is not None:
        card = tx.unseal(event.person, PersonCard)
        await tx.save(carried, Decision(carried_after_clearance(known, card)))
        person = await tx.load(persons, known.person_id)
        corrected = corrected_now(
            person,
            person_of(card, event.shared_at),
            event.corrected_at or event.shared_at,
            await carried_for(tx, person.id),
        )
        await tx.save(persons, Decision(corrected))


async def _carried(tx: Transaction, assignment_id: UUID) -> Carried | None:
    try:
        return await tx.load(carried, assignment_id)
    except NotFound:
        return None


async def _know(tx: Transaction, heard: Person) -> None:
    """Two assignments about the same person may arrive side by side: the row is made first, then locked and merged."""
    values = {column.name: getattr(heard, column.name) for column in persons.table.columns}
    made = insert(persons.table).values(values | {"cleared": list(heard.cleared)})
    await tx.execute(made.on_conflict_do_nothing())
    known = await tx.load(persons, heard.id)
    await tx.save(persons, Decision(known_now(known, heard, await carried_for(tx, heard.id))))
