from datetime import UTC, date, datetime
from typing import Any

import pytest

from chassis.keys import load_keys
from contracts.authority import AssignmentClosed, AssignmentWithdrawn, ClosingReason, DeclineConfirmed, WithdrawalReason
from contracts.execution import AssignmentDeclined, AssignmentEnded, Explanation
from contracts.sealed import CannotOpen
from services.execution.features.end_passed_rows import end_passed
from tests.support.municipality import unit
from tests.support.provider import ASSIGNMENT, ID, act, distribute, just_sent, look, new_row, register, today
from tests.support.stafett import Running

NO_ROOM: dict[str, Any] = {"reason": "no_capacity", "holder": "provider", "explanation": "Fullt, hör av er i mars 🙏"}
AT = {"assignment_id": ID, "unit_id": unit("blandaren")}


@pytest.mark.requirement("C-09")
async def test_a_coordinator_declines_and_only_the_authority_can_read_the_explanation(execution: Running) -> None:
    await execution.deliver(just_sent())
    await act(execution, "karin.berg", "/decline", NO_ROOM, 404)
    assert (await act(execution, "eva.nyberg", "/decline", {}, 422))["errors"][0]["field"] == "reason"
    await act(execution, "eva.nyberg", "/decline", NO_ROOM)
    (event,) = await execution.told(AssignmentDeclined)
    explained = load_keys(execution.keys, "authority").open(event.explanation, Explanation)
    assert explained.text == "Fullt, hör av er i mars 🙏"
    with pytest.raises(CannotOpen):
        load_keys(execution.keys, "notify").open(event.explanation, Explanation)
    assert (await look(execution, "eva.nyberg", "/execution/new-assignments"))["waiting"] == []
    await execution.deliver(DeclineConfirmed(**AT, confirmed_at=datetime.now(UTC)))
    view = await look(execution, "eva.nyberg", ASSIGNMENT)
    assert (view["status"], view["history"][0]["by"]) == ("declined", "Myndigheten")


@pytest.mark.requirement("C-09")
async def test_after_distribution_it_can_neither_be_declined_nor_withdrawn(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution)
    refused = await act(execution, "eva.nyberg", "/decline", NO_ROOM, 409)
    assert refused["type"] == "after-distribution"
    await act(execution, "jonas.ek", "/decline", NO_ROOM, 403)
    reason = WithdrawalReason.NEED_CHANGED
    await execution.deliver(AssignmentWithdrawn(**AT, reason=reason, withdrawn_at=datetime.now(UTC)))
    assert (await look(execution, "eva.nyberg", ASSIGNMENT))["status"] == "distributed"


async def test_a_refused_decline_shows_the_page_again_with_what_was_written(execution: Running) -> None:
    await execution.deliver(just_sent())
    async with execution.browser("eva.nyberg") as eva:
        page = await eva.post(f"{ASSIGNMENT}/decline", data={"holder": "client", "explanation": "Vill <i>inte</i>"})
    assert page.status_code == 422
    assert "<title>Fel: Avböj uppdraget" in page.text
    assert '<a href="#reason">Fyll i Orsak.</a>' in page.text
    assert '<p class="error" id="reason-error">Fyll i Orsak.</p>' in page.text
    assert 'value="client" checked' in page.text
    assert "Vill &lt;i&gt;inte&lt;/i&gt;</textarea>" in page.text


async def test_what_the_authority_closes_is_closed_when_the_units_have_ended_it(execution: Running) -> None:
    await execution.deliver(just_sent())
    (row_id,) = await distribute(execution)
    closed = AssignmentClosed(**AT, reason=ClosingReason.DECEASED, closed_on=date.fromisoformat(today()))
    await execution.deliver(closed)
    view = await look(execution, "eva.nyberg", ASSIGNMENT)
    assert (view["status"], view["closed_on"]) == ("distributed", today())
    async with execution.browser("eva.nyberg") as eva:
        assert "Avsluta insatserna." in (await eva.get(ASSIGNMENT)).text
    await act(execution, "eva.nyberg", f"/rows/{row_id}/ending", {"last_day": today()})
    assert (await look(execution, "eva.nyberg", ASSIGNMENT))["status"] == "closed"
    assert (await look(execution, "eva.nyberg", "/execution/my-units"))["lines"] == []


@pytest.mark.requirement("R-29")
async def test_a_row_whose_period_is_over_ends_by_itself(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution, new_row(period_from=today(-3), period_to=today(-1)))
    assert (await look(execution, "eva.nyberg", ASSIGNMENT))["status"] == "distributed"
    for _ in range(2):
        async with execution.app.state.database.transaction() as tx:
            await end_passed(tx)
    (ended,) = await execution.told(AssignmentEnded)
    assert str(ended.last_day) == today(-1)
    view = await look(execution, "eva.nyberg", ASSIGNMENT)
    assert (view["status"], view["history"][0]["by"]) == ("ended", "Stafett")
    assert (await look(execution, "eva.nyberg", "/execution/new-assignments"))["waiting"] == []


async def test_a_row_registered_while_others_are_carried_out_waits_in_nya_uppdrag(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution)
    await register(execution, new_row("blandaren"))
    (line,) = (await look(execution, "eva.nyberg", "/execution/new-assignments"))["waiting"]
    assert line["next_step"] == "distribute"
