import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from contracts.organisation import ManagersChanged, MemberChanged, UnitChanged
from tests.support.municipality import member, unit
from tests.support.stafett import Running, body

BLANDAREN = f"/organisation/units/{unit('blandaren')}"
EVA = f"/organisation/members/{member('eva.nyberg')}"


def a_unit(**changes: Any) -> dict[str, Any]:
    values = {"name": "BLANDAREN htj (Leanlink)", "kind": "provider", "parent_id": str(unit("ao"))}
    return values | {"business_area": "ao", "mark": "aid"} | changes


def a_member(*roles: dict[str, Any], **changes: Any) -> dict[str, Any]:
    values = {"name": "Eva Nyberg", "title": "Samordnare", "login": "eva.nyberg", "memberships": list(roles)}
    return values | changes


def a_role(role: str = "coordinator", at: str = "blandaren", **days: str) -> dict[str, Any]:
    return {"role": role, "unit_id": str(unit(at)), **days}


def refusal(response: httpx.Response, status: int) -> tuple[str, list[str | None]]:
    """(code, fields) of a refusal."""
    said = body(response, status)
    return said["type"], [error["field"] for error in said.get("errors", [])]


@pytest.mark.requirement("F-03")
async def test_moving_a_unit_moves_all_below_it_and_tells_each(organisation: Running) -> None:
    before = len(await organisation.told(UnitChanged))
    async with organisation.client("asa.vinge") as asa:
        done = body(await asa.put(BLANDAREN, json=a_unit(parent_id=str(unit("fh")))))
        units = body(await asa.get(done["location"]))["units"]
    assert done["message"] == "Enheten är sparad."
    names = next(line["path_names"] for line in units if line["code"] == "blandaren-ute")
    assert names[1] == "Funktionsnedsättning (SoL)"
    told = (await organisation.told(UnitChanged))[before:]
    assert [event.unit_id for event in told] == [unit("blandaren"), unit("blandaren-ute")]
    headers = await organisation.sql("SELECT headers->>'ce-actor' AS actor FROM outbox ORDER BY position DESC LIMIT 1")
    assert headers == [{"actor": str(member("asa.vinge"))}]


async def test_a_unit_that_is_put_where_there_was_none_is_new(organisation: Running) -> None:
    id = uuid4()
    async with organisation.client("asa.vinge") as asa:
        path = f"/organisation/units/{id}"
        body(
            await asa.put(
                path, json=a_unit(name="Öst/Väst “Åkern” 🙂", kind="sub_unit", parent_id=str(unit("blandaren")))
            )
        )
        again = body(
            await asa.put(
                path, json=a_unit(name="Öst/Väst “Åkern” 🙂", kind="sub_unit", parent_id=str(unit("blandaren")))
            )
        )
        units = body(await asa.get("/organisation/units"))["units"]
    assert again["message"] == "Inget ändrades."
    assert next(line["path_names"][-1] for line in units if line["id"] == str(id)) == "Öst/Väst “Åkern” 🙂"
    assert len([event for event in await organisation.told(UnitChanged) if event.unit_id == id]) == 1


async def test_a_unit_is_refused_in_words(organisation: Running) -> None:
    async with organisation.client("asa.vinge") as asa:
        unknown = await asa.put(BLANDAREN, json=a_unit(parent_id=str(uuid4())))
        below = await asa.put(BLANDAREN, json=a_unit(parent_id=str(unit("blandaren-ute"))))
        nul = await asa.put(BLANDAREN, json=a_unit(name="Bland\x00aren"))
    assert refusal(unknown, 422) == ("unknown-parent", ["parent_id"])
    assert refusal(below, 409) == ("below-itself", ["parent_id"])
    assert refusal(nul, 422) == ("invalid", ["name"])
    async with organisation.client("tove.ahl") as tove:
        assert refusal(await tove.put(BLANDAREN, json=a_unit()), 403) == ("not-allowed", [])


async def test_two_moves_at_once_do_not_make_a_ring(organisation: Running) -> None:
    async with organisation.client("asa.vinge") as asa:
        one = asa.put(BLANDAREN, json=a_unit(parent_id=str(unit("stodteam"))))
        other = asa.put(
            f"/organisation/units/{unit('stodteam')}",
            json=a_unit(name="STÖDTEAM", parent_id=str(unit("blandaren"))),
        )
        answers = await asyncio.gather(one, other)
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_member_gets_roles_and_a_new_login_and_is_told(organisation: Running) -> None:
    async with organisation.client("asa.vinge") as asa:
        wanted = a_member(a_role(), a_role("care_worker", "aspen-ute", valid_to="2027-01-31"), login="eva.ek")
        assert body(await asa.put(EVA, json=wanted))["message"] == "Medarbetaren är sparad."
        assert body(await asa.put(EVA, json=wanted))["message"] == "Inget ändrades."
        listed = body(await asa.get(f"/organisation/members?unit={unit('aspen-ute')}"))["members"]
    assert [line["login"] for line in listed] == ["anders.vik", "eva.ek", "moa.kvist"]
    told = (await organisation.told(MemberChanged))[-1]
    assert [(m.unit_id, m.valid_to) for m in told.memberships] == [
        (unit("blandaren"), None),
        (unit("aspen-ute"), date(2027, 1, 31)),
    ]


async def test_a_member_is_refused_in_words(organisation: Running) -> None:
    async with organisation.client("asa.vinge") as asa:
        login = await asa.put(EVA, json=a_member(a_role(), login="omar.haddad"))
        stranger = await asa.put(f"/organisation/members/{uuid4()}", json=a_member(login="omar.haddad"))
        ended = await asa.put(EVA, json=a_member(a_role(at="tolvsteg")))
        nowhere = await asa.put(EVA, json=a_member({"role": "coordinator", "unit_id": str(uuid4())}))
        nul = await asa.put(EVA, json=a_member(title="Sam\x00ordnare"))
    assert refusal(login, 409) == ("login-used", ["login"])
    assert refusal(stranger, 409) == ("login-used", ["login"])
    assert refusal(ended, 409) == ("unit-ended", ["memberships.0.unit_id"])
    assert refusal(nowhere, 422) == ("unknown-unit", ["memberships.0.unit_id"])
    assert refusal(nul, 422) == ("invalid", ["title"])
    async with organisation.client("omar.haddad") as omar:
        assert refusal(await omar.put(EVA, json=a_member()), 403) == ("not-allowed", [])


@pytest.mark.requirement("R-26")
async def test_managers_are_appointed_by_date_and_told(organisation: Running) -> None:
    omar = {"member_id": str(member("omar.haddad")), "valid_from": "2025-01-01", "valid_to": "2025-12-31"}
    eva = {"member_id": str(member("eva.nyberg")), "valid_from": "2026-01-01", "deputy": True}
    async with organisation.client("asa.vinge") as asa:
        done = body(await asa.put(f"{BLANDAREN}/managers", json={"terms": [omar, eva]}))
        units = body(await asa.get(done["location"]))["units"]
    assert next(line["manager"] for line in units if line["code"] == "blandaren") == {
        "member_id": str(member("eva.nyberg")),
        "name": "Eva Nyberg",
        "title": "Samordnare",
        "deputy": True,
    }
    told = (await organisation.told(ManagersChanged))[-1]
    assert [(term.member_id, term.deputy) for term in told.terms] == [
        (member("omar.haddad"), False),
        (member("eva.nyberg"), True),
    ]


async def test_managers_are_refused_in_words(organisation: Running) -> None:
    omar = {"member_id": str(member("omar.haddad")), "valid_from": "2025-01-01"}
    tove = {"member_id": str(member("tove.ahl")), "valid_from": "2026-12-01"}
    stranger = {"member_id": str(uuid4()), "valid_from": "2026-12-01"}
    path = f"{BLANDAREN}/managers"
    async with organisation.client("asa.vinge") as asa:
        both = await asa.put(path, json={"terms": [omar, tove]})
        unknown = await asa.put(path, json={"terms": [stranger]})
        ended = await asa.put(f"/organisation/units/{unit('tolvsteg')}/managers", json={"terms": [omar]})
        nowhere = await asa.put(f"/organisation/units/{uuid4()}/managers", json={"terms": [omar]})
    assert refusal(both, 409) == ("two-managers", ["terms"])
    assert refusal(unknown, 409) == ("manager-not-active", ["terms.0.member_id"])
    assert refusal(ended, 409) == ("unit-ended", ["terms.0.valid_to"])
    assert refusal(nowhere, 404) == ("not-found", [])
    async with organisation.client("omar.haddad") as manager:
        assert refusal(await manager.put(path, json={"terms": [omar]}), 403) == ("not-allowed", [])


async def test_everybody_with_a_role_lists_the_units_and_nobody_else(organisation: Running) -> None:
    async with organisation.client("nils.holm") as support, organisation.client("jonas.ek") as jonas:
        assert body(await support.get("/organisation/units")) == body(await jonas.get("/organisation/units"))
    async with organisation.client("okand.person") as stranger, organisation.client() as nobody:
        assert refusal(await stranger.get("/organisation/units"), 403) == ("unknown-member", [])
        assert refusal(await nobody.get("/organisation/units"), 401) == ("not-logged-in", [])


async def test_a_manager_lists_the_members_of_their_units_only(organisation: Running) -> None:
    async with organisation.client("omar.haddad") as omar:
        here = body(await omar.get(f"/organisation/members?unit={unit('blandaren')}"))["members"]
        mine = body(await omar.get("/organisation/members"))["members"]
        other = await omar.get(f"/organisation/members?unit={unit('aspen-ute')}")
        nowhere = await omar.get(f"/organisation/members?unit={uuid4()}")
    assert [line["name"] for line in here] == ["Eva Nyberg", "Jonas Ek", "Omar Haddad"]
    assert mine == here
    assert refusal(other, 403) == ("not-allowed", [])
    assert refusal(nowhere, 404) == ("not-found", [])
    async with organisation.client("jonas.ek") as jonas:
        assert refusal(await jonas.get("/organisation/members"), 403) == ("not-allowed", [])


async def test_members_whose_roles_are_over_are_listed_only_when_asked_for(organisation: Running) -> None:
    async with organisation.client("asa.vinge") as asa:
        body(await asa.put(EVA, json=a_member(a_role(valid_to="2026-01-31"))))
        body(
            await asa.put(
                f"/organisation/members/{member('jonas.ek')}", json=a_member(login="jonas.ek", name="Jonas Ek")
            )
        )
        path = f"/organisation/members?unit={unit('blandaren')}"
        now = body(await asa.get(path))["members"]
        ever = body(await asa.get(f"{path}&former=true"))["members"]
        all_ever = body(await asa.get("/organisation/members?former=true"))["members"]
    assert [line["login"] for line in now] == ["omar.haddad"]
    assert [(line["login"], line["active"]) for line in ever] == [("eva.nyberg", False), ("omar.haddad", True)]
    assert "jonas.ek" in [line["login"] for line in all_ever]


async def test_a_long_list_of_members_comes_in_pages(organisation: Running) -> None:
    async with organisation.client("asa.vinge") as asa:
        for number in range(60):
            wanted = a_member(a_role("care_worker"), name="Vikarie", login=f"vikarie.{number}")
            body(await asa.put(f"/organisation/members/{uuid4()}", json=wanted))
        path = f"/organisation/members?unit={unit('blandaren')}"
        first = body(await asa.get(path))
        second = body(await asa.get(f"{path}&after={first['after']}"))
    ids = [line["id"] for line in (*first["members"], *second["members"])]
    assert (len(first["members"]), len(ids), len(set(ids)), second["after"]) == (50, 63, 63, None)
