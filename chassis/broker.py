"""The service's side of RabbitMQ: its topology, and the consumer that hands deliveries to the inbox."""

import asyncio
from typing import Any

import aio_pika
import structlog
from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitMessage, RabbitQueue
from faststream.rabbit.prometheus import RabbitPrometheusMiddleware

from chassis.arrival import Delivery
from chassis.inbox import BATCH, Inbox
from chassis.telemetry import Meters
from contracts.topology import DEAD, DIRECT, HEARS, SERVICES, exchange, queue

DELIVERY_LIMIT = 50


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
        self.state = "starting"

    async def run(self) -> None:
        """Until cancelled: start as soon as the broker and the queue are there; reconnecting is FastStream's."""
        log = structlog.get_logger().bind(service=self._service, part="consumer")
        while True:
            broker = self._broker()
            try:
                await broker.start()
                while True:
                    self.state = "consuming" if await broker.ping(timeout=2) else "waiting: the broker is away"
                    await asyncio.sleep(1)
            except (OSError, TimeoutError, RuntimeError, aio_pika.exceptions.AMQPError) as error:
                reason = f"waiting: {type(error).__name__}"
                if self.state != reason:
                    log.warning("consumer waits", error=type(error).__name__)
                self.state = reason
            finally:
                await broker.stop()
            await asyncio.sleep(0.5)

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
            channel=Channel(prefetch_count=2 * BATCH, on_return_raises=True),
            ack_policy=AckPolicy.MANUAL,
            decoder=_undecoded,
        )

        async def receive(_body: bytes) -> None:
            message = broker.context.get_local("message").raw_message
            self._inbox.take(
                Delivery(dict(message.headers), message.body, message.type or "", message.channel, message.delivery_tag)
            )

        subscriber(receive)
        return broker


async def _undecoded(message: RabbitMessage) -> bytes:
    """The body as it came: what can't be parsed is parked by the inbox, not thrown by the consumer."""
    return bytes(message.body)
