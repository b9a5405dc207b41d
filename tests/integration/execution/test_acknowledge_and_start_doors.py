import asyncio

import pytest

from contracts.execution import AssignmentAcknowledged, InterventionStarted
from tests.support.municipality import unit
from tests.support.orders import person
from tests.support.provider import (
    ASSIGNMENT,
    NOTHING_TICKED,
    acknowledge,
    act,
    distribute,
    just_sent,
    look,
    new_row,
    today,
)
from tests.support.stafett import Running


@pytest.mark.requirement("R-04", "TRE-ACK-01")
async def test_of_two_who_acknowledge_at_once_one_counts_and_the_other_is_told_who(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution)
    answers = await asyncio.gather(
        acknowledge(execution, "jonas.ek"), acknowledge(execution, "eva.nyberg"), acknowledge(execution, "omar.haddad")
    )
    (event,) = await execution.told(AssignmentAcknowledged)
    view = await look(execution, "eva.nyberg", ASSIGNMENT)
    recorded = [done["name"] for done in view["acknowledgements"]]
    assert sorted(recorded) == ["Eva Nyberg", "Jonas Ek", "Omar Haddad"]
    assert str(event.acknowledged_by) == view["acknowledgements"][0]["member_id"]
    messages = sorted(answer["message"] for answer in answers)
    assert messages[0] == "Uppdraget är kvitterat."
    assert all(said.startswith(f"Uppdraget är redan kvitterat av {recorded[0]} ") for said in messages[1:])


@pytest.mark.requirement("R-04")
async def test_acknowledging_twice_tells_the_second_time_who_was_first(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution)
    await acknowledge(execution, "jonas.ek")
    async with execution.browser("eva.nyberg") as eva:
        again = await eva.post(f"{ASSIGNMENT}/acknowledgement", headers=NOTHING_TICKED)
        assert again.status_code == 303
        page = await eva.get(again.headers["location"])
    assert "Uppdraget är redan kvitterat av Jonas Ek" in page.text
    assert len(await execution.told(AssignmentAcknowledged)) == 1


@pytest.mark.requirement("TRE-ACK-01")
async def test_each_unit_acknowledges_and_somebody_at_both_chooses_which(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution, new_row(), new_row("blandaren"))
    async with execution.browser("eva.nyberg") as eva:
        page = await eva.post(f"{ASSIGNMENT}/acknowledgement", data={"add_to_my_persons": "true"})
        assert page.status_code == 422
        assert "Välj vilken enhet du kvitterar för" in page.text
        assert 'name="add_to_my_persons" value="true" checked' in page.text
        assert await execution.sql("SELECT 1 FROM my_persons") == []
        for code in ("blandaren", "blandaren-ute"):
            chosen = {"unit_id": str(unit(code)), "add_to_my_persons": "true"}
            assert (await eva.post(f"{ASSIGNMENT}/acknowledgement", data=chosen)).status_code == 303
        page = await eva.get(ASSIGNMENT)
        assert "Kvitterat för BLANDAREN htj (Leanlink) av Eva Nyberg" in page.text
    assert [event.complete for event in await execution.told(AssignmentAcknowledged)] == [False, True]
    assert [row["person_id"] for row in await execution.sql("SELECT person_id FROM my_persons")] == [person().person_id]
    assert (await look(execution, "eva.nyberg", "/execution/new-assignments"))["waiting"] == []


@pytest.mark.requirement("BOE-START-06", "R-35")
async def test_the_first_visit_is_registered_and_told_and_never_ahead(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution)
    early = await act(execution, "eva.nyberg", "/start", {"started_on": today()}, 409)
    assert early["type"] == "not-acknowledged"
    await acknowledge(execution, "jonas.ek")
    await act(execution, "jonas.ek", "/start", {"started_on": today()}, 403)
    await act(execution, "fatima.noor", "/start", {"started_on": today()}, 404)
    ahead = await act(execution, "eva.nyberg", "/start", {"started_on": today(1)}, 422)
    assert ahead["errors"][0]["message"] == "Datum för verkställighet kan inte ligga framåt i tiden."
    async with execution.browser("eva.nyberg") as eva:
        page = await eva.post(f"{ASSIGNMENT}/start", data={"started_on": today(-30)})
        assert page.status_code == 422
        assert f'name="started_on" value="{today(-30)}"' in page.text
        assert "kan inte ligga före den dag uppdraget skickades" in page.text
    await act(execution, "eva.nyberg", "/start", {"started_on": today(-1)})
    (event,) = await execution.told(InterventionStarted)
    assert (str(event.started_on), event.unit_id) == (today(-1), unit("blandaren-ute"))
    again = await act(execution, "eva.nyberg", "/start", {"started_on": today()}, 409)
    assert again["title"] == "Det går inte: uppdraget är påbörjat."
