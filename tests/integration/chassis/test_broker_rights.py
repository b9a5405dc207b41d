"""Each service's login at the broker: what it may do, what it may not, and what comes of a forged origin."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelAccessRefused, ChannelPreconditionFailed
from uuid_utils.compat import uuid7

from chassis.broker import declare_topology
from chassis.decision import SYSTEM
from chassis.envelope import Cause, headers
from chassis.keys import load_keys
from cli.broker_rights import BrokerRefuses, give_rights
from contracts.event import Event
from contracts.topology import DEAD, DIRECT, SERVICES, exchange, queue
from tests.integration.chassis.test_relay import _none_left, tell
from tests.support.managed_broker import ManagedBroker, told_to_allow
from tests.support.orders import sent
from tests.support.stafett import Ground, Running, eventually

PASSWORDS = {service: f"a-password-of-{service}" for service in SERVICES}
OWN = "journal.note-locked.v1"


@pytest.fixture
async def broker(node: ManagedBroker) -> ManagedBroker:
    """A broker whose services have their logins, and whose queues are empty."""
    await give_rights(node.management, "/", PASSWORDS)
    await declare_topology(node.amqp)
    connection, channel = await node.channel(node.amqp)
    async with connection:
        for name in (DEAD, *map(queue, SERVICES)):
            await (await channel.get_queue(name, ensure=False)).purge()
    return node


Act = Callable[[AbstractChannel], Awaitable[Any]]


async def do(broker: ManagedBroker, act: Act, service: str = "journal") -> None:
    """Do something with a service's own login."""
    connection, channel = await broker.channel(broker.as_service(service, PASSWORDS[service]))
    async with connection:
        await act(channel)


def publish(to: str, key: str, user_id: str | None = None) -> Act:
    async def act(channel: AbstractChannel) -> None:
        target = await channel.get_exchange(to, ensure=False) if to else channel.default_exchange
        await target.publish(aio_pika.Message(b"{}", user_id=user_id), key)

    return act


def on_queue(name: str, what: str) -> Act:
    async def act(channel: AbstractChannel) -> None:
        lying = await channel.get_queue(name, ensure=False)
        acts: dict[str, Callable[[], Awaitable[Any]]] = {
            "get": lambda: lying.get(fail=False),
            "purge": lying.purge,
            "delete": lying.delete,
            "bind": lambda: lying.bind(exchange("authority"), "authority.#"),
            "declare": lambda: channel.declare_queue(name, durable=True),
        }
        await acts[what]()

    return act


async def test_a_service_publishes_its_own_events_and_messages_to_others_and_reads_its_queue(
    broker: ManagedBroker,
) -> None:
    await do(broker, publish(exchange("journal"), OWN, "journal"))
    await do(broker, publish(DIRECT, "execution", "journal"))
    await do(broker, on_queue(queue("journal"), "get"))


@pytest.mark.parametrize(
    "act",
    [
        publish(exchange("authority"), "authority.assignment-sent.v1"),
        publish(exchange("journal"), "authority.assignment-sent.v1"),
        publish("", queue("execution")),
        publish(DEAD, "any"),
        on_queue(queue("execution"), "get"),
        on_queue(queue("execution"), "purge"),
        on_queue(queue("journal"), "bind"),
        on_queue(queue("journal"), "delete"),
        on_queue("journal.more", "declare"),
    ],
    ids=[
        "another's exchange",
        "another's type",
        "straight into a queue",
        "the dead queue",
        "reads another's queue",
        "empties another's queue",
        "listens to more",
        "deletes its own queue",
        "a new queue",
    ],
)
async def test_what_is_not_its_own_is_refused(broker: ManagedBroker, act: Act) -> None:
    with pytest.raises(ChannelAccessRefused):
        await do(broker, act)


async def test_a_login_cannot_say_that_it_is_another(broker: ManagedBroker) -> None:
    with pytest.raises(ChannelPreconditionFailed, match="authenticated user was 'journal'"):
        await do(broker, publish(DIRECT, "execution", "authority"))


async def test_giving_rights_again_changes_nothing_but_the_password(broker: ManagedBroker) -> None:
    before = [await broker.allowed(service) for service in SERVICES]
    assert before == [told_to_allow(service) for service in SERVICES]
    await give_rights(broker.management, "/", {**PASSWORDS, "journal": "another"})
    assert [await broker.allowed(service) for service in SERVICES] == before
    with pytest.raises(aio_pika.exceptions.AMQPConnectionError):
        await do(broker, on_queue(queue("journal"), "get"))


async def test_a_management_that_is_away_or_refuses_is_said_in_a_sentence(broker: ManagedBroker) -> None:
    wrong = broker.management.replace("guest:guest", "guest:wrong")
    with pytest.raises(BrokerRefuses, match="is its password right"):
        await give_rights(wrong, "/", PASSWORDS)
    with pytest.raises(BrokerRefuses, match="can't be reached"):
        await give_rights("http://guest:guest@127.0.0.1:9", "/", PASSWORDS)
    with pytest.raises(BrokerRefuses, match="answers 4"):
        await give_rights(broker.management, "nowhere", PASSWORDS)


def with_own_login(broker: ManagedBroker, service: str) -> dict[str, Any]:
    return {"amqp_url": broker.as_service(service, PASSWORDS[service])}


async def test_services_run_with_their_logins_and_the_broker_vouches_for_what_they_tell(
    clean: Ground, broker: ManagedBroker
) -> None:
    subject = uuid4()
    async with (
        clean.service("execution", **with_own_login(broker, "execution")) as sender,
        clean.service("notify", **with_own_login(broker, "notify")) as receiver,
    ):
        await tell(sender, subject, subject)
        await eventually(lambda: _none_left(sender))
        applied = "SELECT last FROM inbox_position WHERE subject = $1 AND last = 2"
        await eventually(lambda: receiver.sql(applied, f"assignment/{subject}"))
        assert await receiver.sql("SELECT 1 FROM inbox WHERE status = 'parked'") == []


def telling(event: Event, keys: Path, to: str, key: str, user_id: str | None) -> Act:
    """Publish an event in its owner's name, whoever the login belongs to."""
    body = event.body(load_keys(keys, event.owner).seal)
    message_id = uuid7()
    head: dict[str, Any] = {
        **headers(message_id, event.type, event.subject, datetime.now(UTC), SYSTEM, Cause()),
        "ce-sequence": "1",
    }

    async def act(channel: AbstractChannel) -> None:
        target = await channel.get_exchange(to, ensure=False)
        message = aio_pika.Message(
            body, headers=head, message_id=str(message_id), type=event.type, delivery_mode=2, user_id=user_id
        )
        await target.publish(message, key)

    return act


async def test_a_forged_origin_is_parked_with_the_reason_and_the_genuine_message_is_applied(
    clean: Ground, broker: ManagedBroker
) -> None:
    event = sent(uuid4())
    async with clean.service("execution", **with_own_login(broker, "execution")) as running:
        for user_id in ("journal", None):  # to the direct exchange, which every service may write to
            await do(broker, telling(event, running.keys, DIRECT, "execution", user_id), "journal")
        errors = await eventually(lambda: _parked(running, 2))
        assert errors == [
            "forged origin: 'journal' sent it as 'authority'",
            "forged origin: the broker does not vouch for 'authority'",
        ]
        genuine = telling(event, running.keys, exchange("authority"), event.type, "authority")
        await do(broker, genuine, "authority")
        applied = "SELECT last FROM inbox_position WHERE owner = 'authority' AND subject = $1 AND last = 1"
        await eventually(lambda: running.sql(applied, event.subject))


async def _parked(running: Running, count: int) -> list[str]:
    rows = await running.sql("SELECT last_error FROM inbox WHERE status = 'parked' ORDER BY last_error")
    return [row["last_error"] for row in rows] if len(rows) == count else []
