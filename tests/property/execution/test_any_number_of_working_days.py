"""Days off are those that the library of holidays has, and whenever something begins, so many working days pass."""

from datetime import date, datetime, timedelta

from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import SWEDEN
from services.execution.days_off import is_day_off
from services.execution.working_days import working_days_after, working_days_between

CALENDAR = country_holidays("SE", categories=("public", "de_facto"))


def test_every_day_until_2100_where_the_library_ends_is_as_it_has_it() -> None:
    days = [date(2005, 1, 1) + timedelta(days=number) for number in range(365 * 96)]
    assert [day for day in days if is_day_off(day) is CALENDAR.is_working_day(day)] == []


@given(st.integers(0, 8 * 365 * 24 * 60), st.integers(1, 30))
def test_so_many_days_later_is_a_working_day_and_so_many_days_have_passed(minutes: int, days: int) -> None:
    since = datetime(2024, 1, 1, 14, tzinfo=SWEDEN) + timedelta(minutes=minutes)
    due = working_days_after(since, days)
    assert CALENDAR.is_working_day(due.astimezone(SWEDEN).date())
    assert due > since
    assert working_days_between(since, due) == days
