"""What a service says in /health of a part that keeps failing, and that no part takes another down."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import aio_pika
import pytest

from chassis.broker import Consumer, declare_topology
from chassis.database import Transaction
from chassis.jobs import Job
from chassis.service import Blueprint
from contracts.topology import queue
from services.execution.tables import metadata
from tests.integration.chassis.conftest import Probe
from tests.support.orders import sent
from tests.support.stafett import Ground, Running, eventually


async def health(running: Running) -> tuple[int, dict[str, Any]]:
    async with running.client() as client:
        answer = await client.get("/execution/health")
    return answer.status_code, answer.json()


async def says(running: Running, part: str, words: str) -> bool:
    _, said = await health(running)
    return words in said[part]


async def test_a_part_that_keeps_failing_is_not_well_until_it_works(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.service.STEADY_SECONDS", 1.5)
    async with probe(None) as running:
        relay = running.app.state.service.relay
        monkeypatch.setattr(relay, "_woken", _broken)
        relay._database.wake.set()
        await eventually(lambda: says(running, "relay", "waiting: failed ZeroDivisionError, is started again"))
        assert (await health(running))[0] == 503
        monkeypatch.undo()
        await eventually(lambda: _well(running))


async def _broken() -> None:
    raise ZeroDivisionError


async def _well(running: Running) -> bool:
    return (await health(running))[0] == 200


async def test_a_failing_job_is_said_in_health_is_done_again_and_keeps_no_other_job_waiting(clean: Ground) -> None:
    done: list[str] = []
    broken: list[bool] = []

    async def failing(_tx: Transaction) -> None:
        done.append("failing")
        if broken:
            raise ZeroDivisionError

    async def long(_tx: Transaction) -> None:
        done.append("long")
        await asyncio.Event().wait()

    async def short(_tx: Transaction) -> None:
        done.append("short")

    jobs: dict[Job, float] = {long: 0.2, failing: 0.2, short: 0.2}
    plan = Blueprint("execution", "probe", metadata, (), jobs=jobs)
    async with clean.service("execution", plan) as running:
        broken.append(True)
        await eventually(lambda: says(running, "jobs", "failing (ZeroDivisionError)"))
        assert (await health(running))[0] == 503
        before = done.count("failing")
        enough = done.count("short") + 3
        await eventually(lambda: _more(done, "short", enough))
        assert done.count("long") == 1
        assert 1 <= done.count("failing") - before <= 6, "it waits its period"
        broken.clear()
        await eventually(lambda: says(running, "jobs", "working"))
        assert (await health(running))[0] == 200


async def _more(done: list[str], job: str, times: int) -> bool:
    return done.count(job) >= times


async def test_a_queue_that_is_deleted_is_said_in_health_and_consumed_again_when_it_is_there(
    probe: Probe, clean: Ground
) -> None:
    async with probe(None) as running:
        connection = await aio_pika.connect(clean.amqp)
        async with connection:
            channel = await connection.channel()
            await channel.queue_delete(queue("execution"))
            await eventually(lambda: says(running, "consumer", "waiting: "))
            assert (await health(running))[0] == 503
            await declare_topology(clean.amqp)
            await running.deliver(sent())
            assert (await health(running))[0] == 200


async def test_a_consumer_that_was_cancelled_though_the_connection_lives_is_started_again(probe: Probe) -> None:
    async with probe(None) as running:
        underlying = await running.app.state.service.consumer._channel.get_underlay_channel()
        (tag,) = underlying.consumers
        await underlying.basic_cancel(tag)
        await running.publish(sent())
        await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE status = 'applied'"), within=20)


async def test_a_broker_that_answers_nothing_does_not_keep_the_service_from_ending(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.broker.STOP_SECONDS", 0.3)

    async def silent(_broker: object) -> None:
        await asyncio.Event().wait()

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(probe(None))
        monkeypatch.setattr("chassis.broker.RabbitBroker.stop", silent)
        end = asyncio.create_task(stack.aclose())
        ended, _ = await asyncio.wait([end], timeout=15)
        assert ended, "it still waits for the broker"


async def test_a_stop_that_comes_with_a_lost_connection_is_still_a_stop(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(consumer: Consumer, _broker: object, _channel: object) -> None:
        consumer.state = "consuming"
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionError from None

    async with AsyncExitStack() as stack:
        monkeypatch.setattr("chassis.broker.Consumer._watch", lost)
        await stack.enter_async_context(probe(None))
        end = asyncio.create_task(stack.aclose())
        ended, _ = await asyncio.wait([end], timeout=10)
        assert ended, "the consumer was started again"


async def test_a_library_that_makes_a_failure_of_the_stop_does_not_keep_the_service_from_ending(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def grouped(_broker: object) -> None:
        raise ExceptionGroup("unhandled errors in a TaskGroup", [ConnectionError()])

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(probe(None))
        monkeypatch.setattr("chassis.broker.RabbitBroker.stop", grouped)
        end = asyncio.create_task(stack.aclose())
        ended, _ = await asyncio.wait([end], timeout=15)
        assert ended, "the consumer was started again"


async def test_what_can_not_be_stored_for_lack_of_memory_is_held_and_stored_when_there_is_some(probe: Probe) -> None:
    async with probe(None) as running:
        await running.sql(
            "CREATE FUNCTION short() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'out of memory' USING ERRCODE = '53200'; END $$"
        )
        await running.sql("CREATE TRIGGER short BEFORE INSERT ON inbox EXECUTE FUNCTION short()")
        await running.publish(sent(), sequence=1)
        await eventually(lambda: says(running, "inbox", "waiting"))
        await running.sql("DROP TRIGGER short ON inbox")
        await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE status = 'applied'"))
