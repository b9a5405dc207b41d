"""Whatever the provider tells, in whatever order: nothing is lost, and each side makes its own transitions."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.authority.assignment import OrderStatus, Phase, heard
from services.authority.status_line import FULFILMENT, Mark, Row, steps
from tests.support.cases import IN, LATER, sent

TOLD = [*FULFILMENT[1:], Mark.PARTLY_ACKNOWLEDGED]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([mark for mark in TOLD if mark is not Mark.RECALLED]), max_size=6))
def test_whatever_is_told_the_fulfilment_never_goes_backwards_and_nothing_is_lost(marks: list[Mark]) -> None:
    assignment = sent()
    for mark in marks:
        before = FULFILMENT.index(assignment.fulfilment or Mark.SENT)
        assignment = heard(assignment, Row(mark, LATER), LATER).state
        assert FULFILMENT.index(assignment.fulfilment or Mark.SENT) >= before
    assert [row.mark for row in assignment.line] == [Mark.SENT, *marks]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(Phase)), st.lists(st.sampled_from(TOLD), max_size=6))
def test_the_provider_changes_the_order_only_by_showing_that_a_withdrawal_came_too_late(
    phase: Phase, marks: list[Mark]
) -> None:
    before = IN[phase]
    after = before
    for mark in marks:
        decision = heard(after, Row(mark, LATER), LATER)
        assert decision.events == ()
        after = decision.state
    if before.status is not OrderStatus.WITHDRAWN:
        assert after.status is before.status
    else:
        assert after.status in (OrderStatus.WITHDRAWN, OrderStatus.SENT)
    assert steps(after.line, after.phase)
