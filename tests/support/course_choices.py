"""What Hypothesis chooses from when it lets anything happen to an assignment, and when it tries what."""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from services.execution.assignment import RowStatus, Status
from services.execution.transitions import TRANSITIONS
from tests.support.assignments import BLANDAREN, UTE, members_at, units_below
from tests.support.municipality import unit
from tests.support.people import actor

PEOPLE = tuple(
    actor(login)
    for login in ("omar.haddad", "eva.nyberg", "jonas.ek", "tove.ahl", "lina.dahl", "fatima.noor", "karin.berg")
)
UNITS, STAFF_THERE = units_below("blandaren"), members_at("blandaren", "blandaren-ute")
OPEN = (Status.RECEIVED, Status.ACCEPTED, Status.DISTRIBUTED, Status.ACKNOWLEDGED, Status.IN_EXECUTION)

able = st.sampled_from(PEOPLE[:2])
people = able | able | able | st.sampled_from(PEOPLE)
units_there = st.sampled_from((UTE, BLANDAREN))
units = st.sampled_from((UTE, UTE, BLANDAREN, BLANDAREN, unit("rakenstickan")))
days = st.integers(-3, 3)
row_numbers = st.integers(1, 4)
some_rows = st.lists(row_numbers, max_size=3, unique=True)

Rule = Callable[..., None]


def possible(*commands: str) -> Callable[[Rule], Rule]:
    """A rule that is tried when the table allows one of the commands; that others are refused is tested elsewhere."""
    return precondition(lambda course: any((course.assignment.status, command) in TRANSITIONS for command in commands))


def has(*statuses: RowStatus) -> Callable[[Rule], Rule]:
    """A rule that is tried when there is such a row."""
    return precondition(lambda course: any(row.status in statuses for row in course.assignment.rows))


late = precondition(lambda course: len(course.assignment.acts) >= course.patience)
"""What ends an assignment for good is tried when enough has happened, so that many courses are long."""
