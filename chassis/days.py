"""Days as Swedes write them, read into dates."""

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

MONTHS = [
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
]
EXAMPLE = "till exempel 2026-11-22 eller 22 november 2026"
YEAR_FIRST = re.compile(r"(\d{4}|\d\d)(?:(\d\d)(\d\d)|[-./ ](\d{1,2})[-./ ](\d{1,2}))")
DAY_FIRST = re.compile(r"(?:den )?(\d{1,2})(?:[-./ ](\d{1,2})[-./ ]| ([a-zåäö]{3,9})\.? )(\d{4})")
NO_YEAR = re.compile(r"(?:den )?\d{1,2}(?:[/. ]\d{1,2}| [a-zåäö]{3,9})")


def read_day(written: object) -> object:
    """2026-11-22, 20261122, 261122, 22/11 2026, 22.11.2026 and 22 november 2026 are all the same day.

    What is no text is left to others. ValueError, with the sentence to show, for a text that is no day.
    """
    if not isinstance(written, str):
        return written
    text = " ".join(written.lower().split())
    if NO_YEAR.fullmatch(text):
        raise ValueError(f"Skriv året också, {EXAMPLE}.")
    found = _parts(text)
    if found is None:
        raise ValueError(f"Skriv ett datum, {EXAMPLE}.")
    try:
        return date(*found)
    except ValueError:
        raise ValueError("Det datumet finns inte. Kontrollera år, månad och dag.") from None


def _parts(text: str) -> tuple[int, int, int] | None:
    if found := YEAR_FIRST.fullmatch(text):
        year, *rest = found.groups()
        month, day = (int(part) for part in rest if part)
        return int(year if len(year) == 4 else f"20{year}"), month, day
    if found := DAY_FIRST.fullmatch(text):
        first, number, name, year = found.groups()
        numbers = [at for at, month in enumerate(MONTHS, 1) if name and month.startswith(name)]
        if number or len(numbers) == 1:
            return int(year), int(number or numbers[0]), int(first)
    return None


Day = Annotated[date, BeforeValidator(read_day)]
"""A date in a command: typed as people do in a form, ISO 8601 in JSON."""
