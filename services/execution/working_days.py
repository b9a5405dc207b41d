"""Working days as Sweden counts them: not Saturdays, Sundays, public holidays or the eves that are free by custom."""

from datetime import datetime, time

from holidays import country_holidays

from chassis.clock import SWEDEN

CALENDAR = country_holidays("SE", categories=("public", "de_facto"))


def working_days_after(since: datetime, days: int) -> datetime:
    """The same time of day so many (1 or more) working days later; a day off is as the next working day's beginning."""
    local = since.astimezone(SWEDEN)
    if not CALENDAR.is_working_day(local.date()):
        local = datetime.combine(CALENDAR.get_nth_working_day(local.date(), 1), time.min, SWEDEN)
    return datetime.combine(CALENDAR.get_nth_working_day(local.date(), days), local.time(), SWEDEN)


def working_days_between(since: datetime, now: datetime) -> int:
    """How many whole working days have passed."""
    first, last = since.astimezone(SWEDEN).date(), now.astimezone(SWEDEN).date()
    days = CALENDAR.get_working_days_count(first, last) if first <= last else 0
    while days and working_days_after(since, days) > now:
        days -= 1
    return days
