"""The days off in Sweden: weekends, public holidays (SFS 1989:253) and the eves that are free by custom.

Twenty lines and not the library `holidays`, which loads the calendars of the whole world where a handful of days is
asked for; the tests compare each day with it, until 2100 where it ends.
"""

from datetime import date, timedelta
from functools import lru_cache

FIXED = ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
"""Month and day: New Year, Epiphany, 1 May, the National Day, Christmas with its eve, New Year's Eve."""
FROM_EASTER = (-2, 0, 1, 39, 49)
"""Days after Easter: Good Friday, Easter with its Monday, Ascension Day, Whit Sunday."""
SATURDAY = 5


def is_day_off(day: date) -> bool:
    """True when hardly anybody works; for the holidays there are since 2005."""
    return day.weekday() >= SATURDAY or day in _holidays(day.year)


@lru_cache(maxsize=8)
def _holidays(year: int) -> frozenset[date]:
    easter = _easter(year)
    midsummer = _saturday_from(date(year, 6, 20))
    return frozenset(
        {
            *(date(year, month, day) for month, day in FIXED),
            *(easter + timedelta(days=days) for days in FROM_EASTER),
            *(midsummer, midsummer - timedelta(days=1)),
            _saturday_from(date(year, 10, 31)),  # All Saints
        }
    )


def _saturday_from(day: date) -> date:
    return day + timedelta(days=(SATURDAY - day.weekday()) % 7)


def _easter(year: int) -> date:
    """Easter Sunday by the Gregorian calendar, as Meeus and Butcher reckon it."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
