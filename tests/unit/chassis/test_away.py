"""What a database says when it fails: that it is away, that somebody is in the way, or that the statement is wrong."""

import pytest

from chassis.database import is_away, is_busy, is_transient


class Said(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "away", "busy"),
    [
        ("08006", True, False),  # connection failure
        ("53100", True, False),  # disk full
        ("53300", True, False),  # too many connections
        ("57P01", True, False),  # admin shutdown
        ("57014", False, False),  # the statement took too long
        ("40P01", False, True),  # deadlock
        ("55P03", False, True),  # lock not available
        ("23505", False, False),  # unique violation
    ],
)
def test_only_what_is_no_fault_of_the_statement_is_waited_for(sqlstate: str, away: bool, busy: bool) -> None:
    error = RuntimeError()
    error.__cause__ = Said(sqlstate)
    assert (is_away(error), is_busy(error), is_transient(error)) == (away, busy, away or busy)


@pytest.mark.parametrize("sqlstate", ["53200", "53400"])
def test_to_be_short_of_memory_or_room_may_be_one_statements_fault_but_nothing_is_given_back_for_it(
    sqlstate: str,
) -> None:
    assert (is_away(Said(sqlstate)), is_busy(Said(sqlstate)), is_transient(Said(sqlstate))) == (False, False, True)
