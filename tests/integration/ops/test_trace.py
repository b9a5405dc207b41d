"""`./stafett ops trace`: where every message about an assignment has been, and when."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import trace
from cli.play import distribute, order
from contracts.topology import HEARS
from tests.integration.ops.conftest import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

PERSONS = {"told": "200008312399", "gap": "200702072398", "away": "199409152387"}


async def test_every_message_is_followed_from_its_writing_to_each_who_applied_it(world: World) -> None:
    stage = world.stage(PERSONS["told"])
    await order(stage)
    await distribute(stage)
    await world.settle(f"assignment/{stage.known['assignment']}")
    code, said = await world.ops("trace", stage.known["assignment"])
    assert code == 0, said
    kinds = [line.split()[2] for line in said.splitlines() if not line.startswith(" ")][1:]
    assert kinds == [
        "authority.assignment-sent.v1",
        "execution.assignment-received.v1",
        "execution.assignment-distributed.v1",
    ]
    assert "by case-worker" in said
    assert said.count("; applied +") == sum(2 if kind.startswith("authority") else 4 for kind in kinds)
    code, said = await world.ops("trace", f"assignment/{stage.known['assignment']}", "--json")
    messages = json.loads(said)["messages"]
    assert [message["told"]["type"] for message in messages] == kinds
    hearers = {name for name, owners in HEARS.items() if "execution" in owners}
    assert {one["service"] for one in messages[1]["receivers"]} == hearers
    assert "Mustafsson" not in said


async def test_a_message_that_never_came_and_an_attempt_that_failed_are_shown(world: World) -> None:
    stage = world.stage(PERSONS["gap"])
    await order(stage)
    await distribute(stage)
    subject = f"assignment/{stage.known['assignment']}"
    await world.settle(subject)
    last = await world.sql("journal", "DELETE FROM inbox WHERE subject = $1 AND sequence = 2 RETURNING id", subject)
    await world.sql("journal", "UPDATE inbox_position SET last = 1 WHERE subject = $1", subject)
    tried = "INSERT INTO inbox_attempt (id, error) VALUES ($1, 'KeyError at distribute.py:7')"
    await world.sql("notify", tried, last[0]["id"])
    code, said = await world.ops("trace", subject)
    assert code == 0, said
    assert "    journal       #2 NOT DELIVERED" in said
    assert ": KeyError at distribute.py:7" in said
    await world.ops("reconcile", "--service", "journal", "--repair", "--why", "mended", "--patience", "1s")


async def test_a_database_that_is_away_is_said_and_the_others_are_shown(world: World) -> None:
    stage = world.stage(PERSONS["away"])
    await order(stage)
    await world.settle(f"assignment/{stage.known['assignment']}")
    await world.sql("authority", "ALTER ROLE authority CONNECTION LIMIT 0")
    try:
        code, said = await world.ops("trace", stage.known["assignment"])
    finally:
        await world.sql("authority", "ALTER ROLE authority CONNECTION LIMIT -1")
    assert code == 1, said
    assert 'authority: too many connections for role "authority" at ' in said
    assert "    authority     could not be asked" in said
    assert "execution.assignment-received.v1" in said


async def test_what_is_no_id_is_said_in_a_sentence(world: World) -> None:
    code, said = await world.ops("trace", "PO 5/11")
    assert (code, "is neither an id nor a subject" in said) == (1, True)


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        (trace.TOLD, {"subjects": ["assignment/1"], "limit": 9}),
        (trace.RELATED, {"correlations": ["1"], "limit": 9}),
        (trace.CAME, {"subjects": ["assignment/1"], "ids": ["01a22293-21f6-740c-8aac-743a5d282ce1"], "limit": 9}),
        (trace.TRIED, {"ids": ["01a22293-21f6-740c-8aac-743a5d282ce1"]}),
        (trace.HEARD, {"owners": ["authority"], "subjects": ["assignment/1"]}),
    ],
)
async def test_no_question_reads_all_the_messages_ever_handled(
    world: World, query: object, keys: dict[str, object]
) -> None:
    url = world.prepared.settings("execution").database.replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        await connection.execute(text("SET enable_seqscan = off"))
        plan = "\n".join((await connection.scalars(text(f"EXPLAIN {query}"), keys)).all())
    await engine.dispose()
    assert "Index" in plan
    assert "Seq Scan" not in plan, plan
