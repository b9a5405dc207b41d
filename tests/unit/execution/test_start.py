from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from chassis.decision import NotAllowed, NotFound
from contracts.execution import InterventionStarted
from services.execution.assignment import Status
from services.execution.features.acknowledge import Acknowledge, acknowledge
from services.execution.features.start import (
    BeforeSent,
    ChooseVisitingUnit,
    InFuture,
    NotAcknowledged,
    Start,
    start,
)
from services.execution.transitions import NotPossibleNow
from tests.support.assignments import BLANDAREN, NOW, TODAY, UTE, acknowledged, distributed, received, row, started
from tests.support.people import actor

EVA = actor("eva.nyberg")
FIRST_VISIT = Start(started_on=TODAY)


@pytest.mark.requirement("BOE-START-06")
def test_the_first_visit_starts_the_assignment_and_the_authority_is_told_the_day() -> None:
    decision = start(acknowledged(), FIRST_VISIT, EVA, NOW, TODAY)
    assert (decision.state.status, decision.state.started_on) == (Status.IN_EXECUTION, TODAY)
    (event,) = decision.events
    assert isinstance(event, InterventionStarted)
    assert (event.unit_id, event.started_on) == (UTE, TODAY)


@pytest.mark.requirement("R-35", "BOE-START-06")
def test_the_day_is_neither_ahead_nor_before_the_assignment_was_sent() -> None:
    with pytest.raises(InFuture, match="Datum för verkställighet kan inte ligga framåt i tiden"):
        start(acknowledged(), Start(started_on=TODAY + timedelta(days=1)), EVA, NOW, TODAY)
    with pytest.raises(BeforeSent, match="20 november 2026"):
        start(acknowledged(), Start(started_on=date(2026, 11, 19)), EVA, NOW, TODAY)
    assert start(acknowledged(), Start(started_on=date(2026, 11, 20)), EVA, NOW, TODAY).events


def test_a_unit_that_has_acknowledged_can_start_while_another_has_not() -> None:
    before = distributed(row(1), row(2, "blandaren"))
    with pytest.raises(NotAcknowledged):
        start(before, FIRST_VISIT, EVA, NOW, TODAY)
    before = acknowledge(before, Acknowledge(), actor("jonas.ek"), NOW).state
    with pytest.raises(ChooseVisitingUnit):
        start(before, Start(started_on=TODAY, visiting_unit_id=BLANDAREN), EVA, NOW, TODAY)
    after = start(before, FIRST_VISIT, EVA, NOW, TODAY).state
    assert (after.status, after.queue_unit_ids) == (Status.IN_EXECUTION, (BLANDAREN,))
    assert acknowledge(after, Acknowledge(), EVA, NOW).state.status is Status.IN_EXECUTION


def test_somebody_who_answers_for_several_of_the_units_says_which_one_made_the_visit() -> None:
    both = acknowledged(row(1), row(2, "blandaren"))
    with pytest.raises(ChooseVisitingUnit) as refused:
        start(both, FIRST_VISIT, EVA, NOW, TODAY)
    assert refused.value.field == "visiting_unit_id"
    (event,) = start(both, Start(started_on=TODAY, visiting_unit_id=BLANDAREN), EVA, NOW, TODAY).events
    assert isinstance(event, InterventionStarted)
    assert event.unit_id == BLANDAREN
    with pytest.raises(ChooseVisitingUnit):
        start(both, Start(started_on=TODAY, visiting_unit_id=UUID(int=1)), EVA, NOW, TODAY)


def test_it_starts_once_and_not_before_it_is_distributed() -> None:
    with pytest.raises(NotPossibleNow, match="påbörjat"):
        start(started(), FIRST_VISIT, EVA, NOW, TODAY)
    with pytest.raises(NotPossibleNow, match="nytt"):
        start(received(), FIRST_VISIT, EVA, NOW, TODAY)


def test_the_manager_or_coordinator_registers_it_and_care_workers_do_not() -> None:
    assert start(acknowledged(), FIRST_VISIT, actor("omar.haddad"), NOW, TODAY).events
    with pytest.raises(NotAllowed):
        start(acknowledged(), FIRST_VISIT, actor("jonas.ek"), NOW, TODAY)
    with pytest.raises(NotFound):
        start(acknowledged(), FIRST_VISIT, actor("lina.dahl"), NOW, TODAY)


def test_the_day_it_was_sent_is_the_swedish_day() -> None:
    late = replace(acknowledged(), sent_at=NOW.replace(day=20, hour=23, minute=30))
    with pytest.raises(BeforeSent, match="21 november 2026"):
        start(late, Start(started_on=date(2026, 11, 20)), EVA, NOW, TODAY)
