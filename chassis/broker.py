"""The service's side of RabbitMQ: its topology, and the consumer that hands deliveries to the inbox."""

import asyncio
import contextlib
from typing import Any

import aio_pika
import structlog
from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitMessage, RabbitQueue
from faststream.rabbit.prometheus import RabbitPrometheusMiddleware

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
    """Consumes the service's queue with FastStream; the inbox acks when a delivery is safe."""

    def __init__(self, amqp: str, service: str, inbox: Inbox, meters: Meters) -> None:
        self._amqp = amqp
        self._service = service
        self._inbox = inbox
        self._meters = meters
        self._vouched_only = own_login(amqp, service)
        self._channel = Channel(prefetch_count=2 * BATCH, on_return_raises=True)
        self._running: RabbitBroker | None = None
        self.state = "starting"

    async def run(self) -> None:
        """Until cancelled: start as soon as the broker and the queue are there; reconnecting is FastStream's."""
        log = structlog.get_logger().bind(service=self._service, part="consumer")
        while True:
            self._running = broker = self._broker()
            try:
                await broker.start()
                await self._watch(broker)
            except AWAY as error:
                heed_stop(error)
                reason = f"waiting: {type(error).__name__}"
                if self.state != reason:
                    log.warning("consumer waits", error=type(error).__name__)
                self.state = reason
            finally:
                await _stop(broker)
            await asyncio.sleep(0.5)

    async def _watch(self, broker: RabbitBroker) -> None:
        """Say how it goes; raises when the queue is gone or no longer comes to us, though the connection lives."""
        missed = 0
        while missed < MISSES:
            if not await broker.ping(timeout=2):
                self.state = "waiting: the broker is away"
                missed = 0
            elif await self._is_consuming(broker):
                self.state = "consuming"
                missed = 0
            else:
                missed += 1
            await asyncio.sleep(LOOK_SECONDS)
        raise NotConsuming

    async def _is_consuming(self, broker: RabbitBroker) -> bool:
        """Whether the queue is there, has consumers, and one of them is ours: another process may have its own."""
        channel = await broker.config.broker_config.channel_manager.get_channel(self._channel)
        underlying: Any = await channel.get_underlay_channel()
        there = await underlying.queue_declare(queue(self._service), passive=True, timeout=ANSWER_SECONDS)
        return bool(there.consumer_count and underlying.consumers)

    def _broker(self) -> RabbitBroker:
        broker = RabbitBroker(
            self._amqp,
            logger=None,
            graceful_timeout=5,
            reconnect_interval=1,
            apply_types=False,
            default_channel=Channel(on_return_raises=True),
            middlewares=[RabbitPrometheusMiddleware(registry=self._meters.consumer_registry(), app_name=self._service)],
        )
        subscriber = broker.subscriber(
            RabbitQueue(queue(self._service), queue_type=QueueType.QUORUM, declare=False),
            channel=self._channel,
            ack_policy=AckPolicy.MANUAL,
            decoder=_undecoded,
        )

        async def receive(_body: bytes) -> None:
            message = broker.context.get_local("message").raw_message
            self._inbox.take(
                Delivery(
                    dict(message.headers),
                    message.body,
                    message.type or "",
                    message.channel,
                    message.delivery_tag,
                    message.user_id,
                    self._vouched_only,
                )
            )

        subscriber(receive)
        return broker


async def _stop(broker: RabbitBroker) -> None:
    """Stop what can be stopped in time; a broker that answers nothing must not keep the service from ending."""
    connection = broker._connection
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await broker.stop()
    except AWAY as error:
        structlog.get_logger().warning("consumer did not stop in order", error=type(error).__name__)
        if connection is not None:  # left to itself it would connect again and consume beside the next one
            with contextlib.suppress(*AWAY):
                async with asyncio.timeout(1):
                    await connection.close()


async def _undecoded(message: RabbitMessage) -> bytes:
    """The body as it came: what can't be parsed is parked by the inbox, not thrown by the consumer."""
    return bytes(message.body)
