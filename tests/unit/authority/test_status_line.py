"""The order's status and the fulfilment's: each side makes its own transitions, and both are seen."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.decision import Refused
from contracts.execution import AssignmentDistributed, DistributedRow
from contracts.sealed import Sealed
from services.authority.assignment import TRANSITIONS, Assignment, OrderStatus, Phase, heard, step
from services.authority.features.follow_progress import distribution
from services.authority.labels import MARKS, PHASES
from services.authority.status_line import FULFILMENT, STEPS, Mark, Row, steps
from tests.support.cases import LATER, drafted, new_id, sent
from tests.support.municipality import member, unit
from tests.support.orders import person

COMMANDS = {command for _, command in TRANSITIONS}
TOLD = [*FULFILMENT[1:], Mark.PARTLY_ACKNOWLEDGED]
IN = {
    Phase.DRAFT: drafted(),
    Phase.SENT: sent(),
    Phase.RECEIVED: sent(Mark.RECEIVED),
    Phase.RECALLED: sent(Mark.DISTRIBUTED, Mark.RECALLED),
    Phase.DECLINED: sent(Mark.DECLINED),
    Phase.DISTRIBUTED: sent(Mark.DISTRIBUTED),
    Phase.ACKNOWLEDGED: sent(Mark.ACKNOWLEDGED),
    Phase.STARTED: sent(Mark.STARTED),
    Phase.FOLLOWED_UP: sent(Mark.FOLLOWED_UP),
    Phase.ENDED: sent(Mark.ENDED),
    Phase.WITHDRAWN: Assignment(**{**vars(sent()), "status": OrderStatus.WITHDRAWN}),
    Phase.DECLINE_CONFIRMED: Assignment(**{**vars(sent(Mark.DECLINED)), "status": OrderStatus.DECLINE_CONFIRMED}),
    Phase.CLOSED: Assignment(**{**vars(sent(Mark.ENDED)), "status": OrderStatus.CLOSED}),
}


@pytest.mark.parametrize(("phase", "command"), [*product(Phase, sorted(COMMANDS))])
def test_what_is_not_in_the_table_is_refused(phase: Phase, command: str) -> None:
    assert IN[phase].phase is phase
    if (phase, command) in TRANSITIONS:
        assert step(IN[phase], command) is TRANSITIONS[phase, command]
    else:
        with pytest.raises(Refused, match=PHASES[phase]):
            step(IN[phase], command)


@pytest.mark.requirement("TRE-ASSIGN-06")
def test_the_line_shows_each_step_and_when_it_came() -> None:
    assignment = sent(Mark.RECEIVED, Mark.DISTRIBUTED, Mark.ACKNOWLEDGED)
    line = steps(assignment.line, assignment.phase)
    assert [each.mark for each in line] == list(STEPS)
    assert [each.row is not None for each in line] == [True, True, True, True, False, False, False]
    assert [each.mark for each in line if each.current] == [Mark.ACKNOWLEDGED]


def test_nothing_has_come_of_a_draft() -> None:
    line = steps(drafted().line, drafted().phase)
    assert [each.mark for each in line] == list(STEPS)
    assert not any(each.row or each.current for each in line)


def test_a_step_that_was_passed_without_being_told_of_is_seen_as_passed() -> None:
    assignment = sent(Mark.DISTRIBUTED, Mark.STARTED)
    passed = [each.mark for each in steps(assignment.line, assignment.phase) if each.passed and not each.row]
    assert passed == [Mark.RECEIVED, Mark.ACKNOWLEDGED]


def test_a_unit_that_acknowledges_for_itself_shows_until_all_have() -> None:
    partly = sent(Mark.DISTRIBUTED, Mark.PARTLY_ACKNOWLEDGED)
    assert partly.phase is Phase.DISTRIBUTED
    assert Mark.PARTLY_ACKNOWLEDGED in [each.mark for each in steps(partly.line, partly.phase)]
    whole = sent(Mark.DISTRIBUTED, Mark.PARTLY_ACKNOWLEDGED, Mark.ACKNOWLEDGED)
    assert Mark.PARTLY_ACKNOWLEDGED not in [each.mark for each in steps(whole.line, whole.phase)]


@settings(max_examples=50)
@given(st.lists(st.sampled_from([mark for mark in TOLD if mark is not Mark.RECALLED]), max_size=6))
def test_whatever_is_told_the_fulfilment_never_goes_backwards_and_nothing_is_lost(marks: list[Mark]) -> None:
    assignment = sent()
    for mark in marks:
        before = FULFILMENT.index(assignment.fulfilment or Mark.SENT)
        assignment = heard(assignment, Row(mark, LATER), LATER).state
        assert FULFILMENT.index(assignment.fulfilment or Mark.SENT) >= before
    assert [row.mark for row in assignment.line] == [Mark.SENT, *marks]


@settings(max_examples=50)
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


def test_a_distribution_names_the_units_and_one_without_rows_is_a_recall() -> None:
    rows = tuple(
        DistributedRow(row_id=new_id(code), unit_id=unit(code), service="dusch", period_from=LATER.date())
        for code in ("blandaren-ute", "blandaren")
    )
    event = AssignmentDistributed(
        assignment_id=sent().id,
        person_id=sent().person_id,
        unit_id=unit("blandaren"),
        case_worker_id=member("karin.berg"),
        distributed_at=LATER,
        rows=rows,
        person=Sealed(person()),
    )
    told = distribution(event)
    assert (told.mark, told.unit_ids) == (Mark.DISTRIBUTED, (unit("blandaren-ute"), unit("blandaren")))
    recalled = distribution(event.model_copy(update={"rows": ()}))
    assert (recalled.mark, recalled.unit_ids) == (Mark.RECALLED, (unit("blandaren"),))


def test_after_a_recall_the_steps_are_to_come_anew() -> None:
    recalled = sent(Mark.RECEIVED, Mark.DISTRIBUTED, Mark.ACKNOWLEDGED, Mark.RECALLED)
    assert recalled.phase is Phase.RECALLED
    line = steps(recalled.line, recalled.phase)
    assert [each.mark for each in line if each.row] == [Mark.SENT, Mark.RECEIVED, Mark.RECALLED]
    again = heard(recalled, Row(Mark.DISTRIBUTED, LATER), LATER).state
    assert again.phase is Phase.DISTRIBUTED
    assert Mark.RECALLED not in [each.mark for each in steps(again.line, again.phase)]


def test_every_phase_and_mark_has_a_swedish_text() -> None:
    assert set(PHASES) == {phase.value for phase in Phase}
    assert set(MARKS) == {mark.value for mark in Mark}
