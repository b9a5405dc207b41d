from uuid import UUID

import httpx
import pytest

from contracts.authority import AssignmentClosed, AssignmentSent, DeclineConfirmed, FollowUpReceived
from tests.support.authority import (
    FOLLOW_UP,
    acknowledged,
    declined,
    distributed,
    ended,
    followed_up,
    received,
    sent,
    started,
)
from tests.support.municipality import unit
from tests.support.stafett import Running, body


async def status(client: httpx.AsyncClient, assignment_id: UUID) -> str:
    return str(body(await client.get(f"/authority/assignments/{assignment_id}"))["status"])


@pytest.mark.requirement("TRE-ASSIGN-06")
async def test_the_status_line_follows_the_order_from_sent_to_closed(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    id = await sent(karin)
    told = (
        received(id),
        distributed(id, "blandaren-ute", "blandaren"),
        acknowledged(id, complete=False),
        acknowledged(id),
        started(id),
        followed_up(id, authority.keys),
        ended(id),
    )
    await authority.deliver(*told)
    body(await karin.post(f"/authority/assignments/{id}/closing", json={"reason": "goals_met"}))
    read = body(await karin.get(f"/authority/assignments/{id}"))
    assert (read["order_status"], read["fulfilment"], read["status"]) == ("closed", "ended", "closed")
    line = {step["text"]: step["row"] for step in read["line"]}
    assert list(line) == [
        *("Skickad", "Mottagen", "Fördelad", "Kvitterad", "Påbörjad", "Uppföljd", "Avslutad hos utföraren", "Avslutad")
    ]
    assert [line[text]["by"] for text in ("Skickad", "Kvitterad", "Uppföljd", "Avslutad")] == [
        *("Karin Berg", "Jonas Ek", "Jonas Ek", "Karin Berg")
    ]
    assert line["Fördelad"]["units"] == ["Blandaren htj ute (Leanlink)", "BLANDAREN htj (Leanlink)"]
    assert line["Mottagen"]["at"] == "2026-11-23T10:00:00Z"
    assert (line["Påbörjad"]["on"], line["Avslutad hos utföraren"]["on"]) == ("2026-12-01", "2027-05-31")
    assert [step["text"] for step in read["line"] if step["current"]] == ["Avslutad"]
    assert len(read["history"]) == 9
    (closed,) = await authority.told(AssignmentClosed)
    assert closed.reason == "goals_met"


@pytest.mark.requirement("TRE-ASSIGN-06")
async def test_late_and_odd_messages_are_recorded_and_take_nothing_back(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    id = await sent(karin)
    await authority.deliver(acknowledged(id), received(id), started(id), distributed(id, "blandaren-ute"))
    read = body(await karin.get(f"/authority/assignments/{id}"))
    assert read["status"] == "started"
    assert [row["mark"] for row in read["history"]] == ["sent", "acknowledged", "received", "started", "distributed"]
    assert await authority.sql("SELECT 1 FROM inbox WHERE status <> 'applied'") == []


@pytest.mark.requirement("C-09")
async def test_an_order_is_withdrawn_before_it_is_distributed(authority: Running, karin: httpx.AsyncClient) -> None:
    id = await sent(karin)
    await authority.deliver(received(id))
    path = f"/authority/assignments/{id}/withdrawal"
    assert body(await karin.post(path, json={"reason": "why not"}), 422)["errors"][0]["field"] == "reason"
    body(await karin.post(path, json={"reason": "wrong_provider"}))
    assert await status(karin, id) == "withdrawn"
    assert body(await karin.post(path, json={"reason": "wrong_provider"}), 409)["type"] == "cannot-withdraw"
    _, withdrawn = await authority.told()
    assert (withdrawn.type, withdrawn.reason) == ("authority.assignment-withdrawn.v1", "wrong_provider")


@pytest.mark.requirement("C-09", "TRE-ASSIGN-06")
async def test_a_withdrawal_that_crosses_the_distribution_is_shown_as_too_late(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    id = await sent(karin)
    await authority.deliver(received(id))
    body(await karin.post(f"/authority/assignments/{id}/withdrawal", json={"reason": "need_changed"}))
    await authority.deliver(distributed(id, "blandaren-ute"), acknowledged(id))
    read = body(await karin.get(f"/authority/assignments/{id}"))
    assert (read["order_status"], read["status"]) == ("sent", "acknowledged")
    assert "withdrawal_too_late" in [step["mark"] for step in read["line"]]
    marks = [row["mark"] for row in read["history"]]
    assert marks == ["sent", "received", "withdrawn", "distributed", "withdrawal_too_late", "acknowledged"]
    late = await karin.post(f"/authority/assignments/{id}/withdrawal", json={"reason": "need_changed"})
    assert body(late, 409)["type"] == "cannot-withdraw"


@pytest.mark.requirement("C-09")
async def test_a_declined_order_is_confirmed_and_replaced_by_one_to_another_provider(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    id = await sent(karin)
    path = f"/authority/assignments/{id}"
    elsewhere = {"unit_id": str(unit("rakenstickan"))}
    assert body(await karin.post(f"{path}/decline-confirmation"), 409)["type"] == "not-declined"
    await authority.deliver(received(id), declined(id))
    read = body(await karin.get(path))
    assert (read["status"], read["possible"]) == ("declined", ["confirm-decline"])
    assert read["decline"] == {"reason": "no_capacity", "holder": "provider", "text": "Fullt till jul <b>tyvärr</b>."}
    assert body(await karin.post(f"{path}/replacement", json=elsewhere), 409)["type"] == "not-replaceable"
    body(await karin.post(f"{path}/decline-confirmation"))
    given_up = body(await karin.post(f"{path}/replacement", json=elsewhere))
    body(await karin.post(f"{given_up['location']}/discarding"))
    done = body(await karin.post(f"{path}/replacement", json=elsewhere))
    new = body(await karin.get(done["location"]))
    assert (new["status"], new["replaces"], new["unit_id"]) == ("draft", str(id), elsewhere["unit_id"])
    assert body(await karin.get(path))["replaced_by"] == new["id"]
    assert body(await karin.post(f"{path}/replacement", json=elsewhere), 409)["type"] == "already-replaced"
    body(await karin.post(f"{done['location'].removesuffix('/')}/sending"))
    assert len(await authority.told(DeclineConfirmed)) == 1
    again = (await authority.told(AssignmentSent))[1]
    assert (again.replaces, again.unit_id) == (id, unit("rakenstickan"))


async def test_a_withdrawn_order_is_sent_anew_but_not_when_it_turns_out_to_stand(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    id, late = await sent(karin), await sent(karin, identity_number="19460762-2398")
    made = []
    for one in (id, late):
        path = f"/authority/assignments/{one}"
        body(await karin.post(f"{path}/withdrawal", json={"reason": "wrong_provider"}))
        made.append(body(await karin.post(f"{path}/replacement", json={"unit_id": str(unit("rakenstickan"))})))
    await authority.deliver(distributed(late, "blandaren-ute"))
    body(await karin.post(f"{made[0]['location']}/sending"))
    assert (await authority.told(AssignmentSent))[-1].replaces == id
    refused = body(await karin.post(f"{made[1]['location']}/sending"), 409)
    assert refused["type"] == "stands-after-all"
    assert body(await karin.get(f"{made[1]['location']}/preview"))["obstacle_code"] == "stands-after-all"
    body(await karin.post(f"{made[1]['location']}/discarding"))
    freed = body(await karin.get(f"/authority/assignments/{late}"))
    assert (freed["replaced_by"], freed["history"][-1]["mark"]) == (None, "replacement_discarded")


async def test_an_order_is_not_closed_before_the_provider_has_ended_it(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    id = await sent(karin)
    await authority.deliver(distributed(id, "blandaren-ute"))
    refused = await karin.post(f"/authority/assignments/{id}/closing", json={"reason": "moved"})
    assert body(refused, 409)["type"] == "not-ended"


@pytest.mark.requirement("TRE-ASSIGN-06")
async def test_a_follow_up_is_read_and_received_once(authority: Running, karin: httpx.AsyncClient) -> None:
    id = await sent(karin)
    await authority.deliver(followed_up(id, authority.keys))
    (line,) = body(await karin.get(f"/authority/assignments/{id}/follow-ups"))["follow_ups"]
    assert (line["round"], line["signed_by"], line["received_at"]) == (1, "Jonas Ek", None)
    read = body(await karin.get(f"/authority/follow-ups/{FOLLOW_UP}"))
    assert (read["genuine"], read["ratings"][0]["rating"], read["unit"]) == (True, 4, "Blandaren htj ute (Leanlink)")
    assert read["document"] == "<p>Moira går ut varje dag.</p>"
    for _ in range(2):
        body(await karin.post(f"/authority/follow-ups/{FOLLOW_UP}/receipt"))
    (told,) = await authority.told(FollowUpReceived)
    assert told.follow_up_id == FOLLOW_UP
    assert body(await karin.get(f"/authority/follow-ups/{FOLLOW_UP}"))["received_by"] == "Karin Berg"
    logged = await authority.sql("SELECT action, what FROM access_log ORDER BY number")
    assert [(row["action"], row["what"]) for row in logged] == [
        ("list", f"assignment/{id}/follow-ups"),
        ("read", f"follow-up/{FOLLOW_UP}"),
        ("read", f"follow-up/{FOLLOW_UP}"),
    ]


@pytest.mark.parametrize("fault", ["document", "signature"])
async def test_a_follow_up_that_is_not_as_it_was_signed_is_kept_and_not_received(
    authority: Running, karin: httpx.AsyncClient, fault: str
) -> None:
    id = await sent(karin)
    event = followed_up(
        id, authority.keys, "<p>Något annat.</p>" if fault == "document" else "<p>Moira går ut varje dag.</p>"
    )
    if fault == "signature":
        report = event.report.content
        assert report
        event.report.content = report.model_copy(update={"signature": "ingen.riktig.underskrift"})
    await authority.deliver(event)
    assert body(await karin.get(f"/authority/follow-ups/{FOLLOW_UP}"))["genuine"] is False
    refused = body(await karin.post(f"/authority/follow-ups/{FOLLOW_UP}/receipt"), 409)
    assert refused["type"] == "not-genuine"
    assert await authority.told(FollowUpReceived) == []
    async with authority.browser("karin.berg") as browser:
        page = await browser.get(f"/authority/follow-ups/{FOLLOW_UP}")
    assert "Ta inte emot den." in page.text
    assert "/receipt" not in page.text


async def test_a_follow_up_is_seen_by_its_own_unit_alone(authority: Running, karin: httpx.AsyncClient) -> None:
    id = await sent(karin)
    await authority.deliver(followed_up(id, authority.keys))
    async with authority.client("sara.lind") as sara:
        assert (await sara.get(f"/authority/follow-ups/{FOLLOW_UP}")).status_code == 404
        assert (await sara.post(f"/authority/follow-ups/{FOLLOW_UP}/receipt")).status_code == 404
    assert await authority.sql("SELECT 1 FROM access_log") == []
