from dataclasses import replace

import pytest

from chassis.decision import NotAllowed, NotFound
from contracts.execution import AssignmentDeclined, DeclineReason, Explanation, ReasonHolder
from contracts.sealed import Sealed
from services.execution.assignment import RowStatus, Status
from services.execution.features.decline import AfterDistribution, Decline, decline
from services.execution.transitions import NotPossibleNow, Withdrawn
from tests.support.assignments import NOW, accepted, ended, received, row, started
from tests.support.people import actor

NO_ROOM = Decline(reason=DeclineReason.NO_CAPACITY, holder=ReasonHolder.PROVIDER, explanation="Fullt till mars")


@pytest.mark.requirement("C-09")
def test_a_coordinator_declines_with_a_reason_and_the_explanation_goes_sealed() -> None:
    decision = decline(received(), NO_ROOM, actor("eva.nyberg"), NOW)
    assert (decision.state.status, decision.state.queue_unit_ids) == (Status.DECLINED, ())
    (event,) = decision.events
    assert isinstance(event, AssignmentDeclined)
    assert (event.reason, event.holder) == (DeclineReason.NO_CAPACITY, ReasonHolder.PROVIDER)
    assert event.explanation == Sealed(Explanation(text="Fullt till mars"))
    assert (decision.state.acts[-1].reason, decision.state.acts[-1].note) == ("no_capacity", "Fullt till mars")


def test_what_has_only_been_registered_can_still_be_declined() -> None:
    assert decline(accepted(), NO_ROOM, actor("omar.haddad"), NOW).state.status is Status.DECLINED


def test_after_distribution_it_is_too_late_also_when_everything_has_been_recalled() -> None:
    recalled = replace(accepted(), rows=(row(1, status=RowStatus.RECALLED),))
    for late in (started(), ended(), recalled):
        with pytest.raises(AfterDistribution):
            decline(late, NO_ROOM, actor("eva.nyberg"), NOW)


def test_what_is_already_declined_or_withdrawn_is_not_declined_again() -> None:
    with pytest.raises(NotPossibleNow, match="avböjt"):
        decline(replace(received(), status=Status.DECLINED), NO_ROOM, actor("eva.nyberg"), NOW)
    with pytest.raises(Withdrawn):
        decline(replace(received(), status=Status.WITHDRAWN), NO_ROOM, actor("eva.nyberg"), NOW)


def test_care_workers_do_not_decline_and_others_do_not_see_it() -> None:
    with pytest.raises(NotAllowed):
        decline(started(), NO_ROOM, actor("jonas.ek"), NOW)
    with pytest.raises(NotFound):
        decline(received(), NO_ROOM, actor("karin.berg"), NOW)
    with pytest.raises(NotFound):
        decline(received(cleared=[]), NO_ROOM, actor("eva.nyberg"), NOW)
