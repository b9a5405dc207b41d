"""The order's status and the fulfilment's: each side makes its own transitions, and both are seen."""

from itertools import product

import pytest

from chassis.decision import Refused
from contracts.execution import AssignmentDistributed, DistributedRow
from contracts.sealed import Sealed
from services.authority.assignment import TRANSITIONS, Phase, heard, step
from services.authority.features.follow_progress import distribution
from services.authority.labels import MARKS, PHASES
from services.authority.status_line import STEPS, Mark, Row, steps
from tests.support.cases import IN, LATER, drafted, new_id, sent
from tests.support.municipality import member, unit
from tests.support.orders import person
from tests.support.transitions import moves, not_refused


def test_an_order_goes_where_the_table_says_and_nowhere_else() -> None:
    assert {phase: assignment.phase for phase, assignment in IN.items()} == {phase: phase for phase in Phase}
    table = moves(
        {
            "edit": "draft",
            "discard": "draft>discarded",
            "send": "draft>sent",
            "withdraw": "sent>withdrawn received>withdrawn",
            "find-too-late": "withdrawn>sent",
            "confirm-decline": "declined>decline_confirmed",
            "replace": "decline_confirmed withdrawn",
            "close": "ended>closed",
        }
    )
    pairs = product(Phase, {command for _, command in TRANSITIONS})
    assert not_refused(lambda phase, command: step(IN[phase], command), pairs) == table


@pytest.mark.parametrize("phase", Phase)
def test_a_refusal_says_how_far_it_has_come(phase: Phase) -> None:
    refused = next(command for _, command in TRANSITIONS if (phase, command) not in TRANSITIONS)
    with pytest.raises(Refused, match=PHASES[phase]):
        step(IN[phase], refused)


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
