from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.decision import Decision, NotAllowed
from chassis.replica import Unit
from contracts.authority import PersonCard
from contracts.execution import AssignmentDistributed
from services.execution.assignment import Assignment, RowStatus, Status
from services.execution.features.distribute import (
    Distribute,
    NobodyToTell,
    NotAnswered,
    NotAtTheUnits,
    NotConfirmed,
    NothingTicked,
    ToldAfterAll,
    UnitGone,
    UnknownRow,
    distribute,
)
from services.execution.transitions import RowNotPossible
from tests.support.assignments import (
    BLANDAREN,
    NOW,
    TODAY,
    UTE,
    accepted,
    acknowledged,
    members_at,
    received,
    row,
    started,
    units_below,
)
from tests.support.people import actor

UNITS = units_below("blandaren")


def send(assignment: Assignment, *numbers: int, login: str = "eva.nyberg", **changes: Any) -> Decision[Assignment]:
    units = changes.pop("units", UNITS)
    staff = changes.pop("staff", members_at("blandaren", "blandaren-ute"))
    command = Distribute.model_validate({"row_ids": [UUID(int=n) for n in numbers], "confirmed": True} | changes)
    return distribute(assignment, command, units, staff, actor(login), NOW, TODAY)


def told(decision: Decision[Assignment]) -> AssignmentDistributed:
    (event,) = decision.events
    assert isinstance(event, AssignmentDistributed)
    return event


@pytest.mark.requirement("TRE-DIST-05", "TRE-DIST-08", "R-03")
def test_only_the_ticked_rows_are_sent_and_lie_with_their_units_until_they_acknowledge() -> None:
    decision = send(accepted(row(1), row(2, "blandaren")), 1)
    after = decision.state
    assert [sent.status for sent in after.rows] == [RowStatus.SENT, RowStatus.REGISTERED]
    assert after.status is Status.DISTRIBUTED
    assert after.queue_unit_ids == (UTE, BLANDAREN)
    assert [(sent.row_id, sent.unit_id) for sent in told(decision).rows] == [(UUID(int=1), UTE)]


@pytest.mark.requirement("TRE-DIST-05", "R-03")
def test_nothing_is_sent_before_the_question_has_been_answered() -> None:
    with pytest.raises(NotConfirmed) as asked:
        send(accepted(), 1, confirmed=False, tell=False)
    assert str(asked.value) == "Vill du skicka följande insatser till genomförande?"


def test_all_rows_with_a_unit_are_told_and_not_only_the_new_ones() -> None:
    rows = (
        row(1),
        row(2, "blandaren", RowStatus.REGISTERED),
        row(3, status=RowStatus.RECALLED),
        row(4, status=RowStatus.ENDED, period_to=TODAY),
        row(5, status=RowStatus.ENDED, period_from=date(2026, 11, 1), period_to=date(2026, 11, 22)),
        row(6, status=RowStatus.REMOVED),
    )
    decision = send(started(*rows), 2)
    assert [sent.row_id.int for sent in told(decision).rows] == [1, 2, 4]
    assert decision.state.status is Status.IN_EXECUTION


def test_a_new_row_for_a_unit_that_has_acknowledged_needs_no_new_acknowledgement() -> None:
    more = send(acknowledged(row(1), row(2, status=RowStatus.REGISTERED)), 2).state
    assert (more.status, more.queue_unit_ids) == (Status.ACKNOWLEDGED, ())
    other = send(acknowledged(row(1), row(2, "blandaren", RowStatus.REGISTERED)), 2).state
    assert (other.status, other.queue_unit_ids) == (Status.DISTRIBUTED, (BLANDAREN,))


def test_the_person_goes_sealed_to_those_who_document_with_everybody_who_may_see_them() -> None:
    protected = replace(accepted(), order=received(cleared=["omar.haddad"]).order)
    protected = replace(protected, cleared=(actor("jonas.ek").member_id,))
    card = told(send(protected, 1, login="omar.haddad")).person.content
    assert isinstance(card, PersonCard)
    assert card.cleared == (actor("omar.haddad").member_id, actor("jonas.ek").member_id)


def test_something_must_be_ticked_that_is_there_and_has_not_been_sent() -> None:
    with pytest.raises(NothingTicked):
        send(accepted())
    with pytest.raises(UnknownRow):
        send(accepted(), 1, 7)
    with pytest.raises(RowNotPossible):
        send(started(), 1)


def test_a_row_is_not_sent_to_a_unit_that_has_ended_since_it_was_registered() -> None:
    with pytest.raises(UnitGone, match="Morgonhjälp"):
        send(accepted(), 1, units=UNITS | {UTE: Unit("Ute", TODAY)})
    with pytest.raises(UnitGone):
        send(accepted(), 1, units={BLANDAREN: UNITS[BLANDAREN]})


def test_those_who_are_to_be_told_work_at_the_units_and_may_see_the_person() -> None:
    jonas, lina = actor("jonas.ek").member_id, actor("lina.dahl").member_id
    decision = send(accepted(), 1, recipients=(jonas,))
    assert told(decision).recipients == (jonas,)
    with pytest.raises(NotAtTheUnits):
        send(accepted(), 1, recipients=(jonas, lina))
    protected = replace(accepted(), order=received(cleared=["omar.haddad"]).order)
    with pytest.raises(NotAtTheUnits):
        send(protected, 1, login="omar.haddad", recipients=(jonas,))


@pytest.mark.requirement("TRE-DIST-07")
def test_whether_somebody_is_told_is_answered_and_the_answer_and_the_choice_agree() -> None:
    jonas = actor("jonas.ek").member_id
    assert told(send(accepted(), 1, tell=True, recipients=(jonas,))).recipients == (jonas,)
    assert told(send(accepted(), 1, tell=False)).recipients == ()
    with pytest.raises(NobodyToTell):
        send(accepted(), 1, tell=True)
    with pytest.raises(ToldAfterAll):
        send(accepted(), 1, tell=False, recipients=(jonas,), confirmed=False)


@pytest.mark.requirement("TRE-DIST-07")
def test_it_must_be_answered_before_it_is_confirmed_when_there_is_somebody_who_can_be_told() -> None:
    with pytest.raises(NotAnswered):
        send(accepted(), 1, confirmed=False)
    with pytest.raises(NotConfirmed):
        send(accepted(), 1, confirmed=False, recipients=(actor("jonas.ek").member_id,))
    with pytest.raises(NotConfirmed):
        send(accepted(), 1, confirmed=False, staff=set())
    assert told(send(accepted(), 1)).recipients == ()


def test_care_workers_do_not_distribute() -> None:
    with pytest.raises(NotAllowed):
        send(started(), 1, login="jonas.ek")
