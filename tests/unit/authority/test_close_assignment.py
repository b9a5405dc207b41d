import pytest

from chassis.decision import NotFound
from contracts.authority import AssignmentClosed, ClosingReason
from services.authority.assignment import Phase
from services.authority.features.close_assignment import Close, NotEnded, close
from services.authority.status_line import Mark
from tests.support.cases import NOW, TODAY, drafted, moira, sent
from tests.support.municipality import unit
from tests.support.people import actor

BECAUSE = Close(reason=ClosingReason.GOALS_MET)


def test_an_assignment_that_the_provider_has_ended_is_closed_with_a_reason() -> None:
    decision = close(sent(Mark.DISTRIBUTED, Mark.ENDED), moira(), BECAUSE, actor("karin.berg"), NOW, TODAY)
    assert decision.state.phase is Phase.CLOSED
    assert decision.state.line[-1].reason == "goals_met"
    assert decision.events == (
        AssignmentClosed(
            assignment_id=sent().id, unit_id=unit("blandaren"), reason=ClosingReason.GOALS_MET, closed_on=TODAY
        ),
    )


@pytest.mark.parametrize("mark", [Mark.RECEIVED, Mark.DECLINED, Mark.DISTRIBUTED, Mark.STARTED, Mark.FOLLOWED_UP])
def test_nothing_is_closed_before_the_provider_has_ended_it(mark: Mark) -> None:
    with pytest.raises(NotEnded):
        close(sent(mark), moira(), BECAUSE, actor("karin.berg"), NOW, TODAY)


def test_a_draft_is_not_closed_and_nothing_is_closed_twice() -> None:
    closed = close(sent(Mark.ENDED), moira(), BECAUSE, actor("karin.berg"), NOW, TODAY).state
    for assignment in (drafted(), closed):
        with pytest.raises(NotEnded):
            close(assignment, moira(), BECAUSE, actor("karin.berg"), NOW, TODAY)


def test_only_those_who_see_the_person_close() -> None:
    with pytest.raises(NotFound):
        close(sent(Mark.ENDED), moira(), BECAUSE, actor("sara.lind"), NOW, TODAY)
