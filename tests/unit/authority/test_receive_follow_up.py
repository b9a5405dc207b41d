from typing import Any

import pytest

from chassis.decision import NotFound
from contracts.execution import ActionDecision, FollowUpReport, FollowUpSubmitted, GoalRating
from contracts.sealed import Sealed
from services.authority.features.receive_follow_up import NotGenuine, arrive, receive
from services.authority.follow_up import FollowUp, digest
from tests.support.cases import ASSIGNMENT, LATER, NOW, colleague, moira, new_id, protected
from tests.support.municipality import member, unit
from tests.support.orders import GOALS
from tests.support.people import actor

DOCUMENT = "<p>Moira går ut varje dag.</p>"


def arrived(document: str = DOCUMENT, **changes: Any) -> FollowUp:
    rating = GoalRating(goal_id=GOALS[0].goal_id, text=GOALS[0].text, rating=4)
    report = FollowUpReport(ratings=(rating,), document=document, signature="")
    event = FollowUpSubmitted(
        assignment_id=ASSIGNMENT,
        follow_up_id=new_id("follow-up"),
        unit_id=unit("blandaren-ute"),
        case_worker_id=member("karin.berg"),
        round=1,
        action=ActionDecision.CONTINUE,
        signed_by=member("jonas.ek"),
        signed_at=NOW,
        submitted_at=NOW,
        document_sha256=digest(DOCUMENT),
        report=Sealed(report),
    )
    return FollowUp(**{**vars(arrive(event, report, moira().id).state), **changes})


def test_a_follow_up_is_kept_as_it_came() -> None:
    follow_up = arrived()
    assert (follow_up.assignment_id, follow_up.round, follow_up.signed_by) == (ASSIGNMENT, 1, member("jonas.ek"))
    assert follow_up.report.ratings[0].rating == 4
    assert (follow_up.intact, follow_up.received_at) == (True, None)
    assert "Moira" not in repr(follow_up)


def test_a_document_that_was_changed_on_the_way_is_kept_and_known() -> None:
    assert not arrived(DOCUMENT.replace("varje", "ingen")).intact


def test_the_first_who_reads_it_is_told_of() -> None:
    decision = receive(arrived(), moira(), actor("karin.berg"), LATER, genuine=True)
    assert (decision.state.received_at, decision.state.received_by) == (LATER, member("karin.berg"))
    (event,) = decision.events
    expected: dict[str, object] = {"assignment_id": ASSIGNMENT, "received_at": LATER}
    assert event.model_dump() == {**expected, "follow_up_id": new_id("follow-up")}


def test_receiving_it_again_changes_nothing() -> None:
    first = receive(arrived(), moira(), actor("karin.berg"), NOW, genuine=True).state
    again = receive(first, moira(), colleague(), LATER, genuine=True)
    assert (again.state, again.events) == (first, ())


def test_what_is_not_as_it_was_signed_is_not_received() -> None:
    with pytest.raises(NotGenuine):
        receive(arrived(intact=False), moira(), actor("karin.berg"), NOW, genuine=True)
    with pytest.raises(NotGenuine):
        receive(arrived(), moira(), actor("karin.berg"), NOW, genuine=False)


@pytest.mark.parametrize("login", ["sara.lind", "jonas.ek"])
def test_only_those_who_see_the_person_receive(login: str) -> None:
    with pytest.raises(NotFound):
        receive(arrived(), moira(), actor(login), NOW, genuine=True)
    with pytest.raises(NotFound):
        receive(arrived(), protected(), colleague(), NOW, genuine=True)
