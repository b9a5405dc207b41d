"""The order (uppdragsdokumentet): what the provider reads, what it rests on, and when it may be sent."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from chassis.decision import Refused
from contracts.authority import Order
from services.authority.aid_decision import AidDecision
from services.authority.assignment import Assignment, OrderStatus
from services.authority.person import Person
from services.authority.provider import Provider, Staff, UnknownProvider, check_fit
from services.authority.service_catalogue import ordered


class StandsAfterAll(Refused):
    """Uppdraget som det här skulle ersätta gäller: utföraren hann fördela det. Ta bort utkastet om det inte behövs."""


class NothingOrdered(Refused):
    """Välj minst en insats och en utförare."""


@dataclass(frozen=True)
class Basis:
    """What an order rests on."""

    person: Person
    decision: AidDecision
    replaces: Assignment | None = None
    """The declined or withdrawn order that it takes the place of."""


def order_of(draft: Assignment, basis: Basis, sent_by: str) -> Order:
    """The order exactly as the provider would read it."""
    person, decision = basis.person, basis.decision
    return Order(
        person=person.card,
        case_number=person.case_number,
        decision=decision.decision_type,
        decision_date=decision.decided_on,
        legal_basis=decision.basis_shown,
        decision_maker=decision.decision_maker,
        assignment_name=draft.assignment_name,
        services=ordered(draft.services),
        goals=draft.goals,
        cover_message=draft.cover_message,
        sent_by=sent_by,
    )


def review_of(draft: Assignment, order: Order, readers: Sequence[Staff]) -> str:
    """SHA-256 of what a review shows: the order, to whom, and who would see it there."""
    shown = {
        "order": order.model_dump(mode="json"),
        "unit": str(draft.unit_id),
        "readers": sorted(str(reader.member_id) for reader in readers),
    }
    return sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def check_sendable(draft: Assignment, basis: Basis, provider: Provider | None, on: date) -> Provider:
    """The provider it goes to. Refused when something is missing (R-01) or the provider can't take it that day.

    Refused too when what it was to replace stands after all: nobody is to get the same help twice.
    """
    if basis.replaces and basis.replaces.status is OrderStatus.SENT:
        raise StandsAfterAll
    if draft.unit_id is None or not draft.services:
        raise NothingOrdered("services" if draft.unit_id else "unit_id")
    if provider is None:
        raise UnknownProvider("unit_id")
    check_fit(provider, basis.person, on)
    return provider
