"""How operators' commands read and write times, ages and numbers."""

import argparse
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from chassis.clock import SWEDEN

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
NO_TYPE, NOBODY = "no type", "nobody known"
"""What is said of a message that came without a type, or an owner."""
DURATION = re.compile(r"(\d{1,6})([smhd])")


def duration(text: str) -> timedelta:
    """30m, 2h or 3d."""
    found = DURATION.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text} is no length of time: write 45s, 30m, 2h or 3d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def positive(text: str) -> float:
    """A number above nought."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no number above 0")
    return number


def real_reason(text: str) -> str:
    """Why something is done. What has neither letter nor digit, as the dots of an example, says nothing."""
    if not any(map(str.isalnum, text)):
        raise argparse.ArgumentTypeError(
            f"{text!r} says nothing: the reason is kept with your name, for whoever asks later why it was done; write "
            'one, such as "mended in 1.4.2"'
        )
    return text


def moment(at: datetime) -> str:
    """2026-11-28 14:05:01+01:00, Swedish time."""
    return at.astimezone(SWEDEN).isoformat(sep=" ", timespec="seconds")


def instant(at: datetime) -> str:
    """The same with thousandths."""
    return at.astimezone(SWEDEN).isoformat(sep=" ", timespec="milliseconds")


def span(length: timedelta) -> str:
    """+17 ms, +45 s, +4 min 9 s, +3 h 12 min, +2 d 5 h: how long after, in units that say something."""
    thousandths = round(length / timedelta(milliseconds=1))
    sign, seconds = "-" if thousandths < 0 else "+", abs(thousandths) // 1000
    if seconds < 10:
        return f"{sign}{abs(thousandths)} ms"
    if seconds < 120:
        return f"{sign}{seconds} s"
    if seconds < 7_200:
        return f"{sign}{seconds // 60} min {seconds % 60} s"
    if seconds < 172_800:
        return f"{sign}{seconds // 3_600} h {seconds % 3_600 // 60} min"
    return f"{sign}{seconds // 86_400} d {seconds % 86_400 // 3_600} h"


def age(since: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit that says something."""
    if since is None:
        return "–"
    seconds = max(0, int((now - since).total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def number(count: int) -> str:
    """1,204."""
    return f"{count:,}"


def between(missing: range) -> str:
    """#4–#6, or #9 alone: sequences without a break."""
    return f"#{missing[0]}" if len(missing) == 1 else f"#{missing[0]}–#{missing[-1]}"


def ranges(sequences: Sequence[int]) -> str:
    """#4–#6, #9: the sequences of a subject, in order."""
    runs: list[list[int]] = []
    for sequence in sequences:
        if runs and sequence == runs[-1][-1] + 1:
            runs[-1].append(sequence)
        else:
            runs.append([sequence])
    return ", ".join(f"#{run[0]}" if len(run) == 1 else f"#{run[0]}–#{run[-1]}" for run in runs)
