from datetime import date
from uuid import UUID

import pytest

from chassis.decision import NotAllowed, NotFound
from contracts.execution import AssignmentEnded
from services.execution.assignment import RowStatus, Status
from services.execution.features.distribute import Distribute, distribute
from services.execution.features.merge_rows import DifferentServices, MergeRows, SameRowTwice, merge_rows
from services.execution.features.remove_row import remove_row
from services.execution.transitions import RowNotPossible
from tests.support.assignments import NOW, TODAY, UTE, accepted, row, started, units_below
from tests.support.people import actor

EVA = actor("eva.nyberg")
MERGED = UUID(int=9)
JANUARY = date(2027, 1, 31)


def both(*numbers: int) -> MergeRows:
    return MergeRows(merged_row_ids=tuple(UUID(int=number) for number in numbers))


@pytest.mark.requirement("TRE-DIST-04")
def test_split_rows_become_one_again_with_the_first_rows_unit_and_the_whole_period() -> None:
    early = row(2, "blandaren", period_from=date(2026, 11, 1), period_to=TODAY)
    after = merge_rows(accepted(row(1, period_to=JANUARY), early), both(1, 2), MERGED, EVA, NOW).state
    *gone, kept = after.rows
    assert kept.id == MERGED
    assert (kept.status, kept.unit_id, kept.period_from, kept.period_to) == (
        RowStatus.REGISTERED,
        UTE,
        date(2026, 11, 1),
        JANUARY,
    )
    assert [row.status for row in gone] == [RowStatus.REMOVED, RowStatus.REMOVED]
    assert after.acts[-1].row_ids == (UUID(int=1), UUID(int=2), MERGED)


def test_merging_with_a_row_until_further_notice_gives_one_until_further_notice() -> None:
    after = merge_rows(accepted(row(1, period_to=JANUARY), row(2)), both(1, 2), MERGED, EVA, NOW).state
    assert after.rows[-1].period_to is None


def test_only_rows_of_the_same_service_that_have_not_been_sent_are_merged() -> None:
    with pytest.raises(DifferentServices):
        merge_rows(accepted(row(1), row(2, service="kvallshjalp")), both(1, 2), MERGED, EVA, NOW)
    with pytest.raises(SameRowTwice):
        merge_rows(accepted(row(1)), both(1, 1), MERGED, EVA, NOW)
    with pytest.raises(NotFound):
        merge_rows(accepted(row(1)), both(1, 7), MERGED, EVA, NOW)
    for sent_first in ((row(1), row(2, status=RowStatus.REGISTERED)), (row(1, status=RowStatus.REGISTERED), row(2))):
        with pytest.raises(RowNotPossible, match="skickad till genomförande"):
            merge_rows(started(*sent_first), both(1, 2), MERGED, EVA, NOW)


def test_who_is_about_to_send_a_row_as_it_was_before_it_was_merged_is_refused() -> None:
    after = merge_rows(accepted(row(1), row(2)), both(1, 2), MERGED, EVA, NOW).state
    about_to = Distribute(row_ids=(UUID(int=1),), confirmed=True)
    with pytest.raises(RowNotPossible):
        distribute(after, about_to, units_below("blandaren"), (), EVA, NOW, TODAY)


@pytest.mark.requirement("TRE-DIST-12")
def test_a_row_registered_by_mistake_is_removed_and_kept_in_the_state() -> None:
    after = remove_row(accepted(row(1), row(2)), UUID(int=1), EVA, NOW).state
    assert [kept.status for kept in after.rows] == [RowStatus.REMOVED, RowStatus.REGISTERED]
    assert after.status is Status.ACCEPTED
    assert (after.acts[-1].what, after.acts[-1].by.name) == ("remove", "Eva Nyberg")


def test_removing_the_row_that_was_left_when_all_others_had_ended_ends_the_assignment() -> None:
    rows = (row(1, status=RowStatus.ENDED, period_to=TODAY), row(2, status=RowStatus.REGISTERED))
    decision = remove_row(started(*rows), UUID(int=2), EVA, NOW)
    assert decision.state.status is Status.ENDED
    assert [type(event) for event in decision.events] == [AssignmentEnded]


def test_a_row_that_has_been_sent_is_not_removed() -> None:
    with pytest.raises(RowNotPossible):
        remove_row(started(), UUID(int=1), EVA, NOW)


def test_care_workers_neither_merge_nor_remove() -> None:
    with pytest.raises(NotAllowed):
        remove_row(started(), UUID(int=1), actor("jonas.ek"), NOW)
    with pytest.raises(NotAllowed):
        merge_rows(started(), both(1, 2), MERGED, actor("jonas.ek"), NOW)
