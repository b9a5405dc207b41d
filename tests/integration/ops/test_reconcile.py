"""`./stafett ops reconcile`: what the services believe is compared, and what never came is sent again."""

from datetime import datetime
from typing import Any

import pytest

from chassis.clock import SWEDEN
from cli.play import CASE_WORKER, COORDINATOR, acknowledge, distribute, order, play
from cli.stage import Play
from tests.integration.ops.conftest import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHY = ("--why", "the queue was purged by mistake")
LATE = ("--patience", "0s", "--within", "30s")


async def ordered(world: World, identity_number: str) -> tuple[Play, str]:
    """An order that lies at the provider, and its subject."""
    stage = world.stage(identity_number)
    await order(stage)
    return stage, f"assignment/{stage.known['assignment']}"


async def ask(stage: Play, login: str, service: str, path: str, command: Any = None) -> Any:
    return await stage.ask(login, "POST", f"/{service}/assignments/{stage.known['assignment']}/{path}", command)


async def unhear(world: World, receiver: str, owner: str, subject: str) -> None:
    """As if the receiver had never got any message of the owner's about this."""
    await world.sql(receiver, "DELETE FROM inbox WHERE owner = $1 AND subject = $2", owner, subject)
    await world.sql(receiver, "DELETE FROM inbox_position WHERE owner = $1 AND subject = $2", owner, subject)


async def test_services_that_have_heard_all_agree_whatever_has_happened_to_the_orders(world: World) -> None:
    stage = world.stage("199008312382")
    await play(stage)
    await world.settle(f"assignment/{stage.known['assignment']}")
    for identity_number, end in (("199705302389", declined), ("199206032386", withdrawn), ("200209182385", recalled)):
        stage, subject = await ordered(world, identity_number)
        await end(stage)
        await world.settle(subject)
    code, said = await world.ops("reconcile")
    assert code == 0, said
    assert "authority – execution: 4 assignments agree, 0 left out (on their way), 0 differ" in said
    assert "execution – journal: 4 assignments agree, 0 left out (on their way), 0 differ" in said
    assert said.splitlines()[-1] == "no drift"


async def declined(stage: Play) -> None:
    await ask(stage, COORDINATOR, "execution", "decline", {"reason": "no_capacity", "holder": "provider"})
    await stage.until(lambda: is_in(stage, "declined"))
    await ask(stage, CASE_WORKER, "authority", "decline-confirmation")


async def withdrawn(stage: Play) -> None:
    await ask(stage, CASE_WORKER, "authority", "withdrawal", {"reason": "wrong_provider"})


async def recalled(stage: Play) -> None:
    """Everything that was sent to the units is taken back, and the assignment ended."""
    await distribute(stage)
    await acknowledge(stage)
    for row in stage.known["rows"]:
        await ask(stage, COORDINATOR, "execution", f"rows/{row}/recall", {"confirmed": True})
    await ask(stage, COORDINATOR, "execution", "ending", {"last_day": str(datetime.now(SWEDEN).date())})


async def is_in(stage: Play, status: str) -> bool:
    seen = await stage.ask(CASE_WORKER, "GET", f"/authority/assignments/{stage.known['assignment']}")
    return bool(seen["status"] == status)


async def test_what_a_receiver_has_lost_is_found_sent_again_and_applied(world: World) -> None:
    stage, subject = await ordered(world, "200410282388")
    await distribute(stage)
    await world.settle(subject)
    await unhear(world, "journal", "execution", subject)
    await world.sql("journal", "DELETE FROM carried WHERE assignment_id = $1", stage.known["assignment"])
    code, said = await world.ops("reconcile", "--service", "journal", *LATE)
    assert code == 1, said
    assert f"  {subject} #1–#2 never came: `reconcile --repair` sends it again" in said
    assert "execution – journal" in said
    assert "1 left out (on their way), 0 differ" in said
    code, said = await world.ops("reconcile", "--service", "journal", "--repair", *LATE)
    assert (code, "needs --why" in said) == (1, True)
    code, said = await world.ops("reconcile", "--service", "journal", "--repair", *WHY, *LATE)
    assert code == 0, said
    assert "2 messages sent again, 2 arrived" in said
    assert await world.sql("journal", "SELECT FROM carried WHERE assignment_id = $1", stage.known["assignment"])
    acts = await world.sql("execution", "SELECT what, why FROM operator_act WHERE act = 'repair'")
    assert acts == [{"what": "2 messages about 1 subjects to journal", "why": WHY[1]}]


async def test_what_its_owner_no_longer_has_is_for_a_person_to_mend(world: World) -> None:
    _, subject = await ordered(world, "199012262391")
    await world.settle(subject)
    await unhear(world, "deviation", "execution", subject)
    await world.sql("execution", "UPDATE outbox SET subject = 'moved/' || subject WHERE subject = $1", subject)
    code, said = await world.ops("reconcile", "--service", "deviation", "--repair", *WHY, *LATE)
    assert code == 1, said
    assert f"  {subject} #1 is lost, execution no longer has it: `parked skip-gap execution:{subject}" in said
    await world.sql(
        "execution", "UPDATE outbox SET subject = substr(subject, 7) WHERE subject = 'moved/' || $1", subject
    )
    code, said = await world.ops("reconcile", "--service", "deviation", "--repair", *WHY, *LATE)
    assert code == 0, said


async def test_an_owner_that_was_restored_to_an_older_moment_is_found(world: World) -> None:
    _, subject = await ordered(world, "199510072391")
    await world.settle(subject)
    await world.sql("execution", "UPDATE outbox_subject SET sequence = 0 WHERE subject = $1", subject)
    code, said = await world.ops("reconcile", "--service", "journal")
    await world.sql("execution", "UPDATE outbox_subject SET sequence = 1 WHERE subject = $1", subject)
    assert code == 1, said
    assert f"  {subject} is at #1 in journal, and execution has told #0 only" in said


async def test_services_that_believe_different_things_though_all_has_been_heard_are_named(world: World) -> None:
    stage, subject = await ordered(world, "199506012393")
    await distribute(stage)
    await world.settle(subject)
    change = "UPDATE carried SET rows = rows - 0 WHERE assignment_id = $1"
    before = await world.sql("journal", "SELECT rows FROM carried WHERE assignment_id = $1", stage.known["assignment"])
    await world.sql("journal", change, stage.known["assignment"])
    code, said = await world.ops("reconcile", "--service", "journal")
    assert code == 1, said
    lost = f"  {subject}: only execution says row:{stage.known['rows'][0]}:"
    assert lost in said
    assert "sending again changes nothing" in said
    back = "UPDATE carried SET rows = $2::jsonb WHERE assignment_id = $1"
    await world.sql("journal", back, stage.known["assignment"], before[0]["rows"])
    code, said = await world.ops("reconcile", "--service", "journal")
    assert code == 0, said


async def test_a_service_that_cannot_be_asked_is_said_and_the_others_are_compared(world: World) -> None:
    await world.sql("notify", "ALTER ROLE notify CONNECTION LIMIT 0")
    try:
        code, said = await world.ops("reconcile")
        listed = await world.ops("parked", "list")
    finally:
        await world.sql("notify", "ALTER ROLE notify CONNECTION LIMIT -1")
    assert (listed[0], "deviation: 0 parked\nnotify: too many connections" in listed[1]) == (1, True), listed[1]
    assert code == 1, said
    assert "notify: too many connections" in said
    assert "authority → execution" in said
    assert "authority → notify" not in said
    assert "Traceback" not in said
