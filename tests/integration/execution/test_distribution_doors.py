from uuid import uuid4

import pytest

from chassis.keys import load_keys
from contracts.authority import PersonCard
from contracts.execution import AssignmentDistributed, AssignmentEnded, InterventionEnded
from contracts.sealed import CannotOpen
from tests.support import municipality
from tests.support.municipality import member, unit
from tests.support.provider import ASSIGNMENT, act, distribute, just_sent, look, new_row, register, today
from tests.support.stafett import Running, body

SURE = {"confirmed": True}


@pytest.mark.requirement("TRE-DIST-02", "TRE-DIST-03", "TRE-DIST-05", "TRE-DIST-06", "TRE-DIST-08", "F-10", "R-03")
async def test_a_coordinator_registers_confirms_and_sends_and_gets_a_receipt(execution: Running) -> None:
    await execution.deliver(just_sent())
    hours = {"hours": "0,50", "double_hours": "0.33", "hours_unit": "hours_per_visit"}
    row_ids = await register(execution, new_row(**hours, resource="Team 2"), new_row("blandaren"))
    page = await look(execution, "eva.nyberg", f"{ASSIGNMENT}/distribution")
    assert page["heading"]["status"] == "accepted"
    assert [(row["unit"], row["resource"], row["hours"], row["period_to"]) for row in page["to_send"]] == [
        ("Blandaren htj ute (Leanlink)", "Team 2", "0,50 (+0,33)", None),
        ("BLANDAREN htj (Leanlink)", None, "", None),
    ]
    asked = await act(execution, "eva.nyberg", "/distribution", {"row_ids": row_ids[:1], "tell": False}, 409)
    assert asked["title"] == "Vill du skicka följande insatser till genomförande?"
    assert await execution.told(AssignmentDistributed) == []
    command = {"row_ids": row_ids[:1], "confirmed": True, "recipients": [str(member("jonas.ek"))]}
    receipt = (await act(execution, "eva.nyberg", "/distribution", command))["receipt"]
    assert [(row["service_name"], row["unit"], row["status_text"]) for row in receipt] == [
        ("Morgonhjälp", "Blandaren htj ute (Leanlink)", "Skickad till genomförande")
    ]
    (event,) = await execution.told(AssignmentDistributed)
    assert [row.unit_id for row in event.rows] == [unit("blandaren-ute")]
    assert event.recipients == (member("jonas.ek"),)
    assert [line["next_step"] for line in (await look(execution, "jonas.ek", "/execution/new-assignments"))["waiting"]]
    assert (await look(execution, "jonas.ek", "/execution/my-units"))["total"] == 1


async def test_only_those_who_document_can_open_who_it_is_about(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution)
    (event,) = await execution.told(AssignmentDistributed)
    for service in ("journal", "deviation"):
        card = load_keys(execution.keys, service).open(event.person, PersonCard)
        assert card.family_name == "Mustafsson"
    with pytest.raises(CannotOpen):
        load_keys(execution.keys, "notify").open(event.person, PersonCard)
    (stored,) = await execution.sql("SELECT body FROM outbox WHERE type LIKE '%distributed%'")
    assert b"Mustafsson" not in stored["body"]


@pytest.mark.requirement("R-02")
async def test_a_row_is_refused_in_words_at_its_place_in_the_form(execution: Running) -> None:
    await execution.deliver(just_sent())
    outside = new_row("rakenstickan-inne")
    refused = await act(execution, "eva.nyberg", "/rows", {"rows": [new_row(), outside]}, 422)
    assert refused["errors"][0]["field"] == "rows.1.unit_id"
    undated = {"service": "morgonhjalp", "unit_id": str(unit("blandaren"))}
    refused = await act(execution, "eva.nyberg", "/rows", {"rows": [undated]}, 422)
    assert refused["errors"] == [
        {"field": "rows.0.period_from", "code": "from-date-missing", "message": "Ange från och med-datum."}
    ]
    assert (await act(execution, "eva.nyberg", "/rows", {"rows": []}, 422))["errors"][0]["field"] == "rows"
    nul = await act(execution, "eva.nyberg", "/rows", {"rows": [new_row(resource="a\x00b")]}, 422)
    assert "tecken som inte går att spara" in nul["errors"][0]["message"]
    assert (await look(execution, "eva.nyberg", f"{ASSIGNMENT}/distribution"))["rows"] == []


async def test_any_text_is_kept_as_it_was_written(execution: Running) -> None:
    await execution.deliver(just_sent())
    odd = 'Åsa & "Örjan" <b>\'s 🚐 \\ %s {x} مرحبا'
    await register(execution, new_row(resource=odd))
    (row,) = (await look(execution, "eva.nyberg", f"{ASSIGNMENT}/distribution"))["rows"]
    assert row["resource"] == odd
    async with execution.browser("eva.nyberg") as eva:
        page = await eva.get(f"{ASSIGNMENT}/distribution")
    assert "&lt;b&gt;" in page.text
    assert "<b>'s" not in page.text


async def test_staff_and_others_do_not_distribute(execution: Running) -> None:
    await execution.deliver(just_sent())
    row_ids = await distribute(execution)
    for path, command in (
        ("/rows", {"rows": [new_row()]}),
        ("/distribution", {"row_ids": row_ids, "confirmed": True}),
        ("/merged-rows", {"merged_row_ids": [row_ids[0], str(uuid4())]}),
        (f"/rows/{row_ids[0]}/recall", None),
        (f"/rows/{row_ids[0]}/removal", None),
        (f"/rows/{row_ids[0]}/ending", {"last_day": today()}),
        ("/ending", {"last_day": today()}),
    ):
        await act(execution, "jonas.ek", path, command, 403)
        await act(execution, "fatima.noor", path, command, 404)
    for path in (f"{ASSIGNMENT}/distribution", f"{ASSIGNMENT}/rows/{row_ids[0]}"):
        await look(execution, "jonas.ek", path, 403)
        await look(execution, "fatima.noor", path, 404)
    await look(execution, "eva.nyberg", f"{ASSIGNMENT}/rows/{uuid4()}", 404)


@pytest.mark.requirement("TRE-DIST-04", "TRE-DIST-12")
async def test_registered_rows_are_merged_and_removed(execution: Running) -> None:
    await execution.deliver(just_sent())
    first, second, third = await register(
        execution, new_row(period_to=today(9)), new_row("blandaren", period_to=today(20)), new_row()
    )
    await act(execution, "eva.nyberg", "/merged-rows", {"merged_row_ids": [first, second]})
    await act(execution, "eva.nyberg", f"/rows/{third}/removal")
    page = await look(execution, "eva.nyberg", f"{ASSIGNMENT}/distribution")
    (merged,) = page["rows"]
    assert (merged["id"] in (first, second), merged["unit"], merged["period_to"]) == (
        False,
        "Blandaren htj ute (Leanlink)",
        today(20),
    )
    kept = await execution.sql("SELECT jsonb_path_query_array(rows, '$[*].status') AS statuses FROM assignments")
    assert kept == [{"statuses": '["removed", "removed", "removed", "registered"]'}]
    gone = await act(execution, "eva.nyberg", f"/rows/{third}/removal", None, 409)
    assert gone["title"] == "Det går inte: insatsen har status borttagen."
    short = await act(execution, "eva.nyberg", "/merged-rows", {"merged_row_ids": [first]}, 422)
    assert short["errors"][0]["code"] == "too-short"


@pytest.mark.requirement("TRE-DIST-09", "TRE-DIST-10", "TRE-DIST-11")
async def test_a_sent_row_is_recalled_and_stays_visible(execution: Running) -> None:
    await execution.deliver(just_sent())
    first, second = await distribute(execution, new_row(), new_row("blandaren"))
    shown = await look(execution, "eva.nyberg", f"{ASSIGNMENT}/rows/{first}")
    assert (shown["may_recall"], shown["may_end"], shown["may_remove"]) == (True, True, False)
    await act(execution, "eva.nyberg", f"/rows/{first}/recall", SURE)
    page = await look(execution, "eva.nyberg", f"{ASSIGNMENT}/distribution")
    assert [row["status_text"] for row in page["rows"]] == ["Återkallad", "Skickad till genomförande"]
    assert [len(event.rows) for event in await execution.told(AssignmentDistributed)] == [2, 1]
    await look(execution, "jonas.ek", ASSIGNMENT, 404)
    await act(execution, "eva.nyberg", f"/rows/{first}/recall", SURE, 409)
    await act(execution, "eva.nyberg", f"/rows/{second}/recall", SURE)
    assert (await look(execution, "eva.nyberg", ASSIGNMENT))["status"] == "accepted"
    late = await act(execution, "eva.nyberg", "/decline", {"reason": "client_declines", "holder": "client"}, 409)
    assert late["type"] == "after-distribution"
    await act(execution, "eva.nyberg", "/ending", {"last_day": today(1)}, 422)
    await act(execution, "eva.nyberg", "/ending", {"last_day": today()})
    assert (await look(execution, "eva.nyberg", ASSIGNMENT))["status"] == "ended"
    assert len(await execution.told(AssignmentEnded)) == 1


@pytest.mark.requirement("TRE-CLOSE-05", "TRE-CLOSE-06", "R-29")
async def test_the_authority_is_told_when_the_last_row_has_ended(execution: Running) -> None:
    await execution.deliver(just_sent())
    first, second = await distribute(execution, new_row(), new_row("blandaren"))
    refused = await act(execution, "omar.haddad", f"/rows/{first}/ending", {"last_day": today(-1)}, 422)
    assert refused["errors"][0]["field"] == "last_day"
    done = await act(execution, "omar.haddad", f"/rows/{first}/ending", {"last_day": today()})
    assert done["message"] == "Sista dagen är registrerad."
    done = await act(execution, "omar.haddad", f"/rows/{second}/ending", {"last_day": today(3)})
    assert done["message"] == "Sista dagen är registrerad. Handläggaren har meddelats."
    ends = await execution.told(InterventionEnded)
    assert [(event.unit_id, str(event.ended_on)) for event in ends] == [
        (unit("blandaren-ute"), today()),
        (unit("blandaren"), today(3)),
    ]
    (ended,) = await execution.told(AssignmentEnded)
    assert str(ended.last_day) == today(3)
    view = await look(execution, "omar.haddad", ASSIGNMENT)
    assert view["status"] == "ended"
    assert [told["what"] for told in view["history"]][:2] == ["Registrerade sista dag för insats"] * 2


async def test_what_is_read_about_the_rows_is_logged(execution: Running) -> None:
    await execution.deliver(just_sent())
    (row_id,) = await register(execution, new_row())
    await look(execution, "eva.nyberg", f"{ASSIGNMENT}/rows/{row_id}")
    what = [row["what"] for row in await execution.sql("SELECT what FROM access_log ORDER BY number")]
    below = ASSIGNMENT.removeprefix("/execution/").replace("assignments", "assignment")
    assert what == [f"{below}/distribution", f"{below}/rows/{row_id}"]


async def test_a_unit_that_is_not_known_here_yet_is_no_hindrance(execution: Running) -> None:
    await execution.sql("DELETE FROM replica_unit WHERE unit_id = $1", unit("blandaren"))
    await execution.deliver(just_sent())
    await look(execution, "eva.nyberg", ASSIGNMENT, 404)
    organisation = [event for event in municipality.events() if event.subject == f"unit/{unit('blandaren')}"]
    await execution.deliver(organisation[0])
    assert (await look(execution, "eva.nyberg", ASSIGNMENT))["heading"]["unit"] == "BLANDAREN htj (Leanlink)"
    await execution.sql("UPDATE replica_unit SET name = 'x' WHERE unit_id = $1", unit("blandaren"))
    async with execution.client("eva.nyberg") as eva:
        assert body(await eva.get("/execution/new-assignments"))["waiting"][0]["units"][0]["unit"] == "x"
