from typing import Any

import pytest
from pydantic import ValidationError

from chassis.decision import NotFound
from services.authority.assignment import Assignment, NotPossibleNow, OrderStatus, Phase
from services.authority.features.draft_assignment import Draft, Edit, draft, edit
from services.authority.service_catalogue import UnknownService
from tests.support.cases import ASSIGNMENT, NOW, basis, drafted, protected, sent
from tests.support.municipality import member, unit
from tests.support.orders import GOALS
from tests.support.people import actor

VALUES: dict[str, Any] = {
    "unit_id": str(unit("blandaren")),
    "assignment_name": "PO 5/11",
    "services": ["morgonhjalp", "dusch", "morgonhjalp"],
    "goals": [goal.text for goal in GOALS],
    "cover_message": "Ring på två gånger.",
}


def made(login: str = "karin.berg", **fields: Any) -> Assignment:
    command = Draft.model_validate({**VALUES, "decision_id": str(basis().decision.id), **fields})
    return draft(basis(), command, actor(login), ASSIGNMENT, GOALS, NOW).state


@pytest.mark.requirement("F-09")
def test_a_draft_holds_what_is_ordered_in_order() -> None:
    assignment = made()
    assert (assignment.status, assignment.phase) == (OrderStatus.DRAFT, Phase.DRAFT)
    assert assignment.services == ("morgonhjalp", "dusch")
    assert assignment.goals == GOALS
    assert (assignment.unit_id, assignment.person_id) == (unit("blandaren"), basis().person.id)
    assert (assignment.drafted_by, assignment.case_worker_id) == (member("karin.berg"), None)
    assert assignment.line == ()


def test_a_draft_may_still_lack_provider_and_services() -> None:
    assert made(unit_id=None, services=[]).services == ()


def test_only_what_is_in_the_service_catalogue_can_be_ordered() -> None:
    with pytest.raises(UnknownService):
        made(services=["morgonhjalp", "snoskottning"])


def test_an_assignment_has_a_name_and_a_goal() -> None:
    missing: list[dict[str, Any]] = [{"goals": []}, {"goals": ["  "]}, {"assignment_name": ""}]
    for fields in missing:
        with pytest.raises(ValidationError):
            made(**fields)


def test_a_draft_can_be_changed() -> None:
    command = Edit.model_validate({**VALUES, "unit_id": str(unit("rakenstickan")), "services": ["stad"]})
    changed = edit(drafted(), basis(), command, actor("karin.berg"), GOALS[:1]).state
    assert (changed.unit_id, changed.services, changed.goals) == (unit("rakenstickan"), ("stad",), GOALS[:1])
    assert changed.decision_id == drafted().decision_id


def test_what_has_been_sent_stands() -> None:
    with pytest.raises(NotPossibleNow, match="skickat"):
        edit(sent(), basis(), Edit.model_validate(VALUES), actor("karin.berg"), GOALS)


def test_only_those_who_see_the_person_draft_and_change() -> None:
    with pytest.raises(NotFound):
        made(login="sara.lind")
    with pytest.raises(NotFound):
        edit(drafted(), basis(protected()), Edit.model_validate(VALUES), actor("sara.lind"), GOALS)
