"""Messages out: the relay publishes the outbox, oldest first, and forgets nothing that the broker didn't confirm."""

import asyncio
import contextlib
from typing import Any, cast

import aio_pika
import asyncpg
import structlog
from aiormq import spec
from aiormq.channel import Channel
from pydantic_core import from_json

from chassis.database import ANSWER_SECONDS, SESSION, Database
from chassis.history import hand_over
from chassis.hold import Pace, heed_stop
from chassis.publishing import Framed, Outgoing, framed, publish
from chassis.settings import own_login
from chassis.telemetry import Meters, describe
from contracts.topology import DIRECT, exchange

LOCK = 7_001
"""Advisory lock: one relay per database, so that a subject's events leave in order."""
BATCH = 500
CONFIRM_SECONDS = 15
CHANNEL = "stafett_outbox"
PERSISTENT = 2
"""AMQP's delivery mode of what outlives a restart of the broker."""

DUE = """
    (SELECT NULL::bigint AS resend, position, id, subject, sequence, type, headers, body, receiver, written_at
    FROM outbox o
    WHERE published_at IS NULL AND next_at <= clock_timestamp() AND NOT EXISTS (
        SELECT FROM outbox e WHERE e.subject = o.subject AND e.published_at IS NULL
        AND e.sequence < o.sequence AND e.next_at > clock_timestamp())
    ORDER BY position LIMIT $1)
    UNION ALL
    (SELECT r.id, o.position, o.id, o.subject, o.sequence, o.type, o.headers, o.body, r.receiver, o.written_at
    FROM outbox_resend r JOIN outbox o USING (position) ORDER BY r.id LIMIT $1)"""
"""What is new, and what is to be sent to somebody again."""
PUBLISHED = "UPDATE outbox SET published_at = clock_timestamp() WHERE position = ANY($1::bigint[])"
FAILED = """
    UPDATE outbox SET attempts = attempts + 1, last_error = $2,
        next_at = clock_timestamp() + least(interval '60 s', interval '0.5 s' * 2 ^ least(attempts, 10))
    WHERE position = $1"""
RESENT = "DELETE FROM outbox_resend WHERE id = ANY($1::bigint[])"
LAST_IN_LINE = "UPDATE outbox_resend SET id = DEFAULT WHERE id = ANY($1::bigint[])"
"""What a receiver's queue didn't take lets the resends of the other receivers pass."""


class Relay:
    """One per service process; the one that holds the lock publishes, the others tell it (NOTIFY) to look."""

    def __init__(self, database: Database, amqp: str, owner: str, meters: Meters, poll: float) -> None:
        self._database = database
        self._amqp = amqp
        self._owner = owner
        self._channel: Channel
        self._login = owner if own_login(amqp, owner) else None
        self._meters = meters
        self._poll = poll
        self._pace = Pace()
        self.state = "starting"

    async def run(self) -> None:
        """Until cancelled: connect, publish, and start over when either connection breaks."""
        log = structlog.get_logger().bind(service=self._owner, part="relay")
        while True:
            try:
                await self._session()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                self._note(log, error)
            except aio_pika.exceptions.AMQPError as error:
                self._note(log, error)
            await asyncio.sleep(min(self._poll, 0.5))

    def _note(self, log: Any, error: Exception) -> None:
        heed_stop(error)
        reason = f"waiting: {type(error).__name__}"
        if self.state != reason:
            log.warning("relay waits", error=type(error).__name__)
        self.state = reason

    async def _connect(self) -> asyncpg.Connection:
        settings = {"application_name": f"stafett-{self._owner}-relay", **SESSION}
        return await asyncpg.connect(
            self._database.url, timeout=5, command_timeout=ANSWER_SECONDS, server_settings=settings
        )

    async def _session(self) -> None:
        connection = await self._connect()
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                self.state = "standing by"
                if await self._woken():
                    self._database.wake.clear()
                    await connection.execute(f"NOTIFY {CHANNEL}")
            await connection.add_listener(CHANNEL, lambda *_: self._database.wake.set())
            await self._publish_until_broken(connection)
        finally:
            connection.terminate()

    async def _publish_until_broken(self, connection: asyncpg.Connection) -> None:
        broker = await aio_pika.connect(self._amqp, timeout=5)
        try:
            channel = await broker.channel(publisher_confirms=True, on_return_raises=True)
            self._channel = cast("Channel", await channel.get_underlay_channel())  # publishes the same for less work
            self.state = "publishing"
            while not channel.is_closed:
                async with self._pace.turn():
                    self._database.wake.clear()
                    due = await connection.fetch(DUE, BATCH)
                    rows = [row for row in due if row["resend"] is None]
                    again = [row for row in due if row["resend"] is not None]
                    if rows:
                        await self._publish(connection, rows)
                    resent = await self._resend(connection, again) if again else 0
                    self._pace.did(len(due), BATCH)
                    more = await hand_over(connection, BATCH) or BATCH in (len(rows), resent)
                if not more:
                    await self._woken()
        finally:
            with contextlib.suppress(OSError, TimeoutError, aio_pika.exceptions.AMQPError):
                async with asyncio.timeout(2):
                    await broker.close()

    async def _publish(self, connection: asyncpg.Connection, rows: list[asyncpg.Record]) -> None:
        confirmed, refused, late = await self._send(rows)
        await connection.execute(PUBLISHED, [row["position"] for row in confirmed])
        self._meters.published.inc(len(confirmed))
        for row, error in refused:
            await connection.execute(FAILED, row["position"], error)
            self._meters.publish_failed.inc()
            structlog.get_logger().warning("message not taken", service=self._owner, id=str(row["id"]), error=error)
        if late:
            raise TimeoutError

    async def _resend(self, connection: asyncpg.Connection, rows: list[asyncpg.Record]) -> int:
        """Receiver by receiver, since the same message to two at once has one id; gives how many were confirmed."""
        taken = 0
        for receiver in dict.fromkeys(row["receiver"] for row in rows):
            confirmed, refused, late = await self._send([row for row in rows if row["receiver"] == receiver])
            await connection.execute(RESENT, [row["resend"] for row in confirmed])
            await connection.execute(LAST_IN_LINE, [row["resend"] for row, _ in refused])
            if late:
                raise TimeoutError
            taken += len(confirmed)
        return taken

    async def _send(
        self, rows: list[asyncpg.Record]
    ) -> tuple[list[asyncpg.Record], list[tuple[asyncpg.Record, str]], bool]:
        """Publish all at once, in order: the confirmed ones, the others with what was said of them, and whether some
        got no answer in time (then the channel must not be used again: an answer could still come to it)."""
        ready, refused = self._framed(rows)
        if not ready:
            return [], refused, False
        async with asyncio.timeout(CONFIRM_SECONDS):
            puts = await publish(self._channel, [message for _, message in ready])
        try:
            _, late = await asyncio.wait(puts, timeout=CONFIRM_SECONDS)
        finally:
            for put in puts:
                put.cancel()
        confirmed = []
        for (row, _), put in zip(ready, puts, strict=True):
            if put in late or put.cancelled():
                refused.append((row, f"TimeoutError: no confirm within {CONFIRM_SECONDS} s"))
            elif error := put.exception():
                refused.append((row, f"{type(error).__name__}: {error}"[:300]))
            else:
                confirmed.append(row)
        return confirmed, refused, bool(late)

    def _framed(
        self, rows: list[asyncpg.Record]
    ) -> tuple[list[tuple[asyncpg.Record, Framed]], list[tuple[asyncpg.Record, str]]]:
        """Those that can be sent, and those that can't, with the reason: they keep no others from going out."""
        ready, refused = [], []
        for row in rows:
            try:
                ready.append((row, framed(self._channel, self._message(row))))
            except Exception as error:
                refused.append((row, f"can't be sent: {describe(error)}"))
        return ready, refused

    def _message(self, row: asyncpg.Record) -> Outgoing:
        properties = spec.Basic.Properties(
            headers={**from_json(row["headers"]), "ce-sequence": str(row["sequence"])},
            content_type="application/json",
            delivery_mode=PERSISTENT,
            message_id=str(row["id"]),
            message_type=row["type"],
            timestamp=row["written_at"],
            app_id=self._owner,
            user_id=self._login,  # the broker refuses it from any other login
        )
        if receiver := row["receiver"]:
            return Outgoing(DIRECT, receiver, row["body"], properties)
        return Outgoing(exchange(self._owner), row["type"], row["body"], properties)

    async def _woken(self) -> bool:
        """True when somebody wrote to the outbox before the poll interval was over."""
        try:
            async with asyncio.timeout(self._poll):
                await self._database.wake.wait()
        except TimeoutError:
            return False
        return True
