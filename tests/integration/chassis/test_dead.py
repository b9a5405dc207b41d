"""What ends in the broker's last-resort queue comes into the inbox it was meant for, once."""

from uuid import UUID, uuid4

import aio_pika
from fastapi import FastAPI

from chassis.arrival import Delivery
from chassis.broker import DELIVERY_LIMIT
from chassis.dead import death_of, take_in
from cli.ops.dead import LOOKS
from contracts.authority import AssignmentSent
from contracts.topology import DEAD, HEARS, exchange, queue
from tests.integration.chassis.conftest import EFFECTS, Probe
from tests.integration.chassis.test_parked import operating
from tests.support.ops import beside, ops
from tests.support.orders import sent
from tests.support.stafett import Ground, Running, eventually

IMPORT = ("dead", "import", "--why", "the database refused them for an hour")


def owner(ground: Ground) -> Running:
    """Somebody who sends while no receiver runs."""
    return Running("execution", FastAPI(), "", ground.issuer, ground.amqp, ground.keys)


async def in_queue(ground: Ground, name: str, count: int) -> bool:
    connection = await aio_pika.connect(ground.amqp)
    async with connection:
        there = await (await connection.channel()).declare_queue(name, passive=True)
    return there.declaration_result.message_count == count


async def let_die(ground: Ground, count: int, *, slowly: bool = False) -> None:
    """Reject what lies in execution's queue: for good, or until the delivery limit is passed."""
    await eventually(lambda: in_queue(ground, queue("execution"), count))
    connection = await aio_pika.connect(ground.amqp)
    async with connection:
        inbox = await (await connection.channel()).get_queue(queue("execution"), ensure=False)
        for _ in range(count * (DELIVERY_LIMIT + 1 if slowly else 1)):
            message = await inbox.get(no_ack=False)
            assert message is not None
            await message.reject(requeue=slowly)
    await eventually(lambda: in_queue(ground, DEAD, count))
    for receiver in HEARS:
        if receiver != "execution":
            await ground.empty_queue(receiver)


async def one_dead(ground: Ground, event: AssignmentSent) -> UUID:
    id = await owner(ground).publish(event)
    await let_die(ground, 1)
    return id


async def test_the_dead_are_grouped_by_queue_type_and_reason_and_imported_parked(clean: Ground, probe: Probe) -> None:
    subject = uuid4()
    sender = owner(clean)
    first = await sender.publish(sent(subject))
    await let_die(clean, 1, slowly=True)
    async with probe(None) as running:
        code, said = await ops(beside(running), "dead", "list")
        assert code == 0, said
        assert f"1 × {sent().type} from execution.inbox: delivery_limit (" in said
        assert "import them now" not in said  # how often it was delivered before it died is not held against it
        assert "Mustafsson" not in said
        code, said = await ops(beside(running), "dead", "import")
        assert (code, "needs --why" in said) == (1, True)
        code, said = await ops(beside(running), *IMPORT)
        assert (code, said.splitlines()) == (0, ["execution: 1 parked", "dead: 1 imported, 0 left there"])
        rows = await running.sql("SELECT id, status, last_error FROM inbox")
        reason = "came to the dead queue from execution.inbox: delivery_limit"
        assert rows == [{"id": first, "status": "parked", "last_error": reason}]
        acts = await running.sql("SELECT what, why FROM operator_act WHERE act = 'import'")
        assert acts == [{"what": f"{first} from execution.inbox: parked", "why": IMPORT[-1]}]
        code, said = await ops(
            beside(running), "parked", "replay", "--all", "--service", "execution", "--why", "mended"
        )
        assert (code, "1 went well" in said) == (0, True), said
        assert len(await running.sql(EFFECTS)) == 1
        assert await in_queue(clean, DEAD, 0)


async def test_a_dead_message_that_came_again_meanwhile_is_noted_as_a_duplicate(clean: Ground, probe: Probe) -> None:
    event = sent(uuid4())
    dead = await one_dead(clean, event)
    async with probe(None) as running:
        await running.publish(event, sequence=1)
        await eventually(lambda: running.sql(EFFECTS))
        code, said = await ops(beside(running), *IMPORT)
        assert (code, "execution: 1 duplicate" in said) == (0, True), said
        assert await running.sql("SELECT status FROM inbox WHERE id = $1", dead) == [{"status": "duplicate"}]
        assert len(await running.sql(EFFECTS)) == 1


async def test_an_import_that_is_interrupted_before_the_ack_makes_no_second_row(clean: Ground, probe: Probe) -> None:
    await one_dead(clean, sent(uuid4()))
    async with probe(None) as running:
        connection = await aio_pika.connect(clean.amqp)
        async with connection:
            dead = await (await connection.channel()).get_queue(DEAD, ensure=False)
            message = await dead.get(no_ack=False)
            assert message is not None
            delivery = Delivery(dict(message.headers), message.body, message.type or "", None, 0)
            async with operating(running) as operator:
                first = await take_in(operator, delivery, death_of(message.headers), "asa", "before the power cut")
        await eventually(lambda: in_queue(clean, DEAD, 1))
        code, said = await ops(beside(running), *IMPORT)
        assert (code, "execution: 1 there already (parked)" in said) == (0, True), said
        assert [str(row["id"]) for row in await running.sql("SELECT id FROM inbox")] == [first.id]
        assert await in_queue(clean, DEAD, 0)


async def test_a_dead_message_that_cannot_be_read_is_kept_as_the_inbox_keeps_such(clean: Ground, probe: Probe) -> None:
    await owner(clean).send(exchange("authority"), sent().type, b"not ours", {"ce-id": "nonsense"})
    await let_die(clean, 1)
    async with probe(None) as running:
        code, said = await ops(beside(running), *IMPORT)
        assert (code, "execution: 1 parked" in said) == (0, True), said
        (row,) = await running.sql("SELECT sequence, last_error, headers ? 'x-death' AS broker FROM inbox")
        assert (row["sequence"], row["broker"]) == (None, False)
        assert row["last_error"].endswith("came to the dead queue from execution.inbox: rejected")


async def test_only_those_of_the_service_that_is_asked_for_are_taken(clean: Ground, probe: Probe) -> None:
    await one_dead(clean, sent(uuid4()))
    async with probe(None) as running:
        code, said = await ops(beside(running), *IMPORT, "--service", "journal")
        assert (code, said.strip()) == (
            0,
            "dead: 0 imported, 1 left there\n  1 from execution.inbox: another service was asked for",
        )
        await eventually(lambda: in_queue(clean, DEAD, 1))
        await running.sql("ALTER ROLE execution CONNECTION LIMIT 0")
        try:
            code, said = await ops(beside(running), *IMPORT)
        finally:
            await running.sql("ALTER ROLE execution CONNECTION LIMIT -1")
        assert (code, "all services: too many connections" in said) == (1, True), said
        await eventually(lambda: in_queue(clean, DEAD, 1))


async def test_what_has_been_looked_at_often_is_kept_and_said_to_be_imported(clean: Ground, probe: Probe) -> None:
    await one_dead(clean, sent(uuid4()))
    connection = await aio_pika.connect(clean.amqp)
    async with connection:
        dead = await (await connection.channel()).get_queue(DEAD, ensure=False)
        for _ in range(LOOKS):
            message = await dead.get(no_ack=False)
            assert message is not None
            await message.reject(requeue=True)
    async with probe(None) as running:
        code, said = await ops(beside(running), "dead", "list")
        assert (code, said.startswith("dead: 1 messages"), "import them now" in said) == (0, True, True), said
        await eventually(lambda: in_queue(clean, DEAD, 1))


async def test_where_each_service_has_its_own_login_an_administrators_is_needed(clean: Ground) -> None:
    parts = clean.amqp.split("@")[-1]
    environment = {"STAFETT_AMQP_URL": f"amqp://{{service}}:none@{parts}"}
    code, said = await ops(environment, "dead", "list")
    assert (code, "needs --broker-admin" in said) == (1, True), said
    code, said = await ops(environment, "dead", "list", "--broker-admin", "http://guest:guest@127.0.0.1:15672")
    assert (code, said.strip()) == (0, "dead: 0 messages")
    code, said = await ops({"STAFETT_AMQP_URL": "amqp://guest:guest@127.0.0.1:1/"}, "dead", "list")
    assert (code, "nothing listens at 127.0.0.1:1" in said, "Traceback" in said) == (1, True, False), said


async def test_what_died_in_nobodys_queue_is_named_and_imported_where_an_operator_says(
    clean: Ground, probe: Probe
) -> None:
    await owner(clean).send(DEAD, "", b"put here by hand", {"ce-id": "nonsense"})
    await eventually(lambda: in_queue(clean, DEAD, 1))
    async with probe(None) as running:
        code, said = await ops(beside(running), *IMPORT)
        assert code == 0, said
        assert said.startswith(
            "dead: 0 imported, 1 left there\n  1 from unknown, nobody's queue: import it with --into"
        )
        code, said = await ops(beside(running), *IMPORT, "--into", "execution", "--service", "execution")
        assert (code, "leave it out" in said) == (1, True), said
        code, said = await ops(beside(running), *IMPORT, "--into", "execution")
        assert (code, said.splitlines()) == (0, ["execution: 1 parked", "dead: 1 imported, 0 left there"])
        (row,) = await running.sql("SELECT id, status, last_error FROM inbox")
        assert row["last_error"].endswith("came to the dead queue from unknown: unknown")
        skip = ("parked", "skip", str(row["id"]), "--service", "execution", "--why", "nobody knows what it was")
        code, said = await ops(beside(running), *skip)
        assert code == 0, said
        acts = await running.sql("SELECT act FROM operator_act ORDER BY number")
        assert [act["act"] for act in acts] == ["import", "skip"]


async def test_the_list_of_one_service_says_how_many_there_are_of_all(clean: Ground, probe: Probe) -> None:
    await one_dead(clean, sent(uuid4()))
    async with probe(None) as running:
        code, said = await ops(beside(running), "dead", "list", "--service", "notify")
        assert (code, said.strip()) == (0, "dead: 1 messages in all; from notify.inbox: none")
        await eventually(lambda: in_queue(clean, DEAD, 1))
