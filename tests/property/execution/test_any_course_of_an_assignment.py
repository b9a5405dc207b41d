from datetime import date

import pytest
from hypothesis import settings
from hypothesis.stateful import invariant

from chassis.auth import Actor
from chassis.decision import NotFound
from contracts.execution import (
    AssignmentDistributed,
    AssignmentEnded,
    ClearanceShared,
)
from services.execution.assignment import Assignment, RowStatus, Status
from services.execution.features.read_assignment import history
from services.execution.rights import DISTRIBUTORS, STAFF, seen_by
from tests.support.course import Course
from tests.support.course_choices import OPEN, PEOPLE, UNITS


class AnyCourse(Course):
    """What holds whatever anybody does, in whatever order, and however the days pass."""

    @invariant()
    def an_open_assignment_is_with_somebody_who_may_act_on_it(self) -> None:
        if self.assignment.status in OPEN and not self.overdue():
            assert any(may_act(self.assignment, by, self.today) for by in PEOPLE), self.assignment

    @invariant()
    def what_is_over_is_in_no_queue(self) -> None:
        if self.assignment.status not in OPEN:
            assert self.assignment.queue_unit_ids == ()

    @invariant()
    def the_status_says_what_the_rows_say(self) -> None:
        assignment, statuses = self.assignment, {row.status for row in self.assignment.rows}
        if assignment.status in (Status.RECEIVED, Status.ACCEPTED, Status.DECLINED, Status.WITHDRAWN):
            assert assignment.unit_ids == ()
        if assignment.at_units:
            assert assignment.unit_ids
            assert statuses & {RowStatus.SENT, RowStatus.REGISTERED}
        if assignment.status is Status.DISTRIBUTED:
            assert assignment.waiting_unit_ids
        if assignment.status is Status.ACKNOWLEDGED:
            assert not assignment.waiting_unit_ids
        if assignment.status in (Status.ENDED, Status.CLOSED):
            assert RowStatus.SENT not in statuses
        assert assignment.closed_on is None or assignment.status is Status.CLOSED or assignment.at_units

    @invariant()
    def a_declined_or_withdrawn_assignment_was_never_distributed(self) -> None:
        if self.assignment.status in (Status.DECLINED, Status.WITHDRAWN):
            assert not any(isinstance(event, AssignmentDistributed) for event in self.told)

    @invariant()
    def every_row_is_at_the_provider_and_ends_no_earlier_than_it_begins(self) -> None:
        for row in self.assignment.rows:
            assert row.unit_id in UNITS
            assert row.period_to is None or row.period_to >= row.period_from

    @invariant()
    def others_know_from_the_events_who_carries_out_what(self) -> None:
        known = {row_id for row_id, last in self.heard.items() if last is None or last >= self.today}
        assert known == {row.id for row in self.assignment.rows if row.current_or_planned(self.today)}
        ended = any(isinstance(event, AssignmentEnded) for event in self.told)
        was_closed_early = self.assignment.closed_on is not None
        assert ended or self.assignment.status is not Status.ENDED
        assert ended or self.assignment.status is not Status.CLOSED or was_closed_early
        if self.assignment.status is Status.ACKNOWLEDGED:
            assert self.all_acknowledged

    @invariant()
    def a_protected_person_exists_only_for_those_who_are_named(self) -> None:
        for by in PEOPLE:
            if self.assignment.protected and by.member_id not in self.assignment.named:
                with pytest.raises(NotFound):
                    seen_by(self.assignment, by)

    @invariant()
    def those_who_document_it_know_who_may_see_the_person(self) -> None:
        shared = [event for event in self.told if isinstance(event, AssignmentDistributed | ClearanceShared)]
        if shared:
            card = shared[-1].person.content
            assert card is not None
            assert set(card.cleared) == set(self.assignment.named)

    @invariant()
    def the_history_can_be_read(self) -> None:
        assert len(history(self.assignment)) == len(self.assignment.acts)

    def overdue(self) -> bool:
        """True until the job has run: a row sent with its period already over."""
        day = self.assignment.next_last_day
        return day is not None and day < self.today


def may_act(assignment: Assignment, by: Actor, today: date) -> bool:
    """True when it lies before the member in Nya uppdrag or Mina enheter, and there is something they can do."""
    try:
        seen_by(assignment, by)
    except NotFound:
        return False
    distributor, staff = by.units(DISTRIBUTORS), by.units(STAFF)
    queued = set(assignment.queue_unit_ids)
    current = {row.unit_id for row in assignment.rows if row.current_or_planned(today)}
    return bool(
        (assignment.to_distribute and assignment.unit_id in queued & distributor)
        or set(assignment.waiting_unit_ids) & queued & staff
        or current & distributor
    )


AnyCourse.TestCase.settings = settings(max_examples=100, stateful_step_count=25, deadline=None, database=None)
TestAnyCourseOfAnAssignment = AnyCourse.TestCase
