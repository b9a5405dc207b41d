"""Anything that can happen to an assignment at the provider, for Hypothesis to do in any order."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from chassis.auth import Actor
from chassis.decision import Decision, Refused
from contracts.authority import AssignmentClosed, AssignmentWithdrawn, ClearanceChanged, ClosingReason, WithdrawalReason
from contracts.event import Event
from contracts.execution import (
    AssignmentAcknowledged,
    AssignmentDistributed,
    DeclineReason,
    InterventionEnded,
    ReasonHolder,
)
from services.execution.assignment import Assignment, RowStatus
from services.execution.features.acknowledge import Acknowledge, acknowledge
from services.execution.features.change_row import change_row
from services.execution.features.clear import Clear, clear
from services.execution.features.close import close
from services.execution.features.confirm_decline import confirm_decline
from services.execution.features.decline import Decline, decline
from services.execution.features.distribute import Distribute, distribute
from services.execution.features.end_assignment import EndAssignment, end_assignment
from services.execution.features.end_passed_rows import end_passed_rows
from services.execution.features.end_row import EndRow, end_row
from services.execution.features.hear_clearance import hear_clearance
from services.execution.features.merge_rows import MergeRows, merge_rows
from services.execution.features.recall_row import Recall, recall_row
from services.execution.features.register_rows import RegisterRows, register_rows
from services.execution.features.remove_row import remove_row
from services.execution.features.start import Start, start
from services.execution.features.withdraw import withdraw
from services.execution.row_values import NewRow
from tests.support.assignments import BLANDAREN, NOW, TODAY, received
from tests.support.course_choices import (
    PEOPLE,
    STAFF_THERE,
    UNITS,
    able,
    days,
    has,
    late,
    people,
    possible,
    row_numbers,
    some_rows,
    units,
    units_there,
)

SURE = Recall(confirmed=True)


class Course(RuleBasedStateMachine):
    """Whatever anybody does, in whatever order, and however the days pass."""

    def __init__(self) -> None:
        super().__init__()
        self.today, self.now = TODAY, NOW
        self.heard: dict[UUID, date | None] = {}
        self.ended: set[UUID] = set()
        self.all_acknowledged = False
        self.told: list[Event] = []

    @initialize(protected=st.booleans(), patience=st.integers(0, 20), at=st.lists(units_there, max_size=3))
    def arrives(self, protected: bool, patience: int, at: list[UUID]) -> None:
        self.assignment = received(cleared=["omar.haddad", "eva.nyberg"] if protected else None)
        self.patience = patience
        for unit_id in at:
            self.register(PEOPLE[0], unit_id, 0, None)
        if at:
            self.distribute_all_that_is_registered(PEOPLE[0])

    def give(self, decide: Callable[[], Decision[Assignment]]) -> None:
        before = self.assignment
        try:
            decision = decide()
        except Refused:
            return
        self.assignment = decision.state
        assert self.assignment.acts[: len(before.acts)] == before.acts
        assert [row.id for row in self.assignment.rows][: len(before.rows)] == [row.id for row in before.rows]
        for event in decision.events:
            self.hear(event)

    def hear(self, event: Event) -> None:
        """What journal, deviation and authority know from the events alone."""
        self.told.append(event)
        if isinstance(event, AssignmentDistributed):
            kept = {row_id: day for row_id, day in self.heard.items() if row_id in self.ended}
            self.heard = kept | {row.row_id: row.period_to for row in event.rows}
        elif isinstance(event, InterventionEnded) and event.row_id in self.heard:
            self.heard[event.row_id] = event.ended_on
            self.ended.add(event.row_id)
        elif isinstance(event, AssignmentAcknowledged):
            self.all_acknowledged |= event.complete

    def pick(self, number: int, *statuses: RowStatus) -> UUID:
        rows = [row.id for row in self.assignment.rows if row.status in statuses]
        return rows[number % len(rows)]

    def day(self, ahead: int) -> date:
        return self.today + timedelta(days=ahead)

    @possible("register")
    @rule(by=able, unit_id=units, ahead=days, lasts=st.none() | st.integers(-1, 5))
    def register(self, by: Actor, unit_id: UUID, ahead: int, lasts: int | None) -> None:
        number = len(self.assignment.rows) + 1
        first = self.day(ahead)
        last = None if lasts is None else first + timedelta(days=lasts)
        new = NewRow(service="morgonhjalp", unit_id=unit_id, period_from=first, period_to=last)
        command = RegisterRows(rows=(new,))
        ids = [UUID(int=number)]
        self.give(lambda: register_rows(self.assignment, command, UNITS, ids, by, self.now, self.today))

    @possible("distribute")
    @rule(by=people, rows=some_rows, confirmed=st.sampled_from((True, True, False)))
    def distribute(self, by: Actor, rows: list[int], confirmed: bool) -> None:
        command = Distribute(row_ids=tuple(UUID(int=row) for row in rows), confirmed=confirmed)
        self.give(lambda: distribute(self.assignment, command, UNITS, STAFF_THERE, by, self.now, self.today))

    @possible("distribute")
    @has(RowStatus.REGISTERED)
    @rule(by=able)
    def distribute_all_that_is_registered(self, by: Actor) -> None:
        rows = tuple(row.id for row in self.assignment.rows if row.status is RowStatus.REGISTERED)
        command = Distribute(row_ids=rows, confirmed=True)
        self.give(lambda: distribute(self.assignment, command, UNITS, STAFF_THERE, by, self.now, self.today))

    @possible("recall")
    @has(RowStatus.SENT)
    @rule(by=people, row=row_numbers)
    def recall(self, by: Actor, row: int) -> None:
        self.give(lambda: recall_row(self.assignment, self.pick(row, RowStatus.SENT), SURE, by, self.now, self.today))

    @possible("remove")
    @has(RowStatus.REGISTERED)
    @rule(by=people, row=row_numbers)
    def remove(self, by: Actor, row: int) -> None:
        self.give(lambda: remove_row(self.assignment, self.pick(row, RowStatus.REGISTERED), by, self.now))

    @possible("change")
    @has(RowStatus.REGISTERED)
    @rule(by=people, row=row_numbers, unit_id=units)
    def change(self, by: Actor, row: int, unit_id: UUID) -> None:
        old, new = self.pick(row, RowStatus.REGISTERED), UUID(int=len(self.assignment.rows) + 1)
        values = NewRow(service="morgonhjalp", unit_id=unit_id, period_from=self.day(0))
        self.give(lambda: change_row(self.assignment, old, values, UNITS, new, by, self.now, self.today))

    @possible("merge")
    @has(RowStatus.REGISTERED)
    @rule(by=people, rows=st.lists(row_numbers, min_size=2, max_size=3))
    def merge(self, by: Actor, rows: list[int]) -> None:
        command = MergeRows(merged_row_ids=tuple(UUID(int=row) for row in rows))
        self.give(lambda: merge_rows(self.assignment, command, UUID(int=len(self.assignment.rows) + 1), by, self.now))

    @possible("end-row")
    @has(RowStatus.SENT, RowStatus.ENDED)
    @rule(by=people, row=row_numbers, ahead=days)
    def end_row(self, by: Actor, row: int, ahead: int) -> None:
        command = EndRow(last_day=self.day(ahead))
        row_id = self.pick(row, RowStatus.SENT, RowStatus.ENDED)
        self.give(lambda: end_row(self.assignment, row_id, command, by, self.now))

    @possible("end")
    @has(RowStatus.RECALLED)
    @rule(by=people, ahead=days)
    def end_assignment(self, by: Actor, ahead: int) -> None:
        command = EndAssignment(last_day=self.day(ahead))
        self.give(lambda: end_assignment(self.assignment, command, by, self.now, self.today))

    @possible("acknowledge")
    @rule(by=people, unit_id=st.none() | units_there)
    def acknowledge(self, by: Actor, unit_id: UUID | None) -> None:
        self.give(lambda: acknowledge(self.assignment, Acknowledge(unit_id=unit_id), by, self.now))

    @possible("start")
    @precondition(lambda course: bool(course.assignment.acknowledgements))
    @rule(by=people, unit_id=st.none() | units_there, ahead=st.integers(-3, 1))
    def start(self, by: Actor, unit_id: UUID | None, ahead: int) -> None:
        command = Start(started_on=self.day(ahead), visiting_unit_id=unit_id)
        self.give(lambda: start(self.assignment, command, by, self.now, self.today))

    @possible("decline")
    @late
    @rule(by=people)
    def decline(self, by: Actor) -> None:
        command = Decline(reason=DeclineReason.NO_CAPACITY, holder=ReasonHolder.PROVIDER)
        self.give(lambda: decline(self.assignment, command, by, self.now))

    @precondition(lambda course: course.assignment.protected)
    @rule(by=people, named=people)
    def clear(self, by: Actor, named: Actor) -> None:
        command = Clear(member_ids=(named.member_id,))
        self.give(lambda: clear(self.assignment, command, STAFF_THERE, by, self.now))

    @precondition(lambda course: course.assignment.protected)
    @rule(named=st.tuples(able, people, people))
    def authority_names_who_may_see(self, named: tuple[Actor, ...]) -> None:
        about, person, cleared = self.assignment.id, self.assignment.person_id, tuple(by.member_id for by in named)
        event = ClearanceChanged(assignment_id=about, person_id=person, cleared=cleared)
        self.give(lambda: hear_clearance(self.assignment, event, self.now))

    @late
    @rule()
    def authority_withdraws(self) -> None:
        event = AssignmentWithdrawn(
            assignment_id=self.assignment.id,
            unit_id=BLANDAREN,
            reason=WithdrawalReason.WRONG_PERSON,
            withdrawn_at=self.now,
        )
        self.give(lambda: withdraw(self.assignment, event, self.now))

    @possible("confirm-decline")
    @rule()
    def authority_confirms_a_decline(self) -> None:
        self.give(lambda: confirm_decline(self.assignment, self.now))

    @late
    @rule()
    def authority_closes(self) -> None:
        event = AssignmentClosed(
            assignment_id=self.assignment.id, unit_id=BLANDAREN, reason=ClosingReason.NEED_GONE, closed_on=self.today
        )
        self.give(lambda: close(self.assignment, event, self.now))

    @rule()
    def a_day_passes(self) -> None:
        self.today += timedelta(days=1)
        self.now += timedelta(days=1)
        self.give(lambda: end_passed_rows(self.assignment, self.now, self.today))

    @has(RowStatus.SENT)
    @rule()
    def the_job_runs(self) -> None:
        self.give(lambda: end_passed_rows(self.assignment, self.now, self.today))
