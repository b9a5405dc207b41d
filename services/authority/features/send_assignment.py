"""Send an assignment to its provider: from now on the order stands as it was sent."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Body
from pydantic import Field

from chassis.auth import Actor
from chassis.decision import Decision, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from contracts.authority import AssignmentSent, Order
from contracts.event import Sha256
from contracts.sealed import Sealed
from services.authority.aid_decision import AidDecision
from services.authority.assignment import AlreadySent, Assignment, noted, step
from services.authority.lookups import find_provider
from services.authority.order import Basis, check_sendable, order_of, review_of
from services.authority.person import seen_by
from services.authority.provider import Provider
from services.authority.status_line import Mark, Row
from services.authority.tables import assignments, decisions, persons

router = Router()


class Send(Command):
    """Nothing is chosen any more; only that it is still what was reviewed."""

    reviewed: Sha256 | None = Field(default=None, title="Granskat")
    """From the preview. The page always gives it; a program that made the draft itself need not."""


AS_IT_IS = Send()


class ChangedSinceReview(Refused):
    """Utkastet har ändrats sedan du granskade det. Granska det igen innan du skickar."""


@router.post("/assignments/{id}/sending")
@form("/authority/assignments/{id}/preview")
async def send_assignment(id: UUID, by: By, tx: Tx, command: Annotated[Send, Body()] = AS_IT_IS) -> Done:
    draft = await tx.load(assignments, id)
    # The person is locked so that nobody who must see the order loses that right while it is being sent.
    person, decision = await tx.load(persons, draft.person_id), await tx.read(decisions, draft.decision_id)
    basis = Basis(person, decision)
    if draft.replaces:
        replaced = await tx.load(assignments, draft.replaces)
        basis = replace(basis, replaces=replaced)
    provider = await find_provider(tx, draft.unit_id, tx.today)
    await tx.save(assignments, send(draft, basis, provider, command, by, tx.now, tx.today))
    return Done(id=id, location=f"/authority/assignments/{id}/sending?sent=true", message="Uppdraget är skickat.")


def send(
    draft: Assignment,
    basis: Basis,
    provider: Provider | None,
    command: Send,
    by: Actor,
    now: datetime,
    today: date,
) -> Decision[Assignment]:
    """Whoever sends it is its case worker."""
    who = seen_by(basis.person, by)
    status = step(draft, "send", AlreadySent)
    to = check_sendable(draft, basis, provider, today)
    order = order_of(draft, basis, who.name)
    if command.reviewed not in (None, review_of(draft, order, to.readers(basis.person))):
        raise ChangedSinceReview
    sent = replace(draft, status=status, case_worker_id=who.member_id, sent_at=now, order=order)
    row = Row(Mark.SENT, now, by=who.member_id, unit_ids=(to.unit_id,))
    event = _told(draft, basis.decision, order, case_worker_id=who.member_id, unit_id=to.unit_id, now=now)
    return Decision(noted(sent, row), (event,), who)


def _told(
    draft: Assignment, decision: AidDecision, order: Order, *, case_worker_id: UUID, unit_id: UUID, now: datetime
) -> AssignmentSent:
    return AssignmentSent(
        assignment_id=draft.id,
        person_id=draft.person_id,
        unit_id=unit_id,
        authority_unit_id=draft.authority_unit_id,
        case_worker_id=case_worker_id,
        decision_id=decision.id,
        decision_date=decision.decided_on,
        legal_basis=decision.legal_basis,
        period_from=decision.period_from,
        period_to=decision.period_to,
        services=draft.services,
        replaces=draft.replaces,
        sent_at=now,
        order=Sealed(order),
    )
