"""What the inbox promises: in order, exactly once, nothing lost, and only the failing subject waits."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from chassis.database import Transaction
from chassis.decision import SYSTEM, Refused
from chassis.envelope import Cause, headers
from chassis.keys import load_keys
from contracts.authority import AssignmentSent, Order
from contracts.topology import DIRECT, RESEND_REQUESTED, exchange
from tests.integration.chassis.conftest import EFFECTS, Probe
from tests.support.examples import example
from tests.support.orders import sent
from tests.support.stafett import Ground, Running, eventually

DAY = date(2026, 12, 1)


def numbered(assignment_id: UUID, sequence: int) -> AssignmentSent:
    return sent(assignment_id, period_from=DAY + timedelta(days=sequence))


def day(sequence: int) -> str:
    return str(DAY + timedelta(days=sequence))


async def effects(running: Running, of: UUID) -> list[str]:
    return [row["why"] for row in await running.sql(EFFECTS) if row["what"] == str(of)]


async def parked(running: Running) -> list[str]:
    rows = await running.sql("SELECT last_error FROM inbox WHERE status = 'parked'")
    return [row["last_error"] for row in rows]


async def test_shuffled_and_repeated_messages_take_effect_in_order_and_once(probe: Probe) -> None:
    subjects = [uuid4() for _ in range(6)]
    load = [(subject, n, uuid4()) for subject in subjects for n in range(1, 9)]
    load += random.sample(load, 16)
    random.shuffle(load)
    async with probe(None) as running:
        for subject, n, message_id in load:
            await running.publish(numbered(subject, n), sequence=n, id=message_id)
        for subject in subjects:
            await eventually(lambda s=subject: _all(running, s, 8))  # type: ignore[misc]
        assert len(await running.sql(EFFECTS)) == 48


async def _all(running: Running, subject: UUID, count: int) -> bool:
    return await effects(running, subject) == [day(n) for n in range(1, count + 1)]


async def test_a_gap_is_waited_for_and_its_owner_asked_to_send_again(probe: Probe, clean: Ground) -> None:
    subject = uuid4()
    async with probe(None) as running:
        await running.publish(numbered(subject, 2), sequence=2)
        asked = await eventually(
            lambda: running.sql("SELECT body FROM outbox WHERE receiver = 'authority' AND body LIKE '%assignment/%'")
        )
        assert f"assignment/{subject}".encode() in asked[0]["body"]
        assert await effects(running, subject) == []
        await running.publish(numbered(subject, 1), sequence=1)
        await eventually(lambda: _all(running, subject, 2))


async def test_a_type_from_the_future_is_parked_and_only_its_subject_waits(probe: Probe) -> None:
    waiting, other = uuid4(), uuid4()
    async with probe(None) as running:
        await running.publish(numbered(waiting, 1), sequence=1, type="authority.assignment-sent.v9")
        await running.publish(numbered(waiting, 2), sequence=2)
        await running.publish(numbered(other, 1), sequence=1)
        await eventually(lambda: _all(running, other, 1))
        assert await parked(running) == ["unknown type or version: authority.assignment-sent.v9"]
        assert await effects(running, waiting) == []


async def test_a_body_that_does_not_parse_is_parked_with_the_reason_and_without_its_content(probe: Probe) -> None:
    async with probe(None) as running:
        await running.publish(numbered(uuid4(), 1), body=b'{"assignment_id": "Moira", "order": 7')
        await running.publish(numbered(uuid4(), 1), body=b'{"assignment_id": "Moira"}')
        await eventually(lambda: _count_parked(running, 2))
        errors = await parked(running)
        assert all(error.startswith("the body is no AssignmentSent: ") for error in errors)
        assert not any("Moira" in error for error in errors)


async def _count_parked(running: Running, count: int) -> bool:
    return len(await parked(running)) == count


async def test_a_message_without_an_envelope_is_parked(probe: Probe) -> None:
    async with probe(None) as running:
        await running.send(exchange("authority"), "authority.odd", b"\x00\xff", {"ce-id": "no", "odd\x00": "\x00"})
        await eventually(lambda: _count_parked(running, 1))
        assert "lacks a complete CloudEvents envelope" in (await parked(running))[0]


async def test_a_message_with_an_id_that_another_owner_has_used_is_applied_all_the_same(probe: Probe) -> None:
    event, id = numbered(uuid4(), 1), uuid4()
    async with probe(None) as running:
        await running.publish(example("journal.journal-opened.v1"), id=id)
        await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE owner = 'journal' AND status = 'applied'"))
        await running.publish(event, id=id)
        await eventually(lambda: running.sql(EFFECTS))


async def test_what_becomes_of_a_message_is_noted_on_no_other_with_its_id(probe: Probe) -> None:
    subject, id = uuid4(), uuid4()
    async with probe(None) as running:
        await running.publish(numbered(subject, 2), sequence=2, id=id)
        await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE status = 'waiting'"))
        opened = example("journal.journal-opened.v1")
        await running.publish(opened, sequence=2, id=id)
        await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE owner = 'journal' AND status = 'waiting'"))
        await running.publish(opened, sequence=1)
        await eventually(lambda: running.sql("SELECT 1 FROM inbox_position WHERE owner = 'journal' AND last = 2"))
        assert await effects(running, subject) == []
        await running.publish(numbered(subject, 1), sequence=1)
        await eventually(lambda: _all(running, subject, 2))


async def test_a_hand_off_is_counted_once_however_often_it_is_tried(probe: Probe) -> None:
    subject, broken = uuid4(), [True]

    async def fail(_event: AssignmentSent, _tx: Transaction) -> None:
        if broken:
            broken.clear()
            raise ZeroDivisionError

    async with probe(fail) as running:
        await running.publish(numbered(subject, 1), sequence=1)
        await eventually(lambda: _all(running, subject, 1))
        async with running.client() as client:
            figures = (await client.get("/execution/metrics")).text
        assert 'stafett_hand_off_seconds_count{service="execution"} 1.0' in figures
        assert 'stafett_applied_total{service="execution"} 1.0' in figures


async def test_a_sealed_part_that_we_cannot_open_is_parked(probe: Probe) -> None:
    async def opens(event: AssignmentSent, tx: Transaction) -> None:
        tx.unseal(event.order, Order)

    tampered = numbered(uuid4(), 1)
    async with probe(opens) as running:
        head, _, tail = tampered.body(load_keys(running.keys, "authority").seal).partition(b'"ciphertext":"')
        await running.publish(tampered, body=head + b'"ciphertext":"AAAA' + tail)
        await eventually(lambda: _count_parked(running, 1))
        assert "does not open with our key" in (await parked(running))[0]
        assert await running.sql(EFFECTS) == []


async def test_a_sealed_part_that_was_moved_from_another_event_is_parked(probe: Probe) -> None:
    async def opens(event: AssignmentSent, tx: Transaction) -> None:
        tx.unseal(event.order, Order)

    one, another = numbered(uuid4(), 1), numbered(uuid4(), 1)
    async with probe(opens) as running:
        seal = load_keys(running.keys, "authority").seal
        moved = json.loads(another.body(seal)) | {"order": json.loads(one.body(seal))["order"]}
        await running.publish(another, body=json.dumps(moved).encode())
        await eventually(lambda: _count_parked(running, 1))
        assert "sealed for another event" in (await parked(running))[0]
        assert await running.sql(EFFECTS) == []


async def test_a_refused_decision_is_parked_at_once_and_leaves_no_effect(probe: Probe) -> None:
    async def refuse(_event: AssignmentSent, _tx: Transaction) -> None:
        raise Refused

    async with probe(refuse) as running:
        await running.publish(numbered(uuid4(), 1))
        await eventually(lambda: _count_parked(running, 1))
        assert await running.sql(EFFECTS) == []


async def test_a_bug_is_retried_with_pauses_and_every_attempt_is_kept(probe: Probe) -> None:
    subject, neighbour, calls = uuid4(), uuid4(), [0]

    async def fail_twice(event: AssignmentSent, _tx: Transaction) -> None:
        if event.assignment_id == subject:
            calls[0] += 1
            if calls[0] <= 3:
                raise RuntimeError("Moira")

    async with probe(fail_twice) as running:
        await running.publish(numbered(subject, 1), sequence=1)
        await running.publish(numbered(subject, 2), sequence=2)
        await running.publish(numbered(neighbour, 1), sequence=1)
        await eventually(lambda: _all(running, neighbour, 1))
        await eventually(lambda: _all(running, subject, 2))
        attempts = await running.sql("SELECT error FROM inbox_attempt")
        assert attempts
        assert not any("Moira" in attempt["error"] for attempt in attempts)


async def test_deliveries_are_held_while_the_database_is_away(probe: Probe, clean: Ground) -> None:
    subject = uuid4()
    async with probe(None) as running:
        name = running.database.rsplit("/", 1)[1]
        admin = await asyncpg.connect(clean.admin)
        try:
            await admin.execute("ALTER ROLE execution CONNECTION LIMIT 0")
            await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
            for n in range(1, 21):
                await running.publish(numbered(subject, n), sequence=n)
            await eventually(lambda: _waiting(running))
        finally:
            await admin.execute("ALTER ROLE execution CONNECTION LIMIT -1")
            await admin.close()
        await eventually(lambda: _all(running, subject, 20))
        assert await running.sql("SELECT 1 FROM inbox WHERE status <> 'applied'") == []


async def _waiting(running: Running) -> bool:
    async with running.client() as client:
        health = (await client.get("/execution/health")).json()
    return str(health["inbox"]).startswith("waiting") and not health["ok"]


async def test_what_nobody_else_may_send_directly_is_not_an_event(probe: Probe) -> None:
    async with probe(None) as running:
        await running.send(DIRECT, "execution", b"{}", {"ce-type": "stafett.resend-requested.v1"})
        await eventually(lambda: _count_parked(running, 1))


async def test_a_request_to_send_history_to_nobody_is_parked(probe: Probe) -> None:
    async with probe(None) as running:
        head = headers(uuid4(), RESEND_REQUESTED, "resend/execution", datetime.now(UTC), SYSTEM, Cause())
        await running.send(DIRECT, "execution", b'{"receiver": "nobody"}', head | {"ce-sequence": "1"})
        await eventually(lambda: _count_parked(running, 1))
