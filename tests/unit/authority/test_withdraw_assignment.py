import pytest

from chassis.decision import NotFound
from contracts.authority import AssignmentWithdrawn, WithdrawalReason
from services.authority.assignment import Assignment, OrderStatus, Phase, heard
from services.authority.features.withdraw_assignment import CannotWithdraw, Withdraw, withdraw
from services.authority.status_line import Mark, Row, steps
from tests.support.cases import LATER, NOW, colleague, drafted, moira, protected, sent
from tests.support.municipality import member, unit
from tests.support.people import actor

pytestmark = pytest.mark.requirement("C-09")
BECAUSE = Withdraw(reason=WithdrawalReason.WRONG_PROVIDER)


def withdrawn(*marks: Mark) -> Assignment:
    return withdraw(sent(*marks), moira(), BECAUSE, actor("karin.berg"), NOW).state


def told(assignment: Assignment, mark: Mark) -> Assignment:
    return heard(assignment, Row(mark, LATER, unit_ids=(unit("blandaren-ute"),)), LATER).state


def line(assignment: Assignment) -> list[Mark]:
    return [step.mark for step in steps(assignment.line, assignment.phase) if step.row]


@pytest.mark.parametrize("marks", [(), (Mark.RECEIVED,)])
def test_an_assignment_is_withdrawn_with_a_reason_while_the_provider_has_not_distributed_it(
    marks: tuple[Mark, ...],
) -> None:
    decision = withdraw(sent(*marks), moira(), BECAUSE, actor("karin.berg"), NOW)
    assert decision.state.phase is Phase.WITHDRAWN
    assert decision.events == (
        AssignmentWithdrawn(
            assignment_id=sent().id, unit_id=unit("blandaren"), reason=WithdrawalReason.WRONG_PROVIDER, withdrawn_at=NOW
        ),
    )
    row = decision.state.line[-1]
    assert (row.mark, row.by, row.reason) == (Mark.WITHDRAWN, member("karin.berg"), "wrong_provider")


@pytest.mark.parametrize(
    "mark", [Mark.DECLINED, Mark.DISTRIBUTED, Mark.ACKNOWLEDGED, Mark.STARTED, Mark.FOLLOWED_UP, Mark.ENDED]
)
def test_after_distribution_or_a_decline_there_is_nothing_to_withdraw(mark: Mark) -> None:
    with pytest.raises(CannotWithdraw):
        withdraw(sent(Mark.RECEIVED, mark), moira(), BECAUSE, actor("karin.berg"), NOW)


def test_a_draft_is_not_withdrawn_and_nothing_is_withdrawn_twice() -> None:
    for assignment in (drafted(), withdrawn()):
        with pytest.raises(CannotWithdraw):
            withdraw(assignment, moira(), BECAUSE, actor("karin.berg"), NOW)


def test_a_withdrawal_that_crossed_the_distribution_came_too_late() -> None:
    after = told(withdrawn(Mark.RECEIVED), Mark.DISTRIBUTED)
    assert (after.status, after.phase) == (OrderStatus.SENT, Phase.DISTRIBUTED)
    assert line(after) == [Mark.SENT, Mark.RECEIVED, Mark.WITHDRAWAL_TOO_LATE, Mark.DISTRIBUTED]
    assert [row.mark for row in after.line][-3:] == [Mark.WITHDRAWN, Mark.DISTRIBUTED, Mark.WITHDRAWAL_TOO_LATE]
    current = [step.mark for step in steps(after.line, after.phase) if step.current]
    assert current == [Mark.DISTRIBUTED]
    with pytest.raises(CannotWithdraw):
        withdraw(after, moira(), BECAUSE, actor("karin.berg"), LATER)


def test_after_a_late_withdrawal_the_order_goes_on_as_any_other() -> None:
    after = told(told(withdrawn(Mark.RECEIVED), Mark.DISTRIBUTED), Mark.ACKNOWLEDGED)
    assert after.phase is Phase.ACKNOWLEDGED
    assert [row.mark for row in after.line].count(Mark.WITHDRAWAL_TOO_LATE) == 1


def test_what_has_been_distributed_is_not_withdrawn_also_when_the_provider_has_recalled_it() -> None:
    recalled = told(told(withdrawn(Mark.RECEIVED), Mark.DISTRIBUTED), Mark.RECALLED)
    assert recalled.phase is Phase.RECALLED
    with pytest.raises(CannotWithdraw, match="återkallat"):
        withdraw(recalled, moira(), BECAUSE, actor("karin.berg"), LATER)


@pytest.mark.parametrize("mark", [Mark.RECEIVED, Mark.DECLINED])
def test_a_receipt_or_a_decline_that_crosses_the_withdrawal_leaves_it_withdrawn(mark: Mark) -> None:
    after = told(withdrawn(), mark)
    assert after.phase is Phase.WITHDRAWN
    assert after.line[-1].mark is mark


def test_only_those_who_see_the_person_withdraw() -> None:
    with pytest.raises(NotFound):
        withdraw(sent(), moira(), BECAUSE, actor("sara.lind"), NOW)
    with pytest.raises(NotFound):
        withdraw(sent(), protected("eva.nyberg"), BECAUSE, colleague(), NOW)
    assert withdraw(sent(), moira(), BECAUSE, colleague(), NOW).events
