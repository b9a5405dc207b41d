"""What happened, on its way out: one statement numbers and stores all that a transaction tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

# Transactions about one subject wait for each other at its row in outbox_subject, so that its messages are numbered in
# the order in which they are committed.
STORE = """
    WITH told AS (
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[],
            $4::text[], $5::bytea[], $6::text[])
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


async def store(connection: asyncpg.Connection, messages: Sequence[Message]) -> None:
    """Put messages in the outbox, in this order."""
    await connection.execute(
        STORE,
        [message.id for message in messages],
        [message.subject for message in messages],
        [message.type for message in messages],
        [message.headers for message in messages],
        [message.body for message in messages],
        [message.receiver for message in messages],
    )
