"""Whenever something begins, so many working days later is a working day, and so many have passed."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import SWEDEN
from services.execution.working_days import CALENDAR, working_days_after, working_days_between


@given(st.integers(0, 8 * 365 * 24 * 60), st.integers(1, 30))
def test_so_many_days_later_is_a_working_day_and_so_many_days_have_passed(minutes: int, days: int) -> None:
    since = datetime(2024, 1, 1, 14, tzinfo=SWEDEN) + timedelta(minutes=minutes)
    due = working_days_after(since, days)
    assert CALENDAR.is_working_day(due.astimezone(SWEDEN).date())
    assert due > since
    assert working_days_between(since, due) == days
