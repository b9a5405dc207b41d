import json
import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from chassis.database import SWEDEN
from chassis.keys import load_keys
from chassis.signing import BadSignature, verify
from cli.keys import make_keys
from cli.signature import verify as verify_file
from contracts.authority import FollowUpReceived
from contracts.execution import FollowUpReport, FollowUpSubmitted
from contracts.sealed import CannotOpen
from services.execution.follow_up import EveryGoalRated
from tests.support.municipality import unit
from tests.support.orders import sent
from tests.support.stafett import Running, body, eventually

ASSIGNMENT = f"/execution/assignments/{sent().assignment_id}"
TODAY = str(datetime.now(SWEDEN).date())
UNSEEN = {"document_sha256": "0" * 64}


async def begun(execution: Running) -> None:
    """The assignment is with Blandaren htj ute, acknowledged and started."""
    await execution.deliver(sent(sent_at=datetime.now(UTC)))
    row = {"service": "morgonhjalp", "unit_id": str(unit("blandaren-ute")), "period_from": TODAY}
    async with execution.client("eva.nyberg") as eva:
        body(await eva.post(f"{ASSIGNMENT}/rows", json={"rows": [row]}))
        rows = [row["id"] for row in body(await eva.get(ASSIGNMENT))["rows"]]
        body(await eva.post(f"{ASSIGNMENT}/distribution", json={"row_ids": rows, "confirmed": True}))
        body(await eva.post(f"{ASSIGNMENT}/acknowledgement", json={}))
        body(await eva.post(f"{ASSIGNMENT}/start", json={"started_on": TODAY}))


async def rated(jonas: httpx.AsyncClient, *ratings: int) -> str:
    """A new round with these ratings; gives its path."""
    path: str = body(await jonas.post(f"{ASSIGNMENT}/follow-ups"))["location"]
    goals = body(await jonas.get(path))["ratings"]
    chosen = [{"goal_id": goal["goal_id"], "rating": rating} for goal, rating in zip(goals, ratings, strict=True)]
    body(
        await jonas.post(f"{path}/text", json={"ratings": chosen, "signature_date": TODAY, "comment": "<b>Bra</b> 👍"})
    )
    return path


async def sign_and_submit(jonas: httpx.AsyncClient, path: str) -> None:
    """The document that Jonas has read."""
    for act in ("document", "final"):
        body(await jonas.post(f"{path}/{act}"))
    read = body(await jonas.get(path))
    body(await jonas.post(f"{path}/signature", json={"document_sha256": read["document_sha256"]}))
    body(await jonas.post(f"{path}/submission"))


@pytest.mark.requirement("PUL-FOLLOWUP-09", "PUL-FOLLOWUP-10", "PUL-FOLLOWUP-11", "PUL-FOLLOWUP-12", "R-13", "R-14")
async def test_a_follow_up_is_rated_signed_and_submitted_and_anyone_can_check_it(
    execution: Running, tmp_path: Path
) -> None:
    await begun(execution)
    async with execution.client("jonas.ek") as jonas:
        path = await rated(jonas, 4, 0)
        assert body(await jonas.post(f"{path}/signature", json=UNSEEN), 409)["type"] == "not-final"
        assert body(await jonas.post(f"{path}/submission"), 409)["type"] == "not-signed"
        await sign_and_submit(jonas, path)
        assert body(await jonas.post(f"{path}/submission"), 409)["type"] == "already-submitted"
        seen = body(await jonas.get(path))
        assert "&lt;b&gt;Bra&lt;/b&gt; 👍" in seen["document"]
        (line,) = body(await jonas.get(f"{ASSIGNMENT}/follow-ups"))
        assert (line["round"], line["status"]) == (1, "submitted")
        assert (await rated(jonas, 5, 5)) != path
    claims = verify(seen["signature"], execution.keys / "public.json", "execution")
    assert (claims["name"], claims["round"]) == ("Jonas Ek", 1)
    file = tmp_path / "follow-up.json"
    file.write_text(json.dumps(seen))
    valid, told = verify_file(file, execution.keys / "public.json")
    assert valid and told[0].startswith("valid: ")
    file.write_text(json.dumps(seen | {"document": seen["document"].replace("<td>0</td>", "<td>5</td>")}))
    assert verify_file(file, execution.keys / "public.json") == (
        False,
        ["NOT VALID: the document is not the one that was signed"],
    )
    public, others = (execution.keys / "public.json").read_text(), tmp_path / "others"
    make_keys(others)
    (named := others / "those-who-signed.json").write_text(public)
    file.write_text(json.dumps(seen))
    assert verify_file(file, named)[0] is True
    assert verify_file(file, others / "public.json") == (
        False,
        ["NOT VALID: signed with a key that is none of execution's in public.json"],
    )
    file.write_text("no JSON")
    assert verify_file(file, execution.keys / "public.json")[0] is False
    with pytest.raises(BadSignature):
        verify(seen["signature"], execution.keys / "public.json", "journal")


@pytest.mark.requirement("PUL-FOLLOWUP-11")
async def test_only_the_authority_can_open_the_report(execution: Running) -> None:
    await begun(execution)
    async with execution.client("jonas.ek") as jonas:
        path = await rated(jonas, 4, 0)
        await sign_and_submit(jonas, path)
    (event,) = await execution.told(FollowUpSubmitted)
    report = load_keys(execution.keys, "authority").open(event.report, FollowUpReport)
    assert [goal.rating for goal in report.ratings] == [4, 0]
    with pytest.raises(CannotOpen):
        load_keys(execution.keys, "notify").open(event.report, FollowUpReport)


@pytest.mark.requirement("PUL-FOLLOWUP-10", "R-13")
async def test_nobody_signs_a_document_that_they_have_not_seen(execution: Running) -> None:
    await begun(execution)
    async with execution.browser("jonas.ek") as jonas, execution.client("eva.nyberg") as eva:
        async with execution.client("jonas.ek") as asking:
            path = await rated(asking, 1, 1)
            for act in ("document", "final"):
                body(await asking.post(f"{path}/{act}"))
        seen = re.findall(r'name="(document_sha256)" value="([0-9a-f]{64})"', (await jonas.get(path)).text)
        body(await eva.post(f"{path}/discarding"))
        goals = [{"goal_id": goal["goal_id"], "rating": 5} for goal in body(await eva.get(path))["ratings"]]
        body(await eva.post(f"{path}/text", json={"ratings": goals, "signature_date": TODAY, "comment": "En annan"}))
        for act in ("document", "final"):
            body(await eva.post(f"{path}/{act}"))
        refused = await jonas.post(f"{path}/signature", data=dict(seen))
        assert (refused.status_code, "Handlingen är inte den du såg" in refused.text) == (409, True)
        assert "En annan" in refused.text
        assert await execution.sql("SELECT 1 FROM follow_ups WHERE signature IS NOT NULL") == []
        anew = re.findall(r'name="(document_sha256)" value="([0-9a-f]{64})"', refused.text)
        assert (await jonas.post(f"{path}/signature", data=dict(anew))).status_code == 303
        again = await jonas.post(f"{path}/signature", data=dict(anew))
        assert (again.status_code, "Handlingen är redan signerad." in again.text) == (409, True)


async def test_what_a_colleague_has_written_meanwhile_is_not_overwritten_unseen_and_nothing_typed_is_lost(
    execution: Running,
) -> None:
    await begun(execution)
    async with execution.client("jonas.ek") as asking:
        path = await rated(asking, 1, 1)
    async with execution.browser("jonas.ek") as jonas, execution.client("eva.nyberg") as eva:
        opened = dict(re.findall(r'name="(seen)" value="([0-9a-f]{32})"', (await jonas.get(path)).text))
        body(await eva.post(f"{path}/text", json={"comment": "Evas"}))
        late = await jonas.post(f"{path}/text", data=opened | {"performed": "Jonas egen text"})
        assert (late.status_code, "Någon har ändrat det här" in late.text) == (409, True)
        assert "Jonas egen text</textarea>" in late.text
        assert 'Nu står det: <span class="prose">ingenting</span>' in late.text
        second = await jonas.post(f"{path}/text", data=opened | {"comment": "Jonas"})
        assert 'Nu står det: <span class="prose">Evas</span>' in second.text
        knowing = dict(re.findall(r'name="(seen)" value="([0-9a-f]{32})"', late.text))
        assert (await jonas.post(f"{path}/text", data=knowing | {"performed": "Jonas egen text"})).status_code == 303


async def test_the_unit_sees_that_the_authority_has_received_it(execution: Running) -> None:
    await begun(execution)
    async with execution.client("jonas.ek") as jonas:
        path = await rated(jonas, 1, 1)
        await sign_and_submit(jonas, path)
        follow_up = UUID(path.rsplit("/", 1)[1])
        received = FollowUpReceived(
            assignment_id=sent().assignment_id, follow_up_id=follow_up, received_at=datetime.now(UTC)
        )
        await execution.deliver(received)
        assert body(await jonas.get(path))["status"] == "received"


@pytest.mark.requirement("PUL-FOLLOWUP-12")
async def test_every_follow_up_is_reached_from_the_page_of_the_assignment_also_when_a_new_one_is_refused(
    execution: Running,
) -> None:
    await begun(execution)
    async with execution.client("jonas.ek") as jonas:
        first = await rated(jonas, 4, 0)
        await sign_and_submit(jonas, first)
        second = await rated(jonas, 5, 5)
    async with execution.browser("jonas.ek") as jonas:
        page = (await jonas.get(ASSIGNMENT)).text
        refused = await jonas.post(f"{ASSIGNMENT}/follow-ups")
    assert refused.status_code == 409
    assert "Öppna den i listan och gör klart den först" in refused.text
    for text in (page, refused.text):
        lines = re.findall(r'<a href="([^"]*)">Uppföljning (\d)</a></th>\s*<td[^>]*><span class="tag">(.*?)<', text)
        assert lines == [(second, "2", "utkast"), (first, "1", "avgiven")]
        assert text.count(">inte avgiven</td>") == 1


@pytest.mark.requirement("PUL-FOLLOWUP-03", "R-32")
async def test_a_rating_of_six_is_refused_beside_its_field_and_what_was_typed_is_kept(execution: Running) -> None:
    await begun(execution)
    async with execution.client("jonas.ek") as jonas:
        path = body(await jonas.post(f"{ASSIGNMENT}/follow-ups"))["location"]
        goal = body(await jonas.get(path))["ratings"][0]["goal_id"]
        refused = await jonas.post(f"{path}/text", json={"ratings": [{"goal_id": goal, "rating": 6}]})
        assert body(refused, 422)["errors"] == [
            {"field": "ratings.0.rating", "code": "less-than-equal", "message": "Värdet får vara högst 5."}
        ]
    async with execution.browser("jonas.ek") as jonas:
        typed = {"ratings.0.goal_id": goal, "ratings.0.rating": "6", "comment": "Det här ska inte försvinna"}
        page = await jonas.post(f"{path}/text", data=typed)
    assert page.status_code == 422
    assert "Värdet får vara högst 5." in page.text
    assert "Det här ska inte försvinna" in page.text


async def test_unrated_goals_and_another_units_staff(execution: Running) -> None:
    await begun(execution)
    async with execution.client("jonas.ek") as jonas, execution.client("lina.dahl") as lina:
        path = body(await jonas.post(f"{ASSIGNMENT}/follow-ups"))["location"]
        assert body(await jonas.post(f"{path}/document"), 422)["type"] == "every-goal-rated"
        assert body(await jonas.post(f"{ASSIGNMENT}/follow-ups"), 409)["type"] == "one-at-a-time"
        assert body(await lina.get(path), 404)["type"] == "not-found"
        assert body(await lina.post(f"{path}/signature", json=UNSEEN), 404)["type"] == "not-found"


async def test_the_page_leads_from_rating_to_submission(execution: Running) -> None:
    await begun(execution)
    async with execution.browser("jonas.ek") as jonas:
        started = await jonas.post(f"{ASSIGNMENT}/follow-ups")
        assert started.status_code == 303
        path = started.headers["location"]
        page = (await jonas.get(path)).text
        goals = [part.split('"')[0] for part in page.split('.goal_id" value="')[1:]]
        typed = {f"ratings.{n}.goal_id": goal for n, goal in enumerate(goals)}
        typed |= {f"ratings.{n}.rating": "3" for n in range(len(goals))} | {"signature_date": TODAY}
        create = {"then_create": "true", "comment": "Nästan klar"}
        early = await jonas.post(f"{path}/text", data={**typed, **create, "ratings.0.rating": ""})
        assert (early.status_code, str(EveryGoalRated()) in early.text) == (422, True)
        assert "Nästan klar" in early.text
        assert "Nästan klar" not in (await jonas.get(path)).text
        for act, form in (("text", {**typed, **create}), ("final", {})):
            assert (await jonas.post(f"{path}/{act}", data=form)).status_code == 303, act
        seen = re.findall(r'name="(document_sha256)" value="([0-9a-f]{64})"', (await jonas.get(path)).text)
        for act, form in (("signature", dict(seen)), ("submission", {})):
            assert (await jonas.post(f"{path}/{act}", data=form)).status_code == 303, act
        page = (await jonas.get(path)).text
        assert "avgiven" in page
        assert "Nästan klar" in page
        assert "<dt>Signatur</dt><dd>Jonas Ek, " in page
    await eventually(lambda: execution.sql("SELECT 1 FROM outbox WHERE type LIKE '%follow-up-submitted%'"))
