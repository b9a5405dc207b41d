"""Working days as Sweden counts them."""

from datetime import date, datetime, time, timedelta

from chassis.clock import SWEDEN
from services.execution.days_off import is_day_off

DAY = timedelta(days=1)


def working_days_after(since: datetime, days: int) -> datetime:
    """The same time of day so many (1 or more) working days later; a day off is as the next working day's beginning."""
    local = since.astimezone(SWEDEN)
    if is_day_off(local.date()):
        local = datetime.combine(_working_day_after(local.date(), 1), time.min, SWEDEN)
    return datetime.combine(_working_day_after(local.date(), days), local.time(), SWEDEN)


def working_days_between(since: datetime, now: datetime) -> int:
    """How many whole working days have passed."""
    first, last = since.astimezone(SWEDEN).date(), now.astimezone(SWEDEN).date()
    days = sum(not is_day_off(first + number * DAY) for number in range((last - first).days + 1))
    while days and working_days_after(since, days) > now:
        days -= 1
    return days


def _working_day_after(day: date, number: int) -> date:
    """The first, second … working day after a day."""
    while number:
        day += DAY
        number -= not is_day_off(day)
    return day
