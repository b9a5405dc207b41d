from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from chassis.decision import NotAllowed, NotFound
from contracts.execution import AssignmentEnded, InterventionEnded
from services.execution.assignment import Assignment, RowStatus, Status
from services.execution.features.end_assignment import (
    DeclineInstead,
    EndAssignment,
    LastDayAhead,
    RowsLeft,
    end_assignment,
)
from services.execution.features.end_passed_rows import end_passed_rows
from services.execution.features.end_row import EndRow, EndsBeforeItStarts, end_row
from services.execution.transitions import NotPossibleNow, RowNotPossible
from tests.support.assignments import (
    NOW,
    TODAY,
    UTE,
    accepted,
    acknowledged,
    distributed,
    ended,
    received,
    row,
    started,
)
from tests.support.people import actor

EVA = actor("eva.nyberg")
FIRST, SECOND = UUID(int=1), UUID(int=2)
TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)


@pytest.mark.requirement("TRE-CLOSE-05")
def test_a_row_gets_its_last_day_and_the_others_go_on() -> None:
    decision = end_row(started(row(1), row(2)), FIRST, EndRow(last_day=TOMORROW), EVA, NOW)
    assert [(r.status, r.period_to) for r in decision.state.rows] == [
        (RowStatus.ENDED, TOMORROW),
        (RowStatus.SENT, None),
    ]
    assert decision.state.status is Status.IN_EXECUTION
    (event,) = decision.events
    assert isinstance(event, InterventionEnded)
    assert (event.row_id, event.unit_id, event.ended_on) == (FIRST, UTE, TOMORROW)


@pytest.mark.requirement("TRE-CLOSE-06", "R-29")
def test_when_the_last_row_ends_the_authority_is_told_of_the_last_day_of_all() -> None:
    before = started(row(1, status=RowStatus.ENDED, period_to=TOMORROW), row(2))
    decision = end_row(before, SECOND, EndRow(last_day=TODAY), EVA, NOW)
    assert decision.state.status is Status.ENDED
    assert decision.state.queue_unit_ids == ()
    event = decision.events[-1]
    assert isinstance(event, AssignmentEnded)
    assert event.last_day == TOMORROW


@pytest.mark.parametrize("before", [distributed(), acknowledged()])
def test_it_can_end_before_it_was_ever_started(before: Assignment) -> None:
    assert end_row(before, FIRST, EndRow(last_day=TODAY), EVA, NOW).state.status is Status.ENDED


@pytest.mark.requirement("TRE-DIST-11")
def test_a_wrong_last_day_is_corrected_and_told_again() -> None:
    decision = end_row(ended(), FIRST, EndRow(last_day=TOMORROW), EVA, NOW)
    assert decision.state.status is Status.ENDED
    assert [type(event) for event in decision.events] == [InterventionEnded, AssignmentEnded]
    same = end_row(decision.state, FIRST, EndRow(last_day=TOMORROW), EVA, NOW)
    assert [type(event) for event in same.events] == [InterventionEnded]


@pytest.mark.requirement("TRE-DIST-11")
def test_hours_change_by_ending_a_row_and_registering_another_so_it_does_not_end_meanwhile() -> None:
    before = started(row(1), row(2, status=RowStatus.REGISTERED))
    decision = end_row(before, FIRST, EndRow(last_day=TODAY), EVA, NOW)
    assert decision.state.status is Status.IN_EXECUTION
    assert [type(event) for event in decision.events] == [InterventionEnded]
    assert decision.state.queue_unit_ids


def test_the_last_day_is_not_before_the_first() -> None:
    with pytest.raises(EndsBeforeItStarts, match="23 november 2026"):
        end_row(started(), FIRST, EndRow(last_day=YESTERDAY), EVA, NOW)


def test_only_what_a_unit_has_is_ended() -> None:
    with pytest.raises(RowNotPossible):
        end_row(started(row(1), row(2, status=RowStatus.REGISTERED)), SECOND, EndRow(last_day=TODAY), EVA, NOW)
    with pytest.raises(NotPossibleNow):
        end_row(accepted(), FIRST, EndRow(last_day=TODAY), EVA, NOW)
    with pytest.raises(NotFound):
        end_row(started(), UUID(int=9), EndRow(last_day=TODAY), EVA, NOW)


def test_managers_and_coordinators_end_rows_and_care_workers_do_not() -> None:
    for login in ("omar.haddad", "tove.ahl"):
        assert end_row(started(), FIRST, EndRow(last_day=TODAY), actor(login), NOW).events
    with pytest.raises(NotAllowed):
        end_row(started(), FIRST, EndRow(last_day=TODAY), actor("jonas.ek"), NOW)
    with pytest.raises(NotFound):
        end_row(started(), FIRST, EndRow(last_day=TODAY), actor("fatima.noor"), NOW)


@pytest.mark.requirement("R-29")
def test_a_row_whose_period_is_over_ends_by_itself() -> None:
    over = row(1, period_from=date(2026, 11, 1), period_to=YESTERDAY)
    before = started(over, row(2, period_to=TODAY))
    assert before.next_last_day == YESTERDAY
    decision = end_passed_rows(before, NOW, TODAY)
    assert [r.status for r in decision.state.rows] == [RowStatus.ENDED, RowStatus.SENT]
    assert decision.by.role == "system"
    tomorrow = end_passed_rows(decision.state, NOW, TOMORROW)
    assert tomorrow.state.status is Status.ENDED
    assert [type(event) for event in tomorrow.events] == [InterventionEnded, AssignmentEnded]
    assert tomorrow.state.next_last_day is None


def test_nothing_ends_by_itself_before_its_last_day_has_passed() -> None:
    before = started(row(1, period_to=TODAY))
    assert end_passed_rows(before, NOW, TODAY).state is before


def test_when_every_row_was_recalled_the_assignment_is_ended_as_a_whole() -> None:
    recalled = replace(accepted(), rows=(row(1, status=RowStatus.RECALLED),))
    decision = end_assignment(recalled, EndAssignment(last_day=TODAY), EVA, NOW, TODAY)
    assert decision.state.status is Status.ENDED
    assert [type(event) for event in decision.events] == [AssignmentEnded]
    with pytest.raises(LastDayAhead):
        end_assignment(recalled, EndAssignment(last_day=TOMORROW), EVA, NOW, TODAY)


def test_what_was_never_distributed_is_declined_and_what_is_with_units_is_ended_there() -> None:
    with pytest.raises(DeclineInstead):
        end_assignment(accepted(), EndAssignment(last_day=TODAY), EVA, NOW, TODAY)
    with pytest.raises(RowsLeft):
        end_assignment(started(), EndAssignment(last_day=TODAY), EVA, NOW, TODAY)
    with pytest.raises(NotPossibleNow):
        end_assignment(received(), EndAssignment(last_day=TODAY), EVA, NOW, TODAY)
    with pytest.raises(NotAllowed):
        end_assignment(started(), EndAssignment(last_day=TODAY), actor("jonas.ek"), NOW, TODAY)
