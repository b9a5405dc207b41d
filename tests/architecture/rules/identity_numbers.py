"""Only official test numbers stand in the repository: whatever could be somebody's identity number is looked up."""

import re
from collections.abc import Iterable, Iterator

LIKE = re.compile(
    r"(?<![\w.])(?P<century>18|19|20)?(?P<date>[0-9]{6})[-+\u2013 ]?(?P<last>[0-9]{4}|[TRSUWXJKLMN][0-9]{3})(?![\w])"
)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def official(lines: Iterable[str]) -> frozenset[str]:
    """The allowed numbers as twelve characters, from lines that may be comments."""
    return frozenset(line.strip().replace("-", "") for line in lines if line.strip() and not line.startswith("#"))


def strangers(text: str, allowed: frozenset[str]) -> list[str]:
    """Where a text holds what could be a real number: `line 3: 19…`, shown by its date only.

    Ten or twelve digits whose date can be a birth (or a coordination number's) and whose check digit is right, and
    anything of the shape of a T-number. Without its century a number is known by its last ten characters.
    """
    tails = {number[2:] for number in allowed}
    return [
        f"line {line}: {match['century'] or ''}{match['date']}…"
        for line, match in _found(text)
        if (number := f"{match['date']}{match['last']}") not in tails
        or (match["century"] and match["century"] + number not in allowed)
    ]


def _found(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    for line, content in enumerate(text.splitlines(), 1):
        for match in LIKE.finditer(UUID.sub("", content)):
            month, day = int(match["date"][2:4]), int(match["date"][4:])
            born = (1 <= month <= 12 and 1 <= day <= 31) or (month <= 12 and 60 <= day <= 91)
            if born and (match["last"][0].isalpha() or _checks(match["date"] + match["last"])):
                yield line, match


def _checks(ten: str) -> bool:
    """The check digit (Luhn) of ten digits is right."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(ten)]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
