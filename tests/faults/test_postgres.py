"""PostgreSQL stops, is killed, has no connection left, finds a deadlock and says that its disk is full."""

import asyncio
from uuid import UUID

import httpx
import pytest

from cli.servers import Server
from tests.faults.kit.alone import A_FEW, EVERY_TURN, holds, withstands
from tests.faults.kit.courses import CASE_WORKER
from tests.faults.kit.fault import Fault
from tests.faults.kit.ledger import Act, Outcome
from tests.faults.kit.run import Run
from tests.faults.kit.server_faults import (
    FULL,
    REFUSED,
    ROOM,
    admin,
    backends_ended,
    connections_exhausted,
    more,
    postgres_killed,
)
from tests.faults.kit.stimuli import sent
from tests.support.stafett import eventually

AWAY_SECONDS = 60.0


@pytest.fixture
def server(run: Run) -> Server:
    """The server with all databases."""
    postgres = run.town.prepared.servers.postgres_server
    if postgres is None:
        pytest.skip("PostgreSQL is given by URL: it is not ours to end")
    return postgres


async def test_away_for_a_minute(run: Run, server: Server) -> None:
    async def away() -> None:
        await asyncio.to_thread(server.stop)
        try:
            await asyncio.sleep(AWAY_SECONDS)
            said = [run.town.health(service) for service in run.town.running]
        finally:
            await asyncio.to_thread(server.start)
        assert all("waiting" in str(health["database"]) for health in said), said

    await withstands(run, away(), run.play(EVERY_TURN, patience=180))


async def test_killed_and_started_again_with_its_disk(run: Run, server: Server) -> None:
    before = server.pid
    await withstands(run, postgres_killed(run.town, Fault("", "", 0)), run.play(A_FEW))
    assert server.pid != before


@pytest.mark.parametrize("service", ["authority", "execution", "notify"])
async def test_a_services_backends_are_ended(run: Run, service: str) -> None:
    await withstands(run, backends_ended(run.town, Fault("", service, 0)), run.play(A_FEW))


@pytest.mark.parametrize("service", ["authority", "execution", "notify"])
async def test_no_connection_is_left(run: Run, service: str) -> None:
    async def exhausted() -> None:
        await connections_exhausted(run.town, Fault("", service, 0), seconds=10)

    await withstands(run, exhausted(), run.play(A_FEW))


async def test_no_room_is_left_for_the_outbox(run: Run) -> None:
    """The command is not done, nor half done; when there is room again it is done with the same key.

    No disk is filled: a trigger raises what PostgreSQL raises then.
    """
    async with admin(run.town, "authority") as authority:
        await authority.execute(FULL)
        before = await authority.fetchval(REFUSED)
        sending = asyncio.create_task(sent(run))
        try:
            await eventually(lambda: more(authority, REFUSED, before + 1), 20)
            assert not sending.done()
        finally:
            await authority.execute(ROOM)
        await sending
    assert run.ledger.commands[-1].outcome is Outcome.ANSWERED
    await holds(run)


DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = 'execution'"
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'execution' AND wait_event_type = 'Lock'"


async def test_a_transaction_of_the_inbox_is_the_victim_of_a_deadlock(run: Run) -> None:
    """Execution's inbox waits for an assignment whose locker wants the place that the inbox holds."""
    await sent(run)
    assert await run.calm()
    subject = run.ledger.commands[-1].subject
    id = subject.partition("/")[2]
    async with admin(run.town, "execution") as holder, admin(run.town, "execution") as eye:
        before = await eye.fetchval(DEADLOCKS)
        async with holder.transaction():
            await holder.execute("SET LOCAL deadlock_timeout = '60s'")  # so that the other is the one to give way
            await holder.execute("SELECT FROM assignments WHERE id = $1 FOR UPDATE", UUID(id))
            await withdrawn(run, id)
            await eventually(lambda: more(eye, WAITS, 0), 10)
            await holder.execute("SELECT FROM inbox_position WHERE subject = $1 FOR UPDATE", subject)
        await eventually(lambda: more(eye, DEADLOCKS, before), 10)
    await holds(run)


async def withdrawn(run: Run, assignment: str) -> None:
    async with httpx.AsyncClient() as client:
        door = f"/authority/assignments/{assignment}/withdrawal"
        body = {"reason": "need_changed"}
        await run.actor(client).do(CASE_WORKER, Act.WITHDRAW, door, body, subject=f"assignment/{assignment}")
