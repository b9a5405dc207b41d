from uuid import UUID

import pytest

from chassis.decision import NotAllowed, NotFound
from services.execution.assignment import RowStatus, Status
from services.execution.features.change_row import change_row
from services.execution.features.distribute import Distribute, distribute
from services.execution.row_values import NewRow, PeriodReversed
from services.execution.transitions import RowNotPossible
from tests.support.assignments import BLANDAREN, NOW, TODAY, UTE, accepted, row, started, units_below
from tests.support.people import actor

EVA, JONAS = actor("eva.nyberg"), actor("jonas.ek")
UNITS = units_below("blandaren")
FIRST, CHANGED = UUID(int=1), UUID(int=9)
OTHER = NewRow(service="morgonhjalp", unit_id=BLANDAREN, period_from=TODAY)


@pytest.mark.requirement("TRE-DIST-11")
def test_a_row_that_has_not_been_sent_is_changed_in_everything_and_what_it_was_stays_in_the_history() -> None:
    after = change_row(accepted(row(1), row(2)), FIRST, OTHER, UNITS, CHANGED, EVA, NOW, TODAY).state
    old, untouched, new = after.rows
    assert (old.status, old.unit_id) == (RowStatus.REMOVED, UTE)
    assert untouched.status is RowStatus.REGISTERED
    assert (new.id, new.status, new.unit_id) == (CHANGED, RowStatus.REGISTERED, BLANDAREN)
    assert (after.status, after.acts[-1].what, after.acts[-1].row_ids) == (
        *(Status.ACCEPTED, "change"),
        (FIRST, CHANGED),
    )


def test_who_is_about_to_send_a_row_as_it_was_before_it_was_changed_is_refused() -> None:
    after = change_row(accepted(row(1)), FIRST, OTHER, UNITS, CHANGED, EVA, NOW, TODAY).state
    with pytest.raises(RowNotPossible):
        distribute(after, Distribute(row_ids=(FIRST,), confirmed=True), UNITS, (), EVA, NOW, TODAY)


def test_what_is_with_a_unit_is_not_changed_and_a_change_makes_sense() -> None:
    with pytest.raises(RowNotPossible, match="skickad till genomförande"):
        change_row(started(row(1)), FIRST, OTHER, UNITS, CHANGED, EVA, NOW, TODAY)
    reversed_period = OTHER.model_copy(update={"period_to": TODAY.replace(year=2020)})
    with pytest.raises(PeriodReversed) as refused:
        change_row(accepted(row(1)), FIRST, reversed_period, UNITS, CHANGED, EVA, NOW, TODAY)
    assert refused.value.field == "period_to"
    with pytest.raises(NotFound):
        change_row(accepted(row(1)), UUID(int=7), OTHER, UNITS, CHANGED, EVA, NOW, TODAY)


def test_only_those_who_distribute_change_a_row() -> None:
    with pytest.raises(NotAllowed):
        change_row(
            started(row(1), row(2, status=RowStatus.REGISTERED)), UUID(int=2), OTHER, UNITS, CHANGED, JONAS, NOW, TODAY
        )
