import asyncio

import httpx
import pytest

from contracts.authority import AssignmentSent, Order
from tests.support.authority import draft, drafted, sent, substitute
from tests.support.municipality import member, unit
from tests.support.orders import GOALS
from tests.support.stafett import Ground, Running, body, eventually


@pytest.mark.requirement("TRE-ASSIGN-01", "F-09")
async def test_what_is_previewed_is_what_is_sent(authority: Running, karin: httpx.AsyncClient) -> None:
    assignment_id = await drafted(karin)
    preview = body(await karin.get(f"/authority/assignments/{assignment_id}/preview"))
    assert (preview["unit"], preview["obstacle"]) == ("BLANDAREN htj (Leanlink)", None)
    readers = {reader["name"]: reader["roles"] for reader in preview["readers"]}
    assert readers == {
        "Eva Nyberg": ["coordinator"],
        "Omar Haddad": ["unit_manager"],
        "Tove Ahl": ["operations_manager"],
    }
    assert preview["count"] == 3
    done = body(await karin.post(f"/authority/assignments/{assignment_id}/sending"))
    assert done["message"] == "Uppdraget är skickat."
    read = body(await karin.get(f"/authority/assignments/{assignment_id}"))
    assert read["order"] == preview["order"]
    assert [goal["text"] for goal in read["order"]["goals"]] == [goal.text for goal in GOALS]
    assert read["order"]["services"][1] == {
        "code": "servicelagenhet",
        "name": "Servicelägenhet",
        "forms": ["Servicelägenhet"],
    }
    (told,) = await authority.told()
    assert isinstance(told, AssignmentSent)
    assert (told.unit_id, told.case_worker_id) == (unit("blandaren"), member("karin.berg"))
    assert told.services == ("morgonhjalp", "servicelagenhet")
    logged = [row["what"] for row in await authority.sql("SELECT what FROM access_log ORDER BY number")]
    assert logged == [f"assignment/{assignment_id}/preview", f"assignment/{assignment_id}"]


@pytest.mark.requirement("TRE-ASSIGN-01", "TRE-ASSIGN-02", "TRE-ASSIGN-06")
async def test_a_sent_order_is_read_at_the_provider_and_its_receipt_comes_back(clean: Ground) -> None:
    async with clean.services("authority", "execution") as running:
        authority, execution = running["authority"], running["execution"]
        async with authority.client("karin.berg") as karin, execution.client("eva.nyberg") as eva:
            assignment_id = await sent(karin)

            async def came() -> bool:
                return (await eva.get(f"/execution/assignments/{assignment_id}")).status_code == 200

            await eventually(came)
            at_provider = Order.model_validate(body(await eva.get(f"/execution/assignments/{assignment_id}"))["order"])

            async def received() -> bool:
                read = body(await karin.get(f"/authority/assignments/{assignment_id}"))
                return bool(read["status"] == "received")

            await eventually(received)
            read = body(await karin.get(f"/authority/assignments/{assignment_id}"))
    assert at_provider == Order.model_validate(read["order"])


async def test_nothing_about_the_person_leaves_in_clear(authority: Running, karin: httpx.AsyncClient) -> None:
    await sent(karin)
    rows = await authority.sql("SELECT body, headers::text AS headers FROM outbox")
    assert len(await authority.told()) == 1
    for row in rows:
        clear = bytes(row["body"]).decode() + row["headers"]
        for secret in ("Mustafsson", "Moira", "3803039142", "Karin", "Storgatan", "Ring på", GOALS[0].text, "PO 5/11"):
            assert secret not in clear
            assert secret.encode("unicode_escape").decode() not in clear


async def test_an_order_is_sent_once_also_by_two_at_the_same_time(authority: Running, karin: httpx.AsyncClient) -> None:
    assignment_id = await drafted(karin)
    path = f"/authority/assignments/{assignment_id}/sending"
    answers = await asyncio.gather(*(karin.post(path) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert len(await authority.told()) == 1
    refused = body(await karin.post(path), 409)
    assert refused["type"] == "already-sent"


@pytest.mark.requirement("R-01")
async def test_the_draft_is_changed_until_it_can_be_sent(authority: Running, karin: httpx.AsyncClient) -> None:
    assignment_id = await drafted(karin)
    path = f"/authority/assignments/{assignment_id}"
    fields = {"assignment_name": "PO 5/11", "goals": ["Klara morgonen själv"], "services": ["dusch"]}
    refusals = {
        None: (409, "nothing-ordered"),
        "0192a000-0000-7000-8000-000000000000": (422, "unknown-provider"),
        str(unit("tolvsteg")): (409, "provider-ended"),
        str(unit("ao")): (409, "not-a-provider"),
        str(unit("stadsmissionen")): (409, "nobody-there"),
    }
    for unit_id, (status, code) in refusals.items():
        body(await karin.put(path, json=fields | {"unit_id": unit_id}))
        refused = body(await karin.post(f"{path}/sending"), status)
        assert refused["type"] == code
        preview = body(await karin.get(f"{path}/preview"))
        assert preview["obstacle"] == refused["title"]
    body(await karin.put(path, json=fields | {"unit_id": str(unit("rakenstickan")), "services": []}))
    refused = body(await karin.post(f"{path}/sending"), 409)
    assert refused["title"] == "Välj minst en insats och en utförare."
    body(await karin.put(path, json=fields | {"unit_id": str(unit("rakenstickan"))}))
    body(await karin.post(f"{path}/sending"))
    (told,) = await authority.told()
    assert (told.unit_id, told.services) == (unit("rakenstickan"), ("dusch",))
    assert body(await karin.put(path, json=fields), 409)["type"] == "not-possible-now"
    unknown = await karin.put(path, json=fields | {"services": ["fonsterputs"]})
    assert unknown.status_code == 409


@pytest.mark.requirement("DOM-PROT-01")
async def test_a_protected_person_is_sent_where_somebody_may_see_them(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    assignment_id = await drafted(karin, protection="confidentiality_mark")
    path = f"/authority/assignments/{assignment_id}"
    refused = body(await karin.post(f"{path}/sending"), 409)
    assert refused["type"] == "nobody-cleared"
    assert "Ange först minst en chef eller samordnare på BLANDAREN" in refused["title"]
    assert body(await karin.get(f"{path}/preview"))["readers"] == []
    (row,) = await authority.sql("SELECT person_id FROM assignments")
    named = {"members": [str(member("eva.nyberg")), str(member("maria.strand"))]}
    body(await karin.post(f"/authority/persons/{row['person_id']}/clearance", json=named))
    preview = body(await karin.get(f"{path}/preview"))
    assert [reader["name"] for reader in preview["readers"]] == ["Eva Nyberg"]
    body(await karin.post(f"{path}/sending"))
    assert len(await authority.told()) == 1


@pytest.mark.requirement("DOM-PROT-01", "DOM-SEC-01")
async def test_an_order_is_seen_by_its_own_unit_and_when_protected_by_the_named_alone(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    protected = {"protection": "assumed_identity", "cleared": [str(member("eva.nyberg"))]}
    secret = await sent(karin, **protected)
    (row,) = await authority.sql("SELECT decision_id FROM assignments")
    open_one = await sent(karin, identity_number="19460762-2398")
    async with authority.client("sara.lind") as sara:
        for assignment_id in (secret, open_one):
            await _no_door_opens(sara, assignment_id)
        assert body(await sara.get("/authority/assignments"))["assignments"] == []
        await authority.deliver(substitute())
        await _no_door_opens(sara, secret)
        not_hers = {"decision_id": str(row["decision_id"]), "assignment_name": "PO", "goals": ["Mål"]}
        assert (await sara.post("/authority/assignments", json=not_hers)).status_code == 404
        seen = body(await sara.get("/authority/assignments"))["assignments"]
        assert [line["id"] for line in seen] == [str(open_one)]
        assert body(await sara.get(f"/authority/assignments/{open_one}"))["order"]["sent_by"] == "Karin Berg"
    mine = body(await karin.get("/authority/assignments"))["assignments"]
    assert [line["id"] for line in mine] == [str(open_one), str(secret)]
    async with authority.client("omar.haddad") as omar:
        assert (await omar.get("/authority/assignments")).status_code == 403


async def _no_door_opens(client: httpx.AsyncClient, assignment_id: object) -> None:
    path = f"/authority/assignments/{assignment_id}"
    for door in ("", "/preview", "/follow-ups"):
        assert (await client.get(f"{path}{door}")).status_code == 404
    commands: dict[str, dict[str, object]] = {
        "sending": {},
        "withdrawal": {"reason": "wrong_person"},
        "decline-confirmation": {},
        "replacement": {"unit_id": str(unit("rakenstickan"))},
        "closing": {"reason": "moved"},
    }
    for door, command in commands.items():
        assert (await client.post(f"{path}/{door}", json=command)).status_code == 404
    edit = {"assignment_name": "PO", "goals": ["Mål"]}
    assert (await client.put(path, json=edit)).status_code == 404


async def test_the_list_is_paged_and_filtered_and_every_person_shown_is_logged(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    first = await sent(karin)
    (row,) = await authority.sql("SELECT decision_id, person_id FROM assignments")
    drafts = [await draft(karin, row["decision_id"]) for _ in range(26)]
    newest = body(await karin.get("/authority/assignments"))
    assert [line["id"] for line in newest["assignments"]] == [str(id) for id in reversed(drafts[1:])]
    rest = body(await karin.get("/authority/assignments", params={"after": newest["after"]}))
    assert [line["id"] for line in rest["assignments"]] == [str(drafts[0]), str(first)]
    assert rest["after"] is None
    only = body(await karin.get("/authority/assignments", params={"status": "sent"}))
    assert [line["person"] for line in only["assignments"]] == ["Mustafsson, Moira"]
    assert body(await karin.get("/authority/assignments", params={"status": "closed"}))["assignments"] == []
    assert (await karin.get("/authority/assignments", params={"status": "lost"})).status_code == 422
    logged = await authority.sql("SELECT person_id, action, what FROM access_log")
    assert logged == [{"person_id": row["person_id"], "action": "list", "what": "assignments"}] * 3
