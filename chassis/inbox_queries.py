"""What the inbox asks of its database: one statement for many messages of many subjects."""

from collections import Counter
from collections.abc import Collection, Sequence

import asyncpg
from pydantic_core import to_json
from sqlalchemy import text

from chassis.arrival import Arrival, Position, Subject

POSITIONS = """
    WITH wanted AS (SELECT DISTINCT o, s FROM unnest($1::text[], $2::text[]) AS t(o, s)),
    made AS (INSERT INTO inbox_position (owner, subject) SELECT o, s FROM wanted
        WHERE (SELECT true FROM inbox_position WHERE owner = o AND subject = s) IS NULL ORDER BY o, s
        ON CONFLICT DO NOTHING RETURNING owner, subject, last),
    free AS (SELECT p.* FROM wanted, LATERAL (SELECT owner, subject, last FROM inbox_position
        WHERE owner = o AND subject = s FOR UPDATE SKIP LOCKED) AS p)
    SELECT owner, subject, last, (SELECT min(i.sequence) FROM inbox i WHERE i.owner = p.owner AND i.subject = p.subject
        AND i.sequence > p.last AND i.status IN ('waiting', 'failed', 'parked', 'skipped')) AS first
    FROM (TABLE made UNION ALL TABLE free) AS p"""
"""Not those that somebody else is at: what arrives waits for nobody, but for whoever has begun the same subject and not
committed it yet."""
STORE = """
    WITH moved AS (
        UPDATE inbox_position p SET last = t.l FROM unnest($1::text[], $2::text[], $3::bigint[]) AS t(o, s, l)
        WHERE p.owner = t.o AND p.subject = t.s)
    INSERT INTO inbox (id, owner, subject, sequence, type, headers, body, status, last_error, applied_at)
    SELECT i, o, s, nullif(n, 0), t, h::jsonb, b, st, e, CASE st WHEN 'applied' THEN clock_timestamp() END
    FROM unnest($4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::bytea[], $11::text[],
        $12::text[]) AS arrived(i, o, s, n, t, h, b, st, e)
    ON CONFLICT (id, owner) DO NOTHING RETURNING status"""
OPEN = text("""
    SELECT i.id, i.owner, i.subject, i.sequence, i.type, i.headers, i.body, i.status, i.attempts
    FROM unnest(CAST(:owners AS text[]), CAST(:subjects AS text[])) AS t(o, s),
        LATERAL (SELECT min(sequence) AS first FROM inbox b WHERE b.owner = t.o AND b.subject = t.s
            AND (b.status = 'parked' OR (b.status = 'failed' AND b.next_at > clock_timestamp()))) AS stop,
        LATERAL (SELECT * FROM inbox w WHERE w.owner = t.o AND w.subject = t.s
            AND w.status IN ('waiting', 'failed', 'skipped') AND w.sequence < coalesce(stop.first, w.sequence + 1)
            ORDER BY w.sequence LIMIT :most) AS i
    ORDER BY i.owner, i.subject, i.sequence""")
"""Of each subject what lies before the first that has to wait for somebody, or for its time."""
APPLIED = text("""
    UPDATE inbox i SET status = 'applied', applied_at = clock_timestamp()
    FROM unnest(CAST(:ids AS uuid[]), CAST(:owners AS text[])) AS t(id, owner)
    WHERE i.id = t.id AND i.owner = t.owner AND i.status IN ('waiting', 'failed') RETURNING i.id""")
"""Not what has been skipped since."""
ADVANCE = text("""
    UPDATE inbox_position p SET last = t.l
    FROM unnest(CAST(:owners AS text[]), CAST(:subjects AS text[]), CAST(:lasts AS bigint[])) AS t(o, s, l)
    WHERE p.owner = t.o AND p.subject = t.s""")
OVERTAKEN = text("""
    UPDATE inbox i SET status = CASE i.status WHEN 'skipped' THEN 'passed' ELSE 'duplicate' END
    FROM inbox_position p, unnest(CAST(:owners AS text[]), CAST(:subjects AS text[])) AS t(o, s)
    WHERE p.owner = t.o AND p.subject = t.s AND i.owner = t.o AND i.subject = t.s AND i.sequence <= p.last
      AND i.status IN ('waiting', 'failed', 'parked', 'skipped')""")
FAILED = text("""
    UPDATE inbox SET status = :status, attempts = attempts + :counts, last_error = :error,
        next_at = clock_timestamp() + make_interval(secs => :pause)
    WHERE id = :id AND owner = :owner AND status IN ('waiting', 'failed') RETURNING id""")
"""Not what has been applied or skipped since."""
ATTEMPTED = text("INSERT INTO inbox_attempt (id, error) VALUES (:id, :error)")
DUE = text("""
    SELECT owner, subject, tried FROM (
        SELECT owner, subject, min(next_at) AS since,
            CASE WHEN bool_or(attempts > 0) THEN 2 WHEN bool_or(last_error IS NOT NULL) THEN 1 ELSE 0 END AS tried
        FROM inbox i
        WHERE (status = 'skipped' OR (status IN ('waiting', 'failed') AND next_at <= clock_timestamp()))
          AND sequence <= coalesce(
            (SELECT p.last + 1 FROM inbox_position p WHERE p.owner = i.owner AND p.subject = i.subject), sequence)
          AND NOT EXISTS (SELECT FROM inbox b WHERE b.owner = i.owner AND b.subject = i.subject
            AND b.sequence <= i.sequence AND b.status = 'parked')
        GROUP BY owner, subject) AS open
    LEFT JOIN unnest(CAST(:owners AS text[]), CAST(:subjects AS text[])) AS taken(o, s) ON o = owner AND s = subject
    ORDER BY o IS NOT NULL, row_number() OVER (PARTITION BY o IS NOT NULL, tried ORDER BY since), tried LIMIT :most""")
"""Of what was never tried (0), of what somebody was in the way of or an operator wants tried again (1), and of what has
failed (2), by turns, the oldest first; last what somebody else was at the time before, however much that is. What is
open is looked up, never all subjects there have been."""
GAPS = text("""
    WITH gap AS (
        SELECT p.owner, p.subject FROM inbox_position p JOIN (
            SELECT owner, subject, min(sequence) AS first FROM inbox WHERE status IN ('waiting', 'failed')
            AND received_at < clock_timestamp() - make_interval(secs => :patience) GROUP BY owner, subject) w
            ON p.owner = w.owner AND p.subject = w.subject AND w.first > p.last + 1
        WHERE (p.asked_at IS NULL OR p.asked_at < clock_timestamp() - 12 * make_interval(secs => :patience))
          AND NOT EXISTS (SELECT FROM inbox i WHERE i.owner = p.owner AND i.subject = p.subject
                          AND i.sequence = p.last + 1 AND i.status IN ('waiting', 'failed', 'parked', 'skipped'))
        FOR UPDATE OF p SKIP LOCKED)
    UPDATE inbox_position p SET asked_at = clock_timestamp() FROM gap
    WHERE p.owner = gap.owner AND p.subject = gap.subject RETURNING p.owner, p.subject, p.last + 1""")
ACT = text("INSERT INTO operator_act (operator, act, what, why) VALUES (:operator, :act, :what, :why)")
CATCH_UP = text("INSERT INTO inbox_catch_up (owner) VALUES (:owner) ON CONFLICT DO NOTHING RETURNING owner")
SEND_AGAIN = text("""
    INSERT INTO outbox_resend_request (receiver, subject, first, upto)
    SELECT :receiver, CAST(:subject AS text), :first, coalesce((SELECT max(position) FROM outbox), 0)
    ON CONFLICT (receiver, coalesce(subject, ''), first) DO UPDATE SET after = 0, upto = excluded.upto""")
"""Kept as one row, however long the history is. Asked for once more, it is begun anew: what was sent may be lost."""


def keys(subjects: Collection[Subject]) -> dict[str, list[str]]:
    """As parameters, which `unnest` makes rows of."""
    return {"owners": [owner for owner, _ in subjects], "subjects": [subject for _, subject in subjects]}


async def positions(connection: asyncpg.Connection, subjects: Collection[Subject]) -> dict[Subject, Position]:
    """How far each subject has come that nobody else is at; locked until the end of the transaction."""
    rows = await connection.fetch(POSITIONS, *keys(subjects).values())
    return {(row["owner"], row["subject"]): Position(row["last"], row["first"]) for row in rows}


async def store(
    connection: asyncpg.Connection, waiting: Sequence[Arrival], applied: Sequence[Arrival] = ()
) -> Counter[str]:
    """Store messages, parked those with an error, and move their subjects on to the last applied ones; gives the
    statuses of those that were not there before."""
    arrivals = [*waiting, *applied]
    lasts = {(a.owner, a.subject): a.sequence for a in applied}  # of each subject the last one stays
    stored = await connection.fetch(
        STORE,
        [owner for owner, _ in lasts],
        [subject for _, subject in lasts],
        list(lasts.values()),
        [a.id for a in arrivals],
        [a.owner for a in arrivals],
        [a.subject for a in arrivals],
        [a.sequence for a in arrivals],
        [a.type for a in arrivals],
        [to_json(a.headers).decode() for a in arrivals],
        [a.body for a in arrivals],
        ["parked" if a.error else "waiting" for a in waiting] + ["applied"] * len(applied),
        [a.error for a in arrivals],
    )
    return Counter(row["status"] for row in stored)
