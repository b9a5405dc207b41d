from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from chassis.decision import NotAllowed, NotFound
from chassis.seen import ChangedMeanwhile
from contracts.deviation import AnalysisStarted, Consequence, DeviationClosed, FeedbackGiven
from services.deviation.deviation import (
    ConsequenceMissing,
    FeedbackMissing,
    NotPossibleNow,
    Status,
    left_before_closing,
)
from services.deviation.features.assess import Assess, ConsequenceStays, assess
from services.deviation.features.close import Close, ReasonMissing, close
from services.deviation.features.give_feedback import GiveFeedback, give_feedback
from services.deviation.features.start_analysis import start_analysis
from services.deviation.rights import Circle
from tests.support.deviations import (
    DEVIATION,
    NOBODY,
    NOW,
    OMAR,
    assessed,
    closed,
    registered,
    told_back,
    under_analysis,
)
from tests.support.municipality import member, unit
from tests.support.people import actor

BOSS = actor("omar.haddad")
pytestmark = pytest.mark.requirement("TRE-DEV-17")


def ids(**more: Any) -> dict[str, Any]:
    return {
        "deviation_id": DEVIATION,
        "unit_id": unit("blandaren-ute"),
        "reported_by": member("jonas.ek"),
        **more,
    }


def test_the_responsible_manager_begins_the_analysis() -> None:
    decision = start_analysis(registered(), BOSS, NOBODY, NOW)
    assert decision.state.status is Status.UNDER_ANALYSIS
    assert decision.events == (AnalysisStarted(**ids(manager_id=member("omar.haddad"))),)
    assert decision.by.role == "unit_manager"


def test_the_deputy_of_today_takes_it_on_and_is_responsible_from_then() -> None:
    eva = member("eva.nyberg")
    after = start_analysis(registered(), actor("eva.nyberg"), Circle(answering=eva), NOW).state
    assert after.manager_id == eva
    command = Assess(analysis="Mattan")
    assert assess(after, command, actor("eva.nyberg"), NOBODY, NOW).state.status is Status.UNDER_ANALYSIS


def test_without_a_consequence_the_analysis_is_kept_to_go_on_with() -> None:
    decision = assess(under_analysis(), Assess(analysis="Mattan", measures=("Ta bort den",)), BOSS, NOBODY, NOW)
    assert (decision.state.status, decision.state.consequence) == (Status.UNDER_ANALYSIS, None)
    assert decision.events == ()


@pytest.mark.requirement("C-17")
def test_the_assessment_is_the_managers() -> None:
    command = Assess(
        analysis="Mattan låg löst.",
        cause="Ingen halkmatta",
        severity=3,
        probability=4,
        measures=("Halkmatta", "Genomgång med personalen"),
        consequence=Consequence.SERIOUS,
    )
    after = assess(under_analysis(), command, BOSS, NOBODY, NOW).state
    assert (after.status, after.consequence) == (Status.MEASURES_PLANNED, Consequence.SERIOUS)
    assert after.analysis is not None
    assert after.analysis.risk == 12
    assert after.analysis.measures == ("Halkmatta", "Genomgång med personalen")


@pytest.mark.requirement("C-17")
@pytest.mark.parametrize("field", ["severity", "probability"])
@pytest.mark.parametrize("grade", [0, 5])
def test_severity_and_probability_go_from_one_to_four(field: str, grade: int) -> None:
    with pytest.raises(ValidationError, match="than_equal"):
        Assess.model_validate({"analysis": "x", field: grade})


def test_without_both_grades_there_is_no_risk() -> None:
    after = assess(under_analysis(), Assess(analysis="x", severity=2), BOSS, NOBODY, NOW).state
    assert after.analysis is not None
    assert after.analysis.risk is None


def test_an_assessed_consequence_may_be_changed_but_not_taken_away() -> None:
    changed = assess(assessed(), Assess(analysis="x", consequence=Consequence.MINOR), BOSS, NOBODY, NOW).state
    assert (changed.consequence, changed.status) == (Consequence.MINOR, Status.MEASURES_PLANNED)
    with pytest.raises(ConsequenceStays):
        assess(assessed(), Assess(analysis="x"), BOSS, NOBODY, NOW)


def test_the_reporter_is_given_feedback_and_told_of_it_without_its_words() -> None:
    decision = give_feedback(assessed(), GiveFeedback(text="Mattan är borta."), BOSS, NOBODY, NOW)
    (feedback,) = decision.state.feedback
    assert (feedback.text, feedback.name, feedback.at) == ("Mattan är borta.", "Omar Haddad", NOW)
    assert decision.events == (FeedbackGiven(**ids(given_by=OMAR)),)
    assert decision.state.status is Status.MEASURES_PLANNED


def test_with_consequence_and_feedback_it_is_closed() -> None:
    decision = close(told_back(), Close(), BOSS, NOBODY, NOW)
    assert decision.state.status is Status.CLOSED
    assert decision.events == (DeviationClosed(**ids(consequence=Consequence.MODERATE, closed_at=NOW)),)


def test_it_is_not_closed_without_a_consequence_or_without_feedback() -> None:
    with pytest.raises(ConsequenceMissing):
        close(under_analysis(), Close(reason="Klart"), BOSS, NOBODY, NOW)
    with pytest.raises(FeedbackMissing):
        close(assessed(), Close(), BOSS, NOBODY, NOW)


def test_what_is_left_before_closing_is_said_beforehand() -> None:
    assert left_before_closing(registered()) == ()
    assert left_before_closing(under_analysis()) == (ConsequenceMissing, FeedbackMissing)
    assert left_before_closing(assessed()) == (FeedbackMissing,)
    assert left_before_closing(told_back()) == ()


@pytest.mark.requirement("TRE-DEV-18")
def test_a_fall_may_be_closed_without_analysis_with_a_reason_and_still_counts() -> None:
    with pytest.raises(ReasonMissing):
        close(registered(), Close(reason=""), BOSS, NOBODY, NOW)
    decision = close(registered(), Close(reason="Bara för statistik"), BOSS, NOBODY, NOW)
    assert decision.state.status is Status.CLOSED
    assert decision.state.history[-1].reason == "Bara för statistik"
    assert decision.events == (DeviationClosed(**ids(consequence=None, closed_at=NOW)),)


DOINGS: list[Callable[[Any, Any], Any]] = [
    lambda d, by: start_analysis(d, by, NOBODY, NOW),
    lambda d, by: assess(d, Assess(analysis="x", consequence=Consequence.NONE), by, NOBODY, NOW),
    lambda d, by: give_feedback(d, GiveFeedback(text="x"), by, NOBODY, NOW),
    lambda d, by: close(d, Close(reason="x"), by, NOBODY, NOW),
]


@pytest.mark.parametrize("do", DOINGS)
def test_the_reporter_and_user_support_may_not_and_for_others_it_does_not_exist(do: Callable[[Any, Any], Any]) -> None:
    for login in ("jonas.ek", "nils.holm"):
        with pytest.raises(NotAllowed):
            do(registered(), actor(login))
    for login in ("eva.nyberg", "tove.ahl", "lina.dahl", "asa.vinge"):
        with pytest.raises(NotFound):
            do(registered(), actor(login))


@pytest.mark.parametrize("do", DOINGS)
def test_what_is_closed_stays_as_it_is(do: Callable[[Any, Any], Any]) -> None:
    with pytest.raises(NotPossibleNow, match="Avslutad"):
        do(closed(), BOSS)


def test_an_analysis_that_was_saved_meanwhile_is_not_overwritten_unseen() -> None:
    opened = under_analysis()
    first = assess(opened, Assess(analysis="Från flik A", seen=opened.seen), BOSS, NOBODY, NOW).state
    late = Assess(analysis="Från flik B", seen=opened.seen)
    with pytest.raises(ChangedMeanwhile):
        assess(first, late, BOSS, NOBODY, NOW)
    after = assess(first, late.model_copy(update={"seen": first.seen}), BOSS, NOBODY, NOW).state
    assert after.analysis is not None
    assert after.analysis.analysis == "Från flik B"
