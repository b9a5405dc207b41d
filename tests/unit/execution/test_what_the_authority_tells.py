from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from contracts.authority import AssignmentClosed, AssignmentWithdrawn, ClosingReason, WithdrawalReason
from contracts.execution import AssignmentEnded
from services.execution.assignment import Assignment, RowStatus, Status
from services.execution.features.close import close
from services.execution.features.confirm_decline import confirm_decline
from services.execution.features.end_row import EndRow, end_row
from services.execution.features.recall_row import Recall, recall_row
from services.execution.features.withdraw import withdraw
from tests.support.assignments import (
    BLANDAREN,
    NOW,
    TODAY,
    accepted,
    acknowledged,
    distributed,
    ended,
    received,
    row,
    started,
)
from tests.support.people import actor

SURE = Recall(confirmed=True)

EVA = actor("eva.nyberg")
ID = received().id
WITHDRAWN = AssignmentWithdrawn(
    assignment_id=ID, unit_id=BLANDAREN, reason=WithdrawalReason.WRONG_PROVIDER, withdrawn_at=NOW
)
CLOSED = AssignmentClosed(
    assignment_id=ID, unit_id=BLANDAREN, reason=ClosingReason.DECEASED, closed_on=date(2026, 11, 22)
)


@pytest.mark.requirement("C-09")
@pytest.mark.parametrize("before", [received(), accepted()])
def test_what_is_withdrawn_before_distribution_leaves_every_queue(before: Assignment) -> None:
    decision = withdraw(before, WITHDRAWN, NOW)
    assert decision.state.status is Status.WITHDRAWN
    assert (decision.state.queue_unit_ids, decision.state.unit_ids, decision.events) == ((), (), ())
    act = decision.state.acts[-1]
    assert (act.what, act.by.name, act.reason) == ("withdraw", "Myndigheten", "wrong_provider")


@pytest.mark.parametrize(
    "before",
    [
        distributed(),
        acknowledged(),
        started(),
        ended(),
        replace(received(), status=Status.DECLINED),
        replace(received(), status=Status.CLOSED),
        replace(accepted(), rows=(row(1, status=RowStatus.RECALLED),)),
    ],
)
def test_a_withdrawal_that_comes_too_late_changes_nothing(before: Assignment) -> None:
    assert withdraw(before, WITHDRAWN, NOW).state is before


def test_a_confirmed_decline_stands_in_the_history_and_is_of_no_matter_otherwise() -> None:
    declined = confirm_decline(replace(received(), status=Status.DECLINED), NOW).state
    assert (declined.status, declined.acts[-1].what) == (Status.DECLINED, "confirm-decline")
    before = started()
    assert confirm_decline(before, NOW).state is before


@pytest.mark.parametrize("before", [ended(), received(), accepted(), replace(received(), status=Status.DECLINED)])
def test_what_has_nothing_left_at_the_units_is_closed_at_once(before: Assignment) -> None:
    after = close(before, CLOSED, NOW).state
    assert (after.status, after.closed_on, after.queue_unit_ids) == (Status.CLOSED, date(2026, 11, 22), ())


def test_what_the_units_still_carry_out_is_closed_when_they_have_ended_it() -> None:
    meanwhile = close(started(), CLOSED, NOW).state
    assert (meanwhile.status, meanwhile.closed_on) == (Status.IN_EXECUTION, date(2026, 11, 22))
    decision = end_row(meanwhile, UUID(int=1), EndRow(last_day=TODAY), EVA, NOW)
    assert decision.state.status is Status.CLOSED
    assert isinstance(decision.events[-1], AssignmentEnded)
    assert recall_row(meanwhile, UUID(int=1), SURE, EVA, NOW, TODAY).state.status is Status.CLOSED


def test_closing_twice_or_after_a_withdrawal_changes_nothing() -> None:
    meanwhile = close(started(), CLOSED, NOW).state
    for before in (
        meanwhile,
        replace(received(), status=Status.CLOSED),
        replace(received(), status=Status.WITHDRAWN),
    ):
        assert close(before, CLOSED, NOW).state is before
