"""The service's side of RabbitMQ: its topology, and the consumer that takes deliveries to the inbox."""

import asyncio
import contextlib
from typing import Any, cast

import aio_pika
import structlog
from aio_pika import RobustChannel
from aiormq.abc import DeliveredMessage
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue
from pamqp.commands import Basic

from chassis.arrival import Delivery
from chassis.hold import heed_stop
from chassis.inbox import BATCH, Inbox
from chassis.settings import own_login
from chassis.telemetry import Meters
from contracts.topology import DEAD, DIRECT, HEARS, SERVICES, exchange, queue

DELIVERY_LIMIT = 50
LOOK_SECONDS = 2.0
ANSWER_SECONDS = 10.0
STOP_SECONDS = 10.0
MISSES = 2
"""So often the queue must be seen without our consumer before it is started anew: after a reconnect it may be late."""


class NotConsuming(ConnectionError):
    """The connection lives, but the queue no longer comes to us."""


AWAY = (OSError, TimeoutError, RuntimeError, aio_pika.exceptions.AMQPError)


async def declare_topology(amqp: str) -> None:
    """Declare every exchange, queue and binding, the same on RabbitMQ 3.10 and 4; repeating it changes nothing."""
    connection = await aio_pika.connect(amqp, timeout=10)
    async with connection:
        channel = await connection.channel()
        dead = await channel.declare_exchange(DEAD, "fanout", durable=True)
        await (await channel.declare_queue(DEAD, durable=True, arguments={"x-queue-type": "quorum"})).bind(dead)
        direct = await channel.declare_exchange(DIRECT, "direct", durable=True)
        for owner in SERVICES:
            await channel.declare_exchange(exchange(owner), "topic", durable=True)
        for service in SERVICES:
            arguments: dict[str, Any] = {
                "x-queue-type": "quorum",
                "x-delivery-limit": DELIVERY_LIMIT,
                "x-dead-letter-exchange": DEAD,
                "x-dead-letter-strategy": "at-least-once",
                "x-overflow": "reject-publish",
            }
            receiver = await channel.declare_queue(queue(service), durable=True, arguments=arguments)
            await receiver.bind(direct, service)
            for owner in HEARS[service]:
                await receiver.bind(exchange(owner), f"{owner}.#")


class Consumer:
    """Takes what comes from the service's queue to the inbox, which acks it when it is safe.

    FastStream connects, and connects again; the deliveries are taken from the channel itself, since there is nothing
    that FastStream's handlers could do for them: decoding, retrying and acknowledging are the inbox's.
    """

    def __init__(self, amqp: str, service: str, inbox: Inbox, meters: Meters) -> None:
        self._amqp = amqp
        self._service = service
        self._inbox = inbox
        self._received = meters.received
        self._vouched_only = own_login(amqp, service)
        self._channel: RobustChannel | None = None
        self.state = "starting"

    async def run(self) -> None:
        """Until cancelled: start as soon as the broker and the queue are there, and over when the queue is gone."""
        log = structlog.get_logger().bind(service=self._service, part="consumer")
        while True:
            broker = RabbitBroker(
                self._amqp,
                logger=None,
                reconnect_interval=1,
                default_channel=Channel(prefetch_count=2 * BATCH, on_return_raises=True),
            )
            try:
                await broker.start()
                channel = await self._consume(broker)
                await self._watch(broker, channel)
            except AWAY as error:
                heed_stop(error)
                reason = f"waiting: {type(error).__name__}"
                if self.state != reason:
                    log.warning("consumer waits", error=type(error).__name__)
                self.state = reason
            finally:
                await _stop(broker, self._channel)
                self._channel = None
            await asyncio.sleep(0.5)

    async def _consume(self, broker: RabbitBroker) -> RobustChannel:
        """Let the queue's messages come to us, again after each reconnect; gives the channel they come by."""
        name = queue(self._service)
        ours = await broker.declare_queue(RabbitQueue(name, queue_type=QueueType.QUORUM, declare=False))
        self._channel = channel = cast("RobustChannel", ours.channel)

        async def consume(_reopened: object = None) -> None:
            underlying = await channel.get_underlay_channel()
            await underlying.basic_consume(name, self._take, timeout=ANSWER_SECONDS)

        await consume()
        channel.reopen_callbacks.add(consume)
        return channel

    async def _watch(self, broker: RabbitBroker, channel: RobustChannel) -> None:
        """Say how it goes; raises when the queue is gone or no longer comes to us, though the connection lives."""
        missed = 0
        while missed < MISSES:
            if not await broker.ping(timeout=2):
                self.state = "waiting: the broker is away"
                missed = 0
            elif await self._is_consuming(channel):
                self.state = "consuming"
                missed = 0
            else:
                missed += 1
            await asyncio.sleep(LOOK_SECONDS)
        raise NotConsuming

    async def _is_consuming(self, channel: RobustChannel) -> bool:
        """Whether the queue is there, has consumers, and one of them is ours: another process may have its own."""
        underlying: Any = await channel.get_underlay_channel()
        there = await underlying.queue_declare(queue(self._service), passive=True, timeout=ANSWER_SECONDS)
        return bool(there.consumer_count and underlying.consumers)

    async def _take(self, message: DeliveredMessage) -> None:
        properties, delivered = message.header.properties, cast("Basic.Deliver", message.delivery)
        self._received.inc()
        self._inbox.take(
            Delivery(
                properties.headers or {},
                message.body,
                properties.message_type or "",
                message.channel,
                delivered.delivery_tag or 0,
                properties.user_id,
                self._vouched_only,
            )
        )


async def _stop(broker: RabbitBroker, channel: RobustChannel | None) -> None:
    """Stop what can be stopped in time; a broker that answers nothing must not keep the service from ending."""
    connection = broker._connection
    stopped = False
    try:
        async with asyncio.timeout(STOP_SECONDS):
            if channel is not None:
                await channel.close()
            await broker.stop()
            stopped = True
    except AWAY as error:
        structlog.get_logger().warning("consumer did not stop in order", error=type(error).__name__)
    finally:
        if not stopped and connection is not None:  # left to itself it would connect again and consume beside the next
            with contextlib.suppress(*AWAY):
                async with asyncio.timeout(1):
                    await connection.close()
