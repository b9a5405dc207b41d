"""The time that people here live by; moments are kept in UTC and shown in this."""

from zoneinfo import ZoneInfo

SWEDEN = ZoneInfo("Europe/Stockholm")
