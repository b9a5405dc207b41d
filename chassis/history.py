"""History that was asked for: handed to the relay some thousand messages at a time, so that no step grows with it."""

import time

import asyncpg

STEP = 2_000
"""So many places of the outbox are gone through in one transaction."""
TURN_SECONDS = 0.2
"""So long steps are taken in a row; then what is new has its turn."""

ANY = "SELECT EXISTS (SELECT FROM outbox_resend_request)"
NEXT = """
    SELECT id, receiver, subject, first, after, upto FROM outbox_resend_request
    WHERE receiver NOT IN (SELECT receiver FROM outbox_resend GROUP BY receiver HAVING count(*) >= $1)
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"""
"""Of a receiver that has less left than the relay sends at once: one that takes nothing holds up no other."""
HAND_OVER = """
    WITH page AS ({page}), handed AS (
        INSERT INTO outbox_resend (position, receiver)
        SELECT position, $1 FROM page WHERE receiver IS NULL AND published_at IS NOT NULL AND sequence >= $2
        ORDER BY position ON CONFLICT (position, receiver) DO NOTHING)
    SELECT max(position) AS last, count(*) AS places FROM page"""
"""What is not published yet needs no handing over: it goes to everybody."""
OF_EVERYTHING = HAND_OVER.format(
    page="""
        SELECT position, sequence, receiver, published_at FROM outbox
        WHERE position > $3 AND position <= $4 ORDER BY position LIMIT $5"""
)
OF_A_SUBJECT = HAND_OVER.format(
    page="""
        SELECT position, sequence, receiver, published_at FROM outbox
        WHERE subject = $6 AND sequence >= $2 AND position > $3 AND position <= $4 ORDER BY sequence LIMIT $5"""
)
"""A subject's order is that of its places; asked for like this it is read from the subject's own index."""
GONE_THROUGH = "UPDATE outbox_resend_request SET id = DEFAULT, after = $2 WHERE id = $1"
"""Last in line: a short request does not wait for a long one to end."""
DONE = "DELETE FROM outbox_resend_request WHERE id = $1"


async def hand_over(connection: asyncpg.Connection, enough: int) -> bool:
    """Hand the relay what receivers have asked for, until each has enough to be sent. Whether anything was done: then
    there is something to send, or more to hand over."""
    if not await connection.fetchval(ANY):
        return False
    began, done = time.monotonic(), False
    while time.monotonic() - began < TURN_SECONDS:
        if not await step(connection, enough):
            return done
        done = True
    return True


async def step(connection: asyncpg.Connection, enough: int) -> bool:
    """One step of one request; False when there is none that may go on. All of it or nothing is done."""
    async with connection.transaction():
        asked = await connection.fetchrow(NEXT, enough)
        if asked is None:
            return False
        values = [asked["receiver"], asked["first"], asked["after"], asked["upto"], STEP]
        if asked["subject"] is None:
            page = await connection.fetchrow(OF_EVERYTHING, *values)
        else:
            page = await connection.fetchrow(OF_A_SUBJECT, *values, asked["subject"])
        if page["places"] < STEP:
            await connection.execute(DONE, asked["id"])
        else:
            await connection.execute(GONE_THROUGH, asked["id"], page["last"])
    return True
