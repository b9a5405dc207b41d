"""What the database did for a door that has become slower: its slowest statement, and how that was run."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

ENTRY = re.compile(r"^(?=\d{4}-\d\d-\d\d \d\d:)", re.MULTILINE)
PREFIX = "%m [%p] %d "
"""What each entry begins with: when, which process, which database."""
TIMED = re.compile(r"LOG:  duration: ([\d.]+) ms  (?:execute|statement)[^:]*: (.*)", re.DOTALL)
PARAMETERS = re.compile(r"DETAIL:  [Pp]arameters: (.*)", re.DOTALL)
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
LINES = 24


@dataclass(frozen=True)
class Statement:
    """As it was run: its text has the values in place."""

    milliseconds: float
    text: str


def statements(log: str, database: str) -> list[Statement]:
    """Those of one database that a log of PostgreSQL has the duration of, the slowest first."""
    found: list[Statement] = []
    for entry in ENTRY.split(log):
        if f"] {database} " not in entry.split("\n", 1)[0]:
            continue
        if timed := TIMED.search(entry):
            found.append(Statement(float(timed[1]), timed[2].strip()))
        elif found and (told := PARAMETERS.search(entry)):
            last = found.pop()
            found.append(Statement(last.milliseconds, filled(last.text, told[1])))
    return sorted(found, key=lambda one: -one.milliseconds)


def filled(text: str, parameters: str) -> str:
    """A statement with its parameters written out: `$1 = 'a', $2 = NULL`."""
    values = dict(PARAMETER.findall(parameters))
    return re.sub(r"\$(\d+)", lambda place: values.get(place[1], place[0]), text)


async def told_all(admin: str, *, on: bool) -> None:
    """Let PostgreSQL log every statement with its duration, or no longer."""
    connection = await asyncpg.connect(admin)
    try:
        await connection.execute(f"ALTER SYSTEM SET log_line_prefix = '{PREFIX}'")
        await connection.execute(f"ALTER SYSTEM SET log_min_duration_statement = {0 if on else -1}")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


async def plan(url: str, log: Path, offset: int) -> list[str]:
    """The slowest statement in the log from this byte on, and how it is run. Empty when there is none."""
    with log.open("rb") as file:
        file.seek(offset)
        told = file.read().decode(errors="replace")
    found = statements(told, urlsplit(url).path[1:])
    slowest = next((one for one in found if one.text.upper().startswith("SELECT")), None)
    if slowest is None:
        return []
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {slowest.text}")
    finally:
        await connection.close()
    short = " ".join(slowest.text.split())
    return [f"{slowest.milliseconds:.1f} ms: {bare(short)[:300]}", *(bare(row[0])[:160] for row in rows[:LINES])]


def bare(text: str) -> str:
    """Without the values in it."""
    return re.sub(r"'(?:[^']|'')*'", "'…'", text)
