"""What a transaction writes at its end: the rows it has saved, and what it tells, numbered and put in the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from chassis.rows import Rows

# Transactions about one subject wait for each other at its row in outbox_subject, so that its messages are numbered in
# the order in which they are committed.
STORE = """
    told AS (
        SELECT * FROM unnest({}::uuid[], {}::text[], {}::text[], {}::text[], {}::bytea[], {}::text[])
            WITH ORDINALITY AS t(id, subject, type, headers, body, receiver, turn)),
    many AS (SELECT subject, count(*) AS more FROM told GROUP BY subject),
    last AS (
        INSERT INTO outbox_subject (subject, sequence) SELECT subject, more FROM many ORDER BY subject
        ON CONFLICT (subject) DO UPDATE SET sequence = outbox_subject.sequence + excluded.sequence
        RETURNING subject, sequence)
    INSERT INTO outbox (id, subject, sequence, type, headers, body, receiver)
    SELECT id, subject, sequence - more + row_number() OVER (PARTITION BY subject ORDER BY turn),
        type, headers::jsonb, body, receiver
    FROM told JOIN many USING (subject) JOIN last USING (subject) ORDER BY turn"""


@dataclass(frozen=True)
class Message:
    """One message as it will leave: all but its number, which it is given when it is stored."""

    id: UUID
    subject: str
    type: str
    headers: str
    """JSON."""
    body: bytes
    receiver: str | None


@dataclass(frozen=True)
class Saved:
    """A row that is to be written."""

    rows: Rows[Any]
    is_new: bool
    values: Sequence[Any]

    @property
    def kind(self) -> "Kind":
        return self.rows, self.is_new


Kind = tuple[Rows[Any], bool]
"""Of which table, and whether it is new."""
Write = tuple[str, Sequence[Sequence[Any]]]
"""A statement, and the values of each time it is run."""

FEW = 3
"""So many rows go with the messages in one statement, whose parts PostgreSQL runs in any order. Each mix of tables is a
statement that is prepared."""


def writes(saved: Sequence[Saved], messages: Sequence[Message]) -> list[Write]:
    """What writes these rows, and puts these messages in the outbox in this order, with as few statements as can be."""
    if messages and len(saved) <= FEW and (len(saved) == 1 or not any(row.rows.is_unique for row in saved)):
        values = [value for row in saved for value in row.values]
        return [(_with_messages(tuple(row.kind for row in saved)), [[*values, *_columns(messages)]])]
    found: list[Write] = [(_one(kind, 1), values) for kind, values in _together(saved)]
    return [*found, (_with_messages(()), [_columns(messages)])] if messages else found


def _together(saved: Sequence[Saved]) -> list[tuple[Kind, list[Sequence[Any]]]]:
    """Rows of a kind, where the first of them stands; what has to follow another stays behind it."""
    groups: list[tuple[Kind, list[Sequence[Any]]]] = []
    for row in saved:
        joins = groups[-1:] if row.rows.follows else groups
        group = next((values for kind, values in joins if kind == row.kind), None)
        if group is None:
            groups.append((row.kind, [row.values]))
        else:
            group.append(row.values)
    return groups


def _columns(messages: Sequence[Message]) -> list[Any]:
    return [
        [message.id for message in messages],
        [message.subject for message in messages],
        [message.type for message in messages],
        [message.headers for message in messages],
        [message.body for message in messages],
        [message.receiver for message in messages],
    ]


@lru_cache(maxsize=1000)
def _one(kind: Kind, first: int) -> str:
    rows, is_new = kind
    return rows.inserting(first) if is_new else rows.updating(first)


@lru_cache(maxsize=1000)
def _with_messages(kinds: tuple[Kind, ...]) -> str:
    parts, first = [], 1
    for number, (rows, is_new) in enumerate(kinds):
        parts.append(f"s{number} AS ({_one((rows, is_new), first)})")
        first += rows.width
    parts.append(STORE.format(*(f"${place}" for place in range(first, first + 6))))
    return f"WITH {', '.join(parts)}"
