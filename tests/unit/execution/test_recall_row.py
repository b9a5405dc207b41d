from dataclasses import replace
from uuid import UUID

import pytest

from chassis.decision import NotAllowed, NotFound
from contracts.execution import AssignmentAcknowledged, AssignmentDistributed
from services.execution.assignment import RowStatus, Status
from services.execution.features.acknowledge import Acknowledge, acknowledge
from services.execution.features.recall_row import EndInstead, NotConfirmed, Recall, recall_row
from services.execution.transitions import NotPossibleNow, RowNotPossible
from tests.support.assignments import (
    BLANDAREN,
    NOW,
    TODAY,
    UTE,
    accepted,
    acknowledged,
    distributed,
    ended,
    row,
    started,
)
from tests.support.people import actor

SURE = Recall(confirmed=True)

EVA = actor("eva.nyberg")
FIRST, SECOND = UUID(int=1), UUID(int=2)


@pytest.mark.requirement("TRE-DIST-09", "TRE-DIST-10")
def test_a_recalled_row_stays_visible_and_the_others_go_on() -> None:
    decision = recall_row(started(row(1), row(2, "blandaren")), FIRST, SURE, EVA, NOW, TODAY)
    after = decision.state
    assert [kept.status for kept in after.rows] == [RowStatus.RECALLED, RowStatus.SENT]
    assert after.status is Status.IN_EXECUTION
    assert after.unit_ids == (BLANDAREN,)
    (event,) = decision.events
    assert isinstance(event, AssignmentDistributed)
    assert [told.row_id for told in event.rows] == [SECOND]


@pytest.mark.requirement("TRE-DIST-09")
@pytest.mark.parametrize("before", [distributed(), acknowledged(), started()])
def test_when_every_row_is_recalled_the_assignment_waits_to_be_distributed_anew(before: object) -> None:
    decision = recall_row(before, FIRST, SURE, EVA, NOW, TODAY)  # type: ignore[arg-type]
    after = decision.state
    assert (after.status, after.queue_unit_ids, after.started_on) == (Status.ACCEPTED, (BLANDAREN,), None)
    assert after.acknowledgements == ()
    assert [event.rows for event in decision.events if isinstance(event, AssignmentDistributed)] == [()]


def test_a_unit_that_gets_it_anew_after_a_recall_acknowledges_anew() -> None:
    recalled = recall_row(acknowledged(), FIRST, SURE, EVA, NOW, TODAY).state
    again = replace(recalled, status=Status.DISTRIBUTED, rows=(*recalled.rows, row(2)))
    assert again.queue_unit_ids == (UTE,)
    assert acknowledge(again, Acknowledge(), actor("jonas.ek"), NOW).state.status is Status.ACKNOWLEDGED


def test_recalling_from_the_only_unit_that_had_not_acknowledged_makes_it_acknowledged() -> None:
    before = distributed(row(1), row(2, "blandaren"))
    before = acknowledge(before, Acknowledge(), actor("jonas.ek"), NOW).state
    decision = recall_row(before, SECOND, SURE, EVA, NOW, TODAY)
    assert decision.state.status is Status.ACKNOWLEDGED
    event = decision.events[-1]
    assert isinstance(event, AssignmentAcknowledged)
    assert (event.complete, event.unit_id) == (True, UTE)


def test_the_last_ongoing_row_is_ended_and_not_recalled_when_others_have_been_carried_out() -> None:
    with pytest.raises(EndInstead):
        recall_row(started(row(1, status=RowStatus.ENDED, period_to=TODAY), row(2)), SECOND, SURE, EVA, NOW, TODAY)


def test_only_what_has_been_sent_and_not_ended_is_recalled() -> None:
    with pytest.raises(RowNotPossible):
        recall_row(started(row(1), row(2, status=RowStatus.REGISTERED)), SECOND, SURE, EVA, NOW, TODAY)
    with pytest.raises(NotPossibleNow, match="avslutat hos utföraren"):
        recall_row(ended(), FIRST, SURE, EVA, NOW, TODAY)
    with pytest.raises(NotPossibleNow, match="accepterat"):
        recall_row(accepted(), FIRST, SURE, EVA, NOW, TODAY)
    with pytest.raises(NotFound):
        recall_row(started(), UUID(int=9), SURE, EVA, NOW, TODAY)


def test_care_workers_do_not_recall() -> None:
    with pytest.raises(NotAllowed):
        recall_row(started(), FIRST, SURE, actor("jonas.ek"), NOW, TODAY)


def test_it_is_asked_whether_that_is_meant() -> None:
    with pytest.raises(NotConfirmed, match="Vill du återkalla Morgonhjälp"):
        recall_row(distributed(), UUID(int=1), Recall(), EVA, NOW, TODAY)
