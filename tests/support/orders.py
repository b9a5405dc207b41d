"""Orders for tests: an assignment for Moira Mustafsson, sent to Blandaren."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.authority import AssignmentSent, Order, OrderedGoal, OrderedService, PersonCard
from contracts.sealed import Sealed
from tests.support.municipality import member, unit

SENT_AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
GOALS = (
    OrderedGoal(goal_id=uuid5(NAMESPACE_URL, "goal-1"), text="Klara morgonen själv"),
    OrderedGoal(goal_id=uuid5(NAMESPACE_URL, "goal-2"), text="Komma ut varje dag"),
)


def person(**changes: Any) -> PersonCard:
    """Moira, the person of the seed (an official test number)."""
    values: dict[str, Any] = {
        "person_id": uuid5(NAMESPACE_URL, "moira"),
        "identity_number": "193803039142",
        "identity_type": "personnummer",
        "family_name": "Mustafsson",
        "given_name": "Moira",
    }
    return PersonCard(**(values | changes))


def order(**changes: Any) -> Order:
    """What is ordered for her: help in the mornings."""
    values: dict[str, Any] = {
        "person": person(),
        "case_number": "0669870",
        "decision": "Personlig omvårdnad",
        "decision_date": date(2026, 11, 18),
        "legal_basis": "11 kap. 1 § SoL (2025:400)",
        "decision_maker": "Karin Berg",
        "assignment_name": "PO 5/11",
        "services": (OrderedService(code="morgonhjalp", name="Morgonhjälp"),),
        "goals": GOALS,
        "sent_by": "Karin Berg",
    }
    return Order(**(values | changes))


def sent(
    assignment_id: UUID = uuid5(NAMESPACE_URL, "assignment-1"), unit_code: str = "blandaren", **changes: Any
) -> AssignmentSent:
    """The event with which the authority hands it over."""
    contents = changes.pop("order", None) or order()
    values: dict[str, Any] = {
        "assignment_id": assignment_id,
        "person_id": contents.person.person_id,
        "unit_id": unit(unit_code),
        "authority_unit_id": unit("bistandsenheten"),
        "case_worker_id": member("karin.berg"),
        "decision_id": uuid5(NAMESPACE_URL, "decision-1"),
        "decision_date": contents.decision_date,
        "legal_basis": "sol2025-11-1",
        "services": tuple(service.code for service in contents.services),
        "sent_at": SENT_AT,
        "order": Sealed(contents),
    }
    return AssignmentSent(**(values | changes))
