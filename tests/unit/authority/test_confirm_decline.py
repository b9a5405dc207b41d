import pytest

from chassis.decision import NotFound
from contracts.authority import DeclineConfirmed
from contracts.execution import AssignmentDeclined, DeclineReason, Explanation, ReasonHolder
from contracts.sealed import Sealed
from services.authority.assignment import Assignment, Decline, OrderStatus, Phase, heard
from services.authority.features.confirm_decline import NotDeclined, confirm_decline
from services.authority.features.follow_progress import declined
from services.authority.features.replace_order import (
    AlreadyReplaced,
    NotReplaceable,
    Replace,
    SameProvider,
    replace_order,
    replacement,
)
from services.authority.order import Basis, StandsAfterAll, check_sendable
from services.authority.status_line import Mark, Row, steps
from tests.support.cases import IN, LATER, NOW, TODAY, basis, blandaren, drafted, moira, new_id, sent
from tests.support.municipality import member, unit
from tests.support.people import actor

pytestmark = pytest.mark.requirement("C-09")
ELSEWHERE = Replace(unit_id=unit("rakenstickan"))
NEW = new_id("replacement")


def confirmed() -> Assignment:
    return confirm_decline(sent(Mark.RECEIVED, Mark.DECLINED), moira(), actor("karin.berg"), NOW).state


def replaced() -> Assignment:
    return replace_order(confirmed(), moira(), ELSEWHERE, actor("karin.berg"), NEW, NOW).state


def test_why_the_provider_declined_is_kept() -> None:
    event = AssignmentDeclined(
        assignment_id=sent().id,
        unit_id=unit("blandaren"),
        case_worker_id=member("karin.berg"),
        reason=DeclineReason.NO_CAPACITY,
        holder=ReasonHolder.PROVIDER,
        declined_at=LATER,
        explanation=Sealed(Explanation(text="Fullt till jul.")),
    )
    after = declined(sent(Mark.RECEIVED), event, "Fullt till jul.", LATER).state
    assert after.phase is Phase.DECLINED
    assert after.status is OrderStatus.SENT
    assert after.decline == Decline(DeclineReason.NO_CAPACITY, ReasonHolder.PROVIDER, "Fullt till jul.")
    assert after.line[-1].reason == "no_capacity"
    assert [step.mark for step in steps(after.line, after.phase)] == [Mark.SENT, Mark.RECEIVED, Mark.DECLINED]


def test_confirming_a_decline_tells_the_provider() -> None:
    decision = confirm_decline(sent(Mark.DECLINED), moira(), actor("karin.berg"), NOW)
    assert decision.state.phase is Phase.DECLINE_CONFIRMED
    event = DeclineConfirmed(assignment_id=sent().id, unit_id=unit("blandaren"), confirmed_at=NOW)
    assert decision.events == (event,)


def test_there_must_be_a_decline_to_confirm() -> None:
    for assignment in (sent(), sent(Mark.RECEIVED), sent(Mark.DISTRIBUTED), confirmed()):
        with pytest.raises(NotDeclined):
            confirm_decline(assignment, moira(), actor("karin.berg"), NOW)


def test_a_replacement_is_a_draft_of_the_same_order_to_another_provider() -> None:
    old = replaced()
    new = replacement(old, ELSEWHERE, actor("karin.berg"), [new_id("a"), new_id("b")], LATER).state
    assert (old.replaced_by, new.id, new.replaces) == (NEW, NEW, old.id)
    assert (new.status, new.unit_id, new.line) == (OrderStatus.DRAFT, unit("rakenstickan"), ())
    same = ("person_id", "decision_id", "assignment_name", "services", "cover_message")
    assert all(getattr(new, name) == getattr(old, name) for name in same)
    assert [goal.text for goal in new.goals] == [goal.text for goal in old.goals]
    assert new.goals[0].goal_id == new_id("a")


def test_a_declined_assignment_is_replaced_after_the_decline_is_confirmed_and_once() -> None:
    for assignment in (sent(), sent(Mark.DECLINED)):
        with pytest.raises(NotReplaceable):
            replace_order(assignment, moira(), ELSEWHERE, actor("karin.berg"), NEW, NOW)
    assert confirmed().possible == ("replace",)
    assert replaced().possible == ()
    with pytest.raises(AlreadyReplaced):
        replace_order(replaced(), moira(), ELSEWHERE, actor("karin.berg"), NEW, NOW)


def test_the_provider_that_declined_is_not_asked_again() -> None:
    with pytest.raises(SameProvider):
        replace_order(confirmed(), moira(), Replace(unit_id=unit("blandaren")), actor("karin.berg"), NEW, NOW)


def test_only_those_who_see_the_person_confirm_and_replace() -> None:
    with pytest.raises(NotFound):
        confirm_decline(sent(Mark.DECLINED), moira(), actor("sara.lind"), NOW)
    with pytest.raises(NotFound):
        replace_order(confirmed(), moira(), ELSEWHERE, actor("sara.lind"), NEW, NOW)


def test_a_withdrawn_order_is_replaced_too_also_at_the_same_provider() -> None:
    same = Replace(unit_id=unit("blandaren"))
    old = replace_order(IN[Phase.WITHDRAWN], moira(), same, actor("karin.berg"), NEW, NOW).state
    assert (old.phase, old.replaced_by) == (Phase.WITHDRAWN, NEW)
    assert replacement(old, same, actor("karin.berg"), [new_id("a"), new_id("b")], LATER).state.replaces == old.id


def test_a_replacement_is_not_sent_when_the_withdrawal_came_too_late() -> None:
    withdrawn = replace_order(IN[Phase.WITHDRAWN], moira(), ELSEWHERE, actor("karin.berg"), NEW, NOW).state
    late = heard(withdrawn, Row(Mark.DISTRIBUTED, LATER, unit_ids=(unit("blandaren"),)), LATER).state
    assert check_sendable(drafted(), Basis(moira(), basis().decision, withdrawn), blandaren(), TODAY)
    with pytest.raises(StandsAfterAll):
        check_sendable(drafted(), Basis(moira(), basis().decision, late), blandaren(), TODAY)
