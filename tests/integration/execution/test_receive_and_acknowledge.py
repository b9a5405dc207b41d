import pytest

from tests.support.municipality import unit
from tests.support.orders import sent
from tests.support.stafett import Running, body, eventually

pytestmark = pytest.mark.requirement("TRE-ASSIGN-02")


async def test_a_sent_assignment_lies_in_the_units_nya_uppdrag(execution: Running) -> None:
    await execution.deliver(sent())
    async with execution.client("eva.nyberg") as eva:
        queue = body(await eva.get("/execution/new-assignments"))
    assert [line["person"] for line in queue["waiting"]] == ["Mustafsson, Moira"]
    (received,) = await execution.told()
    assert received.unit_id == unit("blandaren")
    read = await execution.sql("SELECT action, what FROM access_log")
    assert read == [{"action": "list", "what": "new-assignments"}]


async def test_other_units_do_not_see_it(execution: Running) -> None:
    await execution.deliver(sent())
    async with execution.client("lina.dahl") as lina:
        assert body(await lina.get("/execution/new-assignments"))["waiting"] == []
        refused = await lina.get(f"/execution/assignments/{sent().assignment_id}")
    assert body(refused, 404)["type"] == "not-found"
    assert await execution.sql("SELECT 1 FROM access_log") == []


async def test_acknowledging_before_distribution_is_refused_in_words(execution: Running) -> None:
    await execution.deliver(sent())
    path = f"/execution/assignments/{sent().assignment_id}"
    async with execution.client("eva.nyberg") as eva:
        refused = await eva.post(f"{path}/acknowledgement", json={})
    assert body(refused, 409) == {
        "type": "not-distributed",
        "title": "Uppdraget är inte fördelat ännu och kan därför inte kvitteras.",
        "status": 409,
    }
    async with execution.browser("eva.nyberg") as eva:
        page = await eva.post(f"{path}/acknowledgement", data={"add_to_my_persons": "true"})
    assert page.status_code == 409
    assert "Uppdraget är inte fördelat ännu" in page.text
    assert "Fel: PO 5/11" in page.text


async def test_the_same_message_twice_is_applied_once(execution: Running) -> None:
    message_id = await execution.publish(sent())
    await execution.publish(sent(), sequence=1, id=message_id)
    await execution.publish(sent(), sequence=1)
    await eventually(lambda: execution.sql("SELECT 1 FROM inbox WHERE status = 'applied'"))
    async with execution.client("eva.nyberg") as eva:
        assert body(await eva.get("/execution/new-assignments"))["total"] == 1
