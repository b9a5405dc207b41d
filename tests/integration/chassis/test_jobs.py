"""What jobs promise: one that fails, or that somebody is in the way of, keeps no other waiting, and is told of."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text

from chassis.database import Transaction
from chassis.jobs import MOST_BUSY, Job, Left, each
from chassis.service import Blueprint
from services.execution.tables import metadata
from tests.integration.chassis.test_parts_that_fail import health, says
from tests.support.stafett import Ground, Running, eventually

IDS = sorted(uuid4() for _ in range(4))
MANY = sorted(uuid4() for _ in range(MOST_BUSY + 5))
MADE = "INSERT INTO replica_member (member_id, login, name, title) SELECT unnest($1::uuid[]), 'nobody', '', 'before'"
DONE = "SELECT member_id FROM replica_member WHERE title = 'done' ORDER BY member_id"
DO = text("UPDATE replica_member SET title = 'done' WHERE member_id = :id")


@asynccontextmanager
async def locked(running: Running, *ids: UUID) -> AsyncIterator[None]:
    """While somebody else has these members' rows."""
    connection = await asyncpg.connect(running.database)
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM replica_member WHERE member_id = ANY($1) FOR UPDATE", ids)
            yield
    finally:
        await connection.close()


@asynccontextmanager
async def doing(ground: Ground, job: Job, every: float = 0.2) -> AsyncIterator[Running]:
    """A service with one job, done often, and some rows to do it about."""
    plan = Blueprint("execution", "probe", metadata, (), jobs={job: every})
    async with ground.service("execution", plan) as running:
        await running.sql(MADE, IDS)
        yield running


def about_all(begun: list[bool]) -> Job:
    """Does it about each, once it has begun."""

    async def job(tx: Transaction) -> Left:
        return await each(tx, IDS if begun else (), lambda id: tx.execute(DO, {"id": id}))

    return job


async def done(running: Running, *ids: UUID) -> bool:
    return [row["member_id"] for row in await running.sql(DONE)] == list(ids)


async def test_of_many_the_one_that_is_locked_is_left_for_the_next_time_and_the_others_are_done(clean: Ground) -> None:
    begun: list[bool] = []
    async with doing(clean, about_all(begun)) as running:
        async with locked(running, IDS[1]):
            begun.append(True)
            await eventually(lambda: done(running, IDS[0], *IDS[2:]))
            assert (await health(running))[0] == 200, "nothing is wrong with what somebody has in hand"
        await eventually(lambda: done(running, *IDS))


async def test_a_job_lets_go_of_what_it_has_done_before_it_has_waited_for_all_that_is_locked(clean: Ground) -> None:
    begun: list[bool] = []
    left: list[Left] = []

    async def job(tx: Transaction) -> Left:
        left.append(await each(tx, MANY if begun else (), lambda id: tx.execute(DO, {"id": id})))
        return left[-1]

    async with doing(clean, job) as running:
        await running.sql(MADE, MANY)
        async with locked(running, *MANY[:-3]):
            begun.append(True)
            await eventually(lambda: done(running, *MANY[-3:]))
        assert max(one.busy for one in left) == MOST_BUSY
        await eventually(lambda: done(running, *MANY))


async def test_of_many_the_one_whose_work_gets_no_answer_elsewhere_is_left_and_the_others_are_done(
    clean: Ground,
) -> None:
    begun: list[bool] = []

    async def job(tx: Transaction) -> Left:
        async def do(id: UUID) -> None:
            await tx.execute(DO, {"id": id})
            if id == IDS[2]:
                raise TimeoutError

        return await each(tx, IDS if begun else (), do)

    async with doing(clean, job) as running:
        begun.append(True)
        await eventually(lambda: done(running, *IDS[:2], IDS[3]))
        await eventually(lambda: says(running, "jobs", "job (1 of many)"))


async def test_of_many_none_is_done_when_the_connection_breaks_and_all_are_when_it_is_there_again(
    clean: Ground,
) -> None:
    cut: list[bool] = []
    tried: list[UUID] = []

    async def job(tx: Transaction) -> Left:
        async def do(id: UUID) -> None:
            tried.append(id)
            await tx.execute(DO, {"id": id})
            if cut and id == IDS[1]:
                cut.clear()
                await tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

        return await each(tx, IDS if tried or cut else (), do)

    async with doing(clean, job) as running:
        cut.append(True)
        await eventually(lambda: done(running, *IDS))
        after = tried.index(IDS[1]) + 1
        assert sorted(tried[after : after + len(IDS)]) == IDS, "it ends at the break, and begins anew"


async def test_a_job_that_somebody_is_in_the_way_of_is_done_again_soon_and_nothing_is_wrong(
    clean: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.jobs.AGAIN_SECONDS", 0.1)
    begun = asyncio.Event()
    tried: list[bool] = []

    async def job(tx: Transaction) -> None:
        await begun.wait()
        tried.append(True)
        await tx.execute(DO, {"id": IDS[0]})

    async with doing(clean, job, every=3600.0) as running:
        async with locked(running, IDS[0]):
            begun.set()
            await eventually(lambda: _more(tried, 3))
            assert (await health(running))[0] == 200
        await eventually(lambda: done(running, IDS[0]))


async def test_somebody_who_is_in_a_jobs_way_for_long_is_told_of(
    clean: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.jobs.BUSY_SECONDS", 0.5)
    begun: list[bool] = []
    async with doing(clean, about_all(begun)) as running:
        async with locked(running, IDS[0]):
            begun.append(True)
            await eventually(lambda: says(running, "jobs", "somebody keeps locked what "))
            assert (await health(running))[0] == 503
        await eventually(lambda: says(running, "jobs", "working"))


async def test_a_job_whose_work_gets_no_answer_elsewhere_is_said_in_health(clean: Ground) -> None:
    begun: list[bool] = []

    async def job(_tx: Transaction) -> None:
        if begun:
            raise TimeoutError

    async with doing(clean, job) as running:
        begun.append(True)
        await eventually(lambda: says(running, "jobs", "job (TimeoutError)"))


async def test_of_a_job_nothing_is_said_while_the_database_is_away(clean: Ground) -> None:
    begun: list[bool] = []
    times: list[bool] = []

    async def job(tx: Transaction) -> None:
        times.append(True)
        if begun:
            await tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async with doing(clean, job) as running:
        begun.append(True)
        enough = len(times) + 3
        await eventually(lambda: _more(times, enough))
        assert (await health(running))[1]["jobs"] == "working"


async def _more(times: list[bool], enough: int) -> bool:
    return len(times) >= enough
