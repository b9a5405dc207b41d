"""Many messages to the broker in one write, each with a confirm of its own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from aiormq import spec
from aiormq.abc import ChannelFrame
from aiormq.channel import Channel
from aiormq.exceptions import ChannelInvalidStateError
from pamqp.base import Frame
from pamqp.body import ContentBody
from pamqp.header import ContentHeader


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message and where it goes."""

    exchange: str
    routing_key: str
    body: bytes
    properties: spec.Basic.Properties
    """With a message_id that no other on its way has: by it the broker's return of an unroutable one is known."""


@dataclass(frozen=True, slots=True)
class Framed:
    """A message as it goes over the wire."""

    message_id: str
    payload: bytes


def framed(channel: Channel, message: Outgoing) -> Framed:
    """The message in frames. Raises when AMQP has no place for a part of it, such as a key that is too long."""
    most = channel.max_content_size
    frames: list[Frame | ContentHeader | ContentBody] = [
        spec.Basic.Publish(exchange=message.exchange, routing_key=message.routing_key, mandatory=True),
        ContentHeader(properties=message.properties, body_size=len(message.body)),
        *(ContentBody(message.body[at : at + most]) for at in range(0, len(message.body), most)),
    ]
    return Framed(str(message.properties.message_id), ChannelFrame.marshall(channel.number, frames).payload)


async def publish(channel: Channel, messages: Sequence[Framed]) -> list[asyncio.Future[object]]:
    """Send them in this order; gives a future for each, which its confirm fulfils, and an AMQPError when it is refused,
    unroutable, or the channel closes first. ConnectionError when it is closed already. When this itself is stopped,
    the channel must not be used again.

    The channel's own `basic_publish` does the same for a single message. A lock, a task and a write for each cost more
    than the messages themselves, here and at the broker, which then takes them up one by one.
    """
    payload = b"".join(message.payload for message in messages)
    try:
        async with channel.lock:
            confirms = [_expect(channel, message.message_id) for message in messages]
            await channel.write_queue.put(ChannelFrame(payload, should_close=False))
    except ChannelInvalidStateError as closed:
        raise ConnectionError("the channel is closed") from closed
    return confirms


def _expect(channel: Channel, message_id: str) -> asyncio.Future[object]:
    """The next number's confirm."""
    channel.delivery_tag += 1
    confirm = channel.confirmations[channel.delivery_tag] = channel.create_future()
    channel.message_id_delivery_tag[message_id] = channel.delivery_tag
    confirm.add_done_callback(partial(_forget, channel, message_id))
    return confirm


def _forget(channel: Channel, message_id: str, _: object) -> None:
    channel.message_id_delivery_tag.pop(message_id, None)
