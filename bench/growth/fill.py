"""Years of work in minutes: assignments that were really played through the doors, copied by the database."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from bench.ground import Ground

ID = "md5(t.{0} || ':' || n)::uuid"
"""Another id for each copy; the same one wherever the original's stands."""
SUBJECT = "split_part(t.subject, '/', 1) || '/' || md5(split_part(t.subject, '/', 2) || ':' || n)::uuid"
NUMBERED = "t.{0} || '-' || n"
ELSEWHERE = "CASE WHEN n % 40 = 0 THEN t.{0} ELSE md5(t.{0}::text || n % 40)::uuid END"
"""One in forty stays at its unit, or with its member, so that 1,000 fill a page of 25 there as more do; the others are
at 39 that nobody in the demo works at."""


@dataclass(frozen=True)
class Copied:
    """A table whose rows are copied, what differs from copy to copy, and which rows are originals."""

    table: str
    differs: Mapping[str, str]
    where: str = "true"
    moved: tuple[str, ...] = ()
    """Columns with a unit (or a member) that most of what is closed belongs to another than."""
    once: str = ""
    """Columns of which only the first row of each kind is copied, where one tells as much as all of them."""


def ids(*columns: str, **others: str) -> dict[str, str]:
    return {**{column: ID.format(column) for column in columns}, **others}


ABOUT = "subject ~ '^(assignment|deviation|journal)/'"
"""What grows with what is handled; units and members do not."""
UNREAD = "'{}'::bytea"
"""In place of the body of an old message, which nothing reads but a resend: it would take ten gigabytes."""
MESSAGES = (
    Copied(
        "outbox",
        ids("id", subject=SUBJECT, body=UNREAD),
        f"receiver IS NULL AND {ABOUT}",
        once="subject",
    ),
    Copied("outbox_subject", {"subject": SUBJECT}, ABOUT),
    Copied("inbox", ids("id", subject=SUBJECT, body=UNREAD), ABOUT, once="owner, subject"),
    Copied("inbox_position", {"subject": SUBJECT}, ABOUT),
    Copied("access_log", ids("person_id"), once="action, what"),
)
NEARBY = (Copied("persons", ids("id", identity_number="NULL")), Copied("carried", ids("assignment_id", "person_id")))
"""What the journal and the deviation service know of persons and of what is carried out for them."""
COPIED: dict[str, tuple[Copied, ...]] = {
    "authority": (
        Copied(
            "persons",
            ids(
                "id",
                case_number=NUMBERED.format("case_number"),
                identity_number="NULL",
                identity_type="'none'",
                family_name=NUMBERED.format("family_name"),
                search_name="translate(md5(n::text), '0123456789', 'ghijklmnop')",
            ),
        ),
        Copied("decisions", ids("id", "person_id", decision_number=NUMBERED.format("decision_number"))),
        Copied("assignments", ids("id", "person_id", "decision_id")),
        Copied("follow_ups", ids("id", "assignment_id", "person_id", report="'{}'")),
        *MESSAGES,
    ),
    "execution": (
        Copied("assignments", ids("id", "person_id", "decision_id"), moved=("unit_id",)),
        Copied("follow_ups", ids("id", "assignment_id", "person_id", document="''")),
        *MESSAGES,
    ),
    "journal": (
        *NEARBY,
        Copied("journals", ids("id", "person_id"), moved=("unit_id",)),
        Copied("notes", ids("id", "journal_id")),
        Copied("entries", ids("journal_id", "note_id", hash="md5(t.hash || ':' || n)")),
        *MESSAGES,
    ),
    "deviation": (
        *NEARBY,
        Copied("deviations", ids("id", "person_id"), moved=("unit_id", "manager_id", "reported_by")),
        *MESSAGES,
    ),
    "notify": (
        Copied("notices", ids("id", "about_id", "part_id"), moved=("to_id",)),
        Copied("readings", ids("notice_id")),
        Copied("matters", ids("id")),
        *MESSAGES,
    ),
}
COLUMNS = """
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = $1 AND is_identity = 'NO' AND is_generated = 'NEVER'
    ORDER BY ordinal_position"""


async def keep_originals(on: Ground, name: str, *, but: tuple[str, ...] = ()) -> None:
    """Set aside what has been played since the schemas `but` were made: from it the copies are made."""
    for service, tables in COPIED.items():
        connection = await asyncpg.connect(on.admin(service))
        try:
            await connection.execute(f"CREATE SCHEMA {name}")
            for copied in tables:
                known = "".join(f" EXCEPT SELECT * FROM {schema}.{copied.table}_all" for schema in but)  # noqa: S608
                query = f"SELECT * FROM public.{copied.table} WHERE {copied.where}{known}"  # noqa: S608
                await connection.execute(f"CREATE TABLE {name}.{copied.table}_all AS {query}")
                first = f"DISTINCT ON ({copied.once}) *" if copied.once else "*"
                query = f"SELECT {first} FROM {name}.{copied.table}_all"  # noqa: S608
                await connection.execute(f"CREATE TABLE {name}.{copied.table} AS {query}")
        finally:
            await connection.close()


@asynccontextmanager
async def in_bulk(on: Ground) -> AsyncIterator[None]:
    """Seldom checkpoints meanwhile: else most of what is written to the disk is whole pages, again and again."""
    connection = await asyncpg.connect(on.servers.postgres)
    try:
        for setting in ("max_wal_size = '10GB'", "checkpoint_timeout = '1h'"):
            await connection.execute(f"ALTER SYSTEM SET {setting}")
        await connection.execute("SELECT pg_reload_conf()")
        yield
        for setting in ("max_wal_size", "checkpoint_timeout"):
            await connection.execute(f"ALTER SYSTEM RESET {setting}")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.execute("CHECKPOINT", timeout=600)
    finally:
        await connection.close()


async def copy(on: Ground, name: str, first: int, last: int, *, moved: bool) -> None:
    """Make the copies with these numbers of what was kept under this name; moved: most of them to other units."""
    for service, tables in COPIED.items():
        connection = await asyncpg.connect(on.admin(service))
        try:
            async with connection.transaction():
                await connection.execute("SET LOCAL session_replication_role = replica")  # what is copied is whole
                await connection.execute("SET LOCAL synchronous_commit = off")
                for copied in tables:
                    columns = [row["column_name"] for row in await connection.fetch(COLUMNS, copied.table)]
                    await connection.execute(statement(name, copied, columns, (first, last), moved=moved))
        finally:
            await connection.close()


def statement(name: str, copied: Copied, columns: list[str], numbers: tuple[int, int], *, moved: bool) -> str:
    """The INSERT that makes the copies of one table."""
    differs = {**copied.differs, **{one: ELSEWHERE.format(one) for one in copied.moved if moved}}
    into = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(differs.get(column, f't."{column}"') for column in columns)
    source = f"{name}.{copied.table} t, generate_series({numbers[0]}, {numbers[1]}) AS n"
    return f"INSERT INTO {copied.table} ({into}) SELECT {values} FROM {source}"  # noqa: S608


async def analyse(on: Ground) -> int:
    """As the autovacuum would have done long ago; gives how many bytes there are now."""
    size = 0
    for service in COPIED:
        connection = await asyncpg.connect(on.admin(service))
        try:
            await connection.execute("VACUUM (ANALYZE)")
            size += await connection.fetchval("SELECT pg_database_size(current_database())")
        finally:
            await connection.close()
    return size
