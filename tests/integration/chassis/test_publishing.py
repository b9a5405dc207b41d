"""Many messages in one write: in their order, whole however long, and each with an answer of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractQueue
from aiormq import spec
from aiormq.channel import Channel
from aiormq.exceptions import AMQPError, PublishError

from chassis.publishing import Outgoing, framed, publish
from tests.support.stafett import Ground, eventually

NOWHERE = f"nowhere-{uuid4()}"


@pytest.fixture
async def inbox(clean: Ground) -> AsyncIterator[tuple[Channel, AbstractQueue]]:
    """A channel with confirms, and a queue that is gone with its connection."""
    connection = await aio_pika.connect(clean.amqp)
    async with connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        queue = await channel.declare_queue(exclusive=True)
        underlying = await channel.get_underlay_channel()
        assert isinstance(underlying, Channel)
        yield underlying, queue


def to(queue: AbstractQueue, *bodies: bytes) -> list[Outgoing]:
    return [Outgoing("", queue.name, body, spec.Basic.Properties(message_id=str(uuid4()))) for body in bodies]


async def arrived(queue: AbstractQueue, count: int) -> list[bytes]:
    bodies = []
    for _ in range(count):
        message = await queue.get(no_ack=True)
        assert message
        bodies.append(message.body)
    return bodies


async def answers(channel: Channel, messages: Sequence[Outgoing]) -> list[object]:
    async with asyncio.timeout(10):
        wire = [framed(channel, message) for message in messages]
        return await asyncio.gather(*(await publish(channel, wire)), return_exceptions=True)


async def test_they_arrive_in_their_order_and_whole(inbox: tuple[Channel, AbstractQueue]) -> None:
    channel, queue = inbox
    longer_than_a_frame = bytes(range(256)) * 2_000
    assert len(longer_than_a_frame) > 3 * channel.max_content_size
    bodies = [b"first", longer_than_a_frame, b"", b"last"]
    for _ in range(2):
        said = await answers(channel, to(queue, *bodies))
        assert not [answer for answer in said if isinstance(answer, BaseException)]
        assert await arrived(queue, len(bodies)) == bodies
    assert not channel.message_id_delivery_tag


async def test_what_goes_nowhere_is_told_of_itself_alone(inbox: tuple[Channel, AbstractQueue]) -> None:
    channel, queue = inbox
    first, last = to(queue, b"first", b"last")
    lost = Outgoing("", NOWHERE, b"lost", spec.Basic.Properties(message_id=str(uuid4())))
    said = await answers(channel, [first, lost, last])
    assert [isinstance(answer, PublishError) for answer in said] == [False, True, False]
    assert await arrived(queue, 2) == [b"first", b"last"]


async def test_when_the_channel_closes_nothing_waits_for_an_answer(inbox: tuple[Channel, AbstractQueue]) -> None:
    channel, queue = inbox
    wrong = Outgoing("no such exchange", "key", b"", spec.Basic.Properties(message_id=str(uuid4())))
    said = await answers(channel, [wrong, *to(queue, b"behind it")])
    assert all(isinstance(answer, AMQPError | asyncio.CancelledError) for answer in said)
    await eventually(lambda: closed(channel))
    with pytest.raises(ConnectionError):
        await publish(channel, [framed(channel, message) for message in to(queue, b"too late")])


async def closed(channel: Channel) -> bool:
    return channel.is_closed
