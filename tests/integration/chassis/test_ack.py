"""What is safe is acked on the channel that it came by, whatever has become of the others."""

from dataclasses import dataclass, field

from aiormq.exceptions import ChannelInvalidStateError

from chassis.arrival import Delivery, ack
from chassis.inbox import Inbox
from chassis.subscriptions import Subscriptions
from chassis.telemetry import Meters


@dataclass
class Channel:
    """A channel that remembers its acks, or is gone."""

    gone: bool = False
    is_closed: bool = False
    acked: list[tuple[int, bool]] = field(default_factory=list)

    async def basic_ack(self, tag: int, *, multiple: bool = False) -> None:
        if self.gone:
            raise ChannelInvalidStateError("gone")
        self.acked.append((tag, multiple))

    async def basic_reject(self, tag: int, *, requeue: bool) -> None:
        assert requeue
        await self.basic_ack(-tag)


def delivery(channel: Channel, tag: int) -> Delivery:
    return Delivery({}, b"", "", channel, tag)


async def test_a_channel_that_is_gone_keeps_no_ack_from_the_one_after_it() -> None:
    old, new = Channel(gone=True), Channel()
    batch = [delivery(old, 7), delivery(new, 1), delivery(new, 2)]
    await ack(batch, [])
    assert new.acked == [(2, True)]
    new.acked.clear()
    await ack(batch, [batch[2]])
    assert new.acked == [(1, False), (-2, False)]


def test_what_came_by_a_channel_that_has_closed_is_forgotten_when_it_comes_again_by_another() -> None:
    inbox = Inbox("execution", None, Subscriptions(), Meters("execution"), 1.0)  # type: ignore[arg-type]
    old, new = Channel(), Channel()
    for tag in (1, 2):
        inbox.take(delivery(old, tag))
    inbox.take(delivery(new, 1))
    assert [one.channel for one in inbox._arrived] == [old, old, new]  # it may only be slow
    old.is_closed = new.is_closed = True
    newest = Channel()
    inbox.take(delivery(newest, 1))
    assert [one.channel for one in inbox._arrived] == [newest]
