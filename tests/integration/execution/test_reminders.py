"""What nobody has acknowledged is listed with how long it has waited, and reminded of once."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.jobs import Left
from contracts.execution import AcknowledgementDelayed
from services.execution.features.new_assignments import PAGE_SIZE, PageUnknown
from services.execution.features.remind import remind_units
from tests.support.municipality import unit
from tests.support.provider import ASSIGNMENT, ID, acknowledge, distribute, just_sent, look
from tests.support.stafett import Ground, Running, eventually

pytestmark = pytest.mark.requirement("TRE-ACK-03")

SENT_LONG_AGO = """
    UPDATE assignments SET waiting_since = $2, unacknowledged_since = $2, acts = (
        SELECT jsonb_agg(CASE WHEN act ->> 'what' = 'distribute' THEN act || jsonb_build_object('at', $2::timestamptz)
                         ELSE act END) FROM jsonb_array_elements(acts) act)
    WHERE id = $1"""


async def long_ago(execution: Running, days: int, id: UUID = ID) -> None:
    """As if its rows had been sent so many days ago, and nobody had looked for it since."""
    await execution.sql(SENT_LONG_AGO, id, datetime.now(UTC) - timedelta(days=days))


async def job(execution: Running, after: tuple[int, ...] = (2, 5)) -> Left:
    """What each process does every so often."""
    async with execution.app.state.database.transaction() as tx:
        return await remind_units(tx, after)


async def test_a_unit_is_reminded_once_though_two_processes_look_at_the_same_time(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution)
    await job(execution)
    assert await execution.told(AcknowledgementDelayed) == []
    await long_ago(execution, days=30)
    await asyncio.gather(*(job(execution) for _ in range(4)))
    await job(execution)
    (event,) = await execution.told(AcknowledgementDelayed)
    assert (event.unit_id, event.reminder, event.working_days) == (unit("blandaren-ute"), 2, 5)
    view = await look(execution, "eva.nyberg", ASSIGNMENT)
    assert (view["history"][0]["what"], view["history"][0]["by"]) == (
        "Påminde om att uppdraget inte är kvitterat",
        "Stafett",
    )


async def test_what_a_crash_rolled_back_is_told_by_the_next_one(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution)
    await long_ago(execution, days=30)
    with pytest.raises(ConnectionResetError):
        async with execution.app.state.database.transaction() as tx:
            await remind_units(tx)
            raise ConnectionResetError
    assert await execution.told(AcknowledgementDelayed) == []
    await job(execution)
    assert len(await execution.told(AcknowledgementDelayed)) == 1


async def test_a_unit_that_has_acknowledged_is_not_reminded(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution)
    await acknowledge(execution)
    (row,) = await execution.sql("SELECT unacknowledged_since, reminded FROM assignments")
    assert (row["unacknowledged_since"], row["reminded"]) == (None, 0)
    await long_ago(execution, days=30)
    await job(execution)
    assert await execution.told(AcknowledgementDelayed) == []


async def test_those_who_wait_when_reminders_are_turned_on_are_reminded(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution)
    await long_ago(execution, days=30)
    for after in ((), (300,)):
        assert await job(execution, after) == Left()
    assert await execution.told(AcknowledgementDelayed) == []
    await job(execution, (5,))
    (event,) = await execution.told(AcknowledgementDelayed)
    assert (event.reminder, event.working_days, event.last) == (1, 5, True)


async def test_one_that_fails_keeps_no_other_waiting(execution: Running) -> None:
    healthy = UUID(int=7)
    await execution.deliver(just_sent(), just_sent(healthy))
    for id in (ID, healthy):
        await distribute(execution, id=id)
        await long_ago(execution, days=30, id=id)
    await execution.sql("UPDATE assignments SET acts = '[{}]' WHERE id = $1", ID)
    assert await job(execution) == Left(failed=1)
    assert [event.assignment_id for event in await execution.told(AcknowledgementDelayed)] == [healthy]


async def test_the_queue_shows_how_long_each_unit_has_waited_and_the_longest_first(execution: Running) -> None:
    newer, newest = UUID(int=7), UUID(int=8)
    await execution.deliver(just_sent(), just_sent(newer), just_sent(newest))
    await distribute(execution)
    await distribute(execution, id=newer)
    await long_ago(execution, days=10, id=newer)
    queue = await look(execution, "eva.nyberg", "/execution/new-assignments")
    assert queue["waiting"][0]["id"] == str(newer)
    assert [line["id"] for line in queue["waiting"]].index(str(newest)) == 1
    (waits,) = queue["waiting"][0]["units"]
    assert (waits["unit"], waits["reminders"]) == ("Blandaren htj ute (Leanlink)", 0)
    assert 2 <= waits["working_days"] <= 8
    await job(execution)
    async with execution.browser("jonas.ek") as jonas:
        page = await jonas.get("/execution/new-assignments")
    assert f'{waits["working_days"]} arbetsdagar <span class="tag">Påmind</span>' in page.text
    assert "mindre än en arbetsdag" in page.text
    assert "det som har väntat längst först" in page.text


async def test_the_next_page_goes_on_where_the_last_one_ended_though_its_last_line_has_moved(
    execution: Running,
) -> None:
    ids = [UUID(int=number) for number in range(1, PAGE_SIZE + 3)]
    await execution.deliver(*(just_sent(id) for id in ids))
    path = "/execution/new-assignments"
    first = await look(execution, "eva.nyberg", path)
    shown = [line["id"] for line in first["waiting"]]
    assert (len(shown), first["total"]) == (PAGE_SIZE, len(ids))
    async with execution.browser("eva.nyberg") as eva:
        (link,) = re.findall(r'<a href="([^"]*)">Visa fler</a>', (await eva.get(path)).text)
        await distribute(execution, id=UUID(shown[-1]))
        page = (await eva.get(f"{path}{link}")).text
        elsewhere = await eva.get(f"{path}?after={shown[-1]}")
    rest = set(re.findall(r'<th scope="row"><a href="/execution/assignments/([^"]*)">', page))
    assert rest == {str(id) for id in ids} - set(shown[:-1])
    assert (elsewhere.status_code, str(PageUnknown()) in elsewhere.text) == (422, True)


async def test_the_reminder_reaches_the_coordinators_inbox_and_leaves_it_when_somebody_acknowledges(
    clean: Ground,
) -> None:
    async with clean.services("execution", "notify") as running:
        execution, notify = running["execution"], running["notify"]
        await execution.deliver(just_sent())
        await distribute(execution)
        await long_ago(execution, days=30)
        await job(execution)
        await eventually(lambda: unread(notify, "eva.nyberg", "acknowledge_reminder"))
        await eventually(lambda: unread(notify, "karin.berg", "not_acknowledged"))
        await acknowledge(execution)
        await eventually(lambda: unread(notify, "karin.berg", "acknowledged"))
        assert not await unread(notify, "eva.nyberg", "acknowledge_reminder")
        assert not await unread(notify, "karin.berg", "not_acknowledged")


async def unread(notify: Running, login: str, kind: str) -> bool:
    """True when such a notice waits for the member."""
    inbox = await look(notify, login, "/notify/inbox")
    return kind in {one["kind"] for one in inbox["unread"]}
