"""How the time of an intervention is counted."""

from enum import StrEnum


class HoursUnit(StrEnum):
    """What the hours are for."""

    PER_VISIT = "hours_per_visit"
    PER_DAY = "hours_per_day"
    PER_WEEK = "hours_per_week"
    PER_MONTH = "hours_per_month"


class PerformedWhen(StrEnum):
    """On which days it is carried out."""

    WHOLE_WEEK = "whole_week"
    WEEKDAYS = "weekdays"
    WEEKENDS = "weekends"


class FrequencyUnit(StrEnum):
    """How often it is carried out."""

    PER_DAY = "times_per_day"
    PER_WEEK = "times_per_week"
    PER_MONTH = "times_per_month"
