"""`./stafett ops resend`: an owner is asked for its history again, by whoever lost it."""

from uuid import uuid4

import pytest

from cli.play import distribute, order
from tests.integration.ops.conftest import World
from tests.support.stafett import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASK = ("resend", "--service", "notify", "--owner", "execution", "--why", "restored")
ACTS = "SELECT act, what, why FROM operator_act WHERE act = 'resend'"


async def test_what_a_restore_lost_is_asked_for_and_applied_again(world: World) -> None:
    stage = world.stage("199008312382")
    await order(stage)
    await distribute(stage)
    about = f"assignment/{stage.known['assignment']}"
    await world.settle(about)
    last = "SELECT last FROM inbox_position WHERE owner = 'execution' AND subject = $1"
    before = await world.sql("notify", last, about)
    await world.sql("notify", "DELETE FROM inbox WHERE owner = 'execution' AND subject = $1", about)
    await world.sql("notify", "DELETE FROM inbox_position WHERE owner = 'execution' AND subject = $1", about)
    code, said = await world.ops(*ASK, "--subject", about)
    assert (code, said.strip()) == (0, f"execution is asked to send notify all it told about {about}")

    async def applied_again() -> bool:
        return await world.sql("notify", last, about) == before

    await eventually(applied_again)
    assert await world.sql("notify", ACTS) == [{"act": "resend", "what": f"execution {about}", "why": "restored"}]


async def test_a_subject_that_no_owner_knows_is_not_asked_for(world: World) -> None:
    before = await world.sql("notify", ACTS)
    about = f"assignment/{uuid4()}"
    code, said = await world.ops(*ASK, "--subject", about)
    assert (code, said.strip()) == (1, f"no owner has told anything about {about}: nothing is sent again")
    assert await world.sql("notify", ACTS) == before
