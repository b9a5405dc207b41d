from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from uuid import UUID

from chassis.decision import Decision
from contracts.execution import DeclineReason, ReasonHolder
from services.execution.assignment import Assignment, RowStatus, Status
from services.execution.features.acknowledge import Acknowledge, acknowledge
from services.execution.features.change_row import change_row
from services.execution.features.clear import Clear, clear
from services.execution.features.decline import Decline, decline
from services.execution.features.distribute import Distribute, distribute
from services.execution.features.end_assignment import EndAssignment, end_assignment
from services.execution.features.end_row import EndRow, end_row
from services.execution.features.merge_rows import MergeRows, merge_rows
from services.execution.features.recall_row import Recall, recall_row
from services.execution.features.register_rows import RegisterRows, register_rows
from services.execution.features.remove_row import remove_row
from services.execution.features.start import Start, start
from services.execution.row_values import NewRow
from services.execution.transitions import ROW_TRANSITIONS, TRANSITIONS, RowNotPossible, row_step, step
from tests.support.assignments import NOW, TODAY, UTE, members_at, received, row, started, units_below
from tests.support.people import actor
from tests.support.transitions import moves, not_refused

SURE = Recall(confirmed=True)

OMAR = actor("omar.haddad")
SENT, REGISTERED, ALSO_REGISTERED = UUID(int=1), UUID(int=2), UUID(int=3)
ROWS = (row(1), row(2, status=RowStatus.REGISTERED), row(3, status=RowStatus.REGISTERED), row(4))
UNITS, STAFF = units_below("blandaren"), members_at("blandaren", "blandaren-ute")
NEW = RegisterRows(rows=(NewRow(service="morgonhjalp", unit_id=UTE, period_from=TODAY),))
NO_ROOM = Decline(reason=DeclineReason.NO_CAPACITY, holder=ReasonHolder.PROVIDER)

TABLE = moves(
    {
        "register": "received>accepted accepted distributed acknowledged in_execution",
        "change": "accepted distributed acknowledged in_execution",
        "merge": "accepted distributed acknowledged in_execution",
        "remove": "accepted distributed acknowledged in_execution",
        "distribute": "accepted>distributed distributed acknowledged>distributed in_execution",
        "recall": "distributed acknowledged in_execution",
        "recall-all": "distributed>accepted acknowledged>accepted in_execution>accepted",
        "acknowledge": "distributed acknowledged in_execution",
        "all-acknowledged": "distributed>acknowledged",
        "start": "distributed>in_execution acknowledged>in_execution",
        "follow-up": "in_execution ended",
        "end-row": "distributed acknowledged in_execution ended",
        "end": "accepted>ended distributed>ended acknowledged>ended in_execution>ended ended",
        "decline": "received>declined accepted>declined",
        "confirm-decline": "declined",
        "withdraw": "received>withdrawn accepted>withdrawn",
        "close": "received>closed accepted>closed ended>closed declined>closed",
        "clear": "received accepted distributed acknowledged in_execution ended",
    }
)
ROW_TABLE = moves(
    {
        "change": "registered>removed",
        "merge": "registered>removed",
        "remove": "registered>removed",
        "distribute": "registered>sent",
        "recall": "sent>recalled",
        "end-row": "sent>ended ended",
    }
)

ACTS: Mapping[str, Callable[[Assignment], Decision[Assignment]]] = {
    "register": lambda a: register_rows(a, NEW, UNITS, [UUID(int=9)], OMAR, NOW, TODAY),
    "change": lambda a: change_row(a, REGISTERED, NEW.rows[0], UNITS, UUID(int=9), OMAR, NOW, TODAY),
    "merge": lambda a: merge_rows(a, MergeRows(merged_row_ids=(REGISTERED, ALSO_REGISTERED)), UUID(int=9), OMAR, NOW),
    "remove": lambda a: remove_row(a, REGISTERED, OMAR, NOW),
    "distribute": lambda a: distribute(
        a, Distribute(row_ids=(REGISTERED,), confirmed=True), UNITS, STAFF, OMAR, NOW, TODAY
    ),
    "recall": lambda a: recall_row(a, SENT, SURE, OMAR, NOW, TODAY),
    "acknowledge": lambda a: acknowledge(a, Acknowledge(), OMAR, NOW),
    "start": lambda a: start(a, Start(started_on=TODAY), OMAR, NOW, TODAY),
    "end-row": lambda a: end_row(a, SENT, EndRow(last_day=TODAY), OMAR, NOW),
    "decline": lambda a: decline(a, NO_ROOM, OMAR, NOW),
    "end": lambda a: end_assignment(a, EndAssignment(last_day=TODAY), OMAR, NOW, TODAY),
    "clear": lambda a: clear(a, Clear(member_ids=(actor("jonas.ek").member_id,)), STAFF, OMAR, NOW),
}
"""Every command that somebody can give, on an assignment where only the status decides."""

MORE_THAN_THE_STATUS = {(Status.ACCEPTED, "decline"), *((s, "end") for s in Status if s is not Status.ACCEPTED)}
"""Here the rows decide too: what has been distributed is not declined, and what units have ends with its last row."""


def ready(status: Status) -> Assignment:
    """Everything is in place for any command, but for the status."""
    at_units = replace(started(*ROWS), status=status, order=received(cleared=["omar.haddad"]).order)
    return replace(at_units, rows=ROWS[1:3]) if status is Status.RECEIVED else at_units


def test_an_assignment_goes_where_the_table_says_and_nowhere_else() -> None:
    pairs = product(Status, {command for _, command in TRANSITIONS})
    assert not_refused(lambda status, command: step(replace(received(), status=status), command), pairs) == TABLE


def test_what_members_do_follows_the_table() -> None:
    pairs = set(product(Status, ACTS)) - MORE_THAN_THE_STATUS
    table = {pair: reached for pair, reached in TABLE.items() if pair in pairs}
    done = not_refused(lambda status, command: ACTS[command](ready(status)).state.status, pairs)
    assert done.keys() == table.keys()
    further = {pair: TABLE.get((reached, "all-acknowledged")) for pair, reached in table.items()}
    # An acknowledgement by the last unit goes one step further.
    assert [pair for pair in done if done[pair] not in (table[pair], further[pair])] == []


def test_a_row_goes_where_the_table_says_and_nowhere_else() -> None:
    pairs = product(RowStatus, {command for _, command in ROW_TRANSITIONS})
    reached = not_refused(
        lambda status, command: row_step(row(1, status=status), command).status, pairs, RowNotPossible
    )
    assert reached == ROW_TABLE
