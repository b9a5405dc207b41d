from datetime import date, datetime, time, timedelta

import pytest
from pydantic import ValidationError

from chassis.clock import SWEDEN
from services.execution.settings import ExecutionSettings
from services.execution.working_days import working_days_after, working_days_between


def at(year: int, month: int, day: int, hour: int = 14) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SWEDEN)


@pytest.mark.parametrize(
    ("since", "days", "due"),
    [
        (at(2026, 11, 23), 2, at(2026, 11, 25)),  # Monday
        (at(2026, 11, 27), 2, at(2026, 12, 1)),  # Friday
        (at(2026, 11, 28), 2, at(2026, 12, 2, 0)),  # Saturday counts as Monday morning
        (at(2026, 12, 23), 1, at(2026, 12, 28)),  # over Christmas Eve, Christmas and the weekend
        (at(2026, 12, 23), 5, at(2027, 1, 5)),  # and over New Year
        (at(2026, 6, 18), 1, at(2026, 6, 22)),  # Midsummer Eve is a Friday
        (at(2026, 5, 13), 1, at(2026, 5, 15)),  # Ascension Day
        (at(2026, 10, 23), 1, at(2026, 10, 26)),  # the clocks go back: the same time of day
    ],
)
def test_working_days_are_counted_over_weekends_and_swedish_holidays(since: datetime, days: int, due: datetime) -> None:
    assert working_days_after(since, days) == due
    assert working_days_between(since, due) == days
    assert working_days_between(since, due - timedelta(minutes=1)) == days - 1


def test_nothing_has_passed_before_it_began() -> None:
    assert working_days_between(at(2026, 11, 25), at(2026, 11, 23)) == 0
    midnight = datetime.combine(date(2026, 11, 23), time.min, SWEDEN)
    assert working_days_between(midnight, midnight) == 0


@pytest.mark.parametrize("days", [(0, 2), (5, 2), (2, 2), (-1,)])
def test_reminders_after_no_days_or_in_no_order_are_refused(days: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError):
        ExecutionSettings(remind_after_working_days=days)


def test_a_municipality_may_be_without_reminders() -> None:
    assert ExecutionSettings(remind_after_working_days=()).remind_after_working_days == ()
