from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.decision import Decision
from contracts.execution import AcknowledgementDelayed, AssignmentDistributed
from services.execution.assignment import Assignment, RowStatus
from services.execution.features.acknowledge import Acknowledge, acknowledge
from services.execution.features.distribute import Distribute, distribute
from services.execution.features.recall_row import Recall, recall_row
from services.execution.features.remind import remind
from tests.support.assignments import (
    BLANDAREN,
    NOW,
    TODAY,
    UTE,
    accepted,
    acknowledged,
    distributed,
    ended,
    members_at,
    received,
    row,
    started,
    units_below,
)
from tests.support.people import actor

SURE = Recall(confirmed=True)

EVA, JONAS = actor("eva.nyberg"), actor("jonas.ek")
AFTER = (2, 5)
MONDAY = NOW
WEDNESDAY, THURSDAY = MONDAY + timedelta(days=2), MONDAY + timedelta(days=3)
NEXT_MONDAY = MONDAY + timedelta(days=7)

pytestmark = pytest.mark.requirement("TRE-ACK-03")


def sent(assignment: Assignment, *numbers: int, now: datetime = NOW) -> Assignment:
    """With these rows distributed by Eva at a moment."""
    command = Distribute(row_ids=tuple(UUID(int=number) for number in numbers), confirmed=True)
    staff = members_at("blandaren", "blandaren-ute")
    decision = distribute(assignment, command, units_below("blandaren"), staff, EVA, now, TODAY)
    assert any(isinstance(event, AssignmentDistributed) for event in decision.events)
    return decision.state


def told(assignment: Assignment, now: datetime) -> list[tuple[UUID, int, int]]:
    """Unit, reminder and working days of what is told at a moment."""
    events = remind(assignment, now, AFTER).events
    assert all(isinstance(event, AcknowledgementDelayed) for event in events)
    return [(e.unit_id, e.reminder, e.working_days) for e in events if isinstance(e, AcknowledgementDelayed)]


def test_after_two_working_days_it_is_told_once_and_after_five_once_more() -> None:
    waiting = sent(accepted(), 1)
    assert (waiting.unacknowledged_since, waiting.reminded) == (MONDAY, 0)
    assert told(waiting, WEDNESDAY - timedelta(seconds=1)) == []
    first = remind(waiting, WEDNESDAY, AFTER).state
    assert told(waiting, WEDNESDAY) == [(UTE, 1, 2)]
    assert told(first, THURSDAY) == []
    assert (first.unacknowledged_since, first.reminded) == (MONDAY, 1)
    second = remind(first, NEXT_MONDAY, AFTER).state
    assert told(first, NEXT_MONDAY) == [(UTE, 2, 5)]
    assert (told(second, NEXT_MONDAY + timedelta(days=300)), second.reminded) == ([], 2)


def test_it_says_since_when_in_ids_and_numbers_and_stands_in_the_history() -> None:
    decision = remind(sent(accepted(), 1), THURSDAY, AFTER)
    (event,) = decision.events
    assert event == AcknowledgementDelayed(
        assignment_id=received().id,
        unit_id=UTE,
        case_worker_id=received().case_worker_id,
        waiting_since=NOW,
        working_days=2,
        reminder=1,
        reminded_at=THURSDAY,
    )
    assert (decision.state.acts[-1].what, decision.by.role) == ("remind", "system")


def test_after_a_long_stop_the_last_reminder_says_it_all() -> None:
    assert told(sent(accepted(), 1), NEXT_MONDAY + timedelta(days=30)) == [(UTE, 2, 5)]


def test_the_days_may_change_while_somebody_waits() -> None:
    waiting = sent(accepted(), 1)
    late = THURSDAY + timedelta(days=300)
    assert [last(remind(waiting, late, after)) for after in ((), (5,), (1, 5), (1, 400))] == [None, True, True, False]
    reminded = remind(waiting, WEDNESDAY, AFTER).state
    assert [last(remind(reminded, late, after)) for after in ((5,), (1, 5), (1, 5, 400))] == [None, True, False]


def last(decision: Decision[Assignment]) -> bool | None:
    """Whether the reminder that is told is the last one; None without one."""
    events = [event for event in decision.events if isinstance(event, AcknowledgementDelayed)]
    return events[0].last if events else None


def test_without_reminders_nobody_is_told() -> None:
    waiting = sent(accepted(), 1)
    assert remind(waiting, NEXT_MONDAY, ()).state is waiting


def test_a_unit_that_has_acknowledged_is_left_alone_and_the_other_one_is_not() -> None:
    waiting = sent(accepted(row(1), row(2, "blandaren")), 1, 2)
    assert {unit for unit, *_ in told(waiting, WEDNESDAY)} == {UTE, BLANDAREN}
    done = acknowledge(waiting, Acknowledge(unit_id=UTE), JONAS, NOW).state
    assert told(done, WEDNESDAY) == [(BLANDAREN, 1, 2)]


@pytest.mark.parametrize("before", [received(), accepted(), acknowledged(), started(), ended()])
def test_where_nobody_is_to_acknowledge_nobody_is_reminded(before: Assignment) -> None:
    assert before.unacknowledged_since is None
    assert remind(before, NEXT_MONDAY, AFTER).state is before


def test_a_unit_waits_since_the_first_row_that_it_still_has() -> None:
    first = sent(accepted(row(1), row(2)), 1)
    both = sent(first, 2, now=WEDNESDAY)
    assert [wait.since for wait in both.waits] == [MONDAY]
    left = recall_row(both, UUID(int=1), SURE, EVA, THURSDAY, TODAY).state
    assert [wait.since for wait in left.waits] == [WEDNESDAY]


def test_a_unit_that_starts_over_is_reminded_anew() -> None:
    first = remind(sent(accepted(row(1), row(2)), 1), WEDNESDAY, AFTER).state
    again = sent(recall_row(first, UUID(int=1), SURE, EVA, WEDNESDAY, TODAY).state, 2, now=THURSDAY)
    assert told(again, THURSDAY + timedelta(days=4)) == [(UTE, 1, 2)]


def test_an_assignment_to_distribute_has_waited_since_it_came_or_since_the_row_was_registered() -> None:
    assert [(wait.unit_id, wait.since) for wait in received().queue_waits] == [(BLANDAREN, received().received_at)]
    rest = row(2, status=RowStatus.REGISTERED)
    late = replace(acknowledged(), rows=(row(1), rest), acts=())
    assert [wait.unit_id for wait in late.queue_waits] == [BLANDAREN]
    waiting = distributed(row(1), rest)
    assert set(waiting.queue_unit_ids) == {UTE, BLANDAREN}
    assert waiting.waiting_since == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
