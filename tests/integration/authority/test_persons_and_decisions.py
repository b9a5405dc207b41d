import asyncio
import re
from typing import Any

import httpx
import pytest

from tests.support.authority import MOIRA, decide, register, sent, substitute
from tests.support.municipality import member, unit
from tests.support.stafett import Running, body


@pytest.mark.requirement("F-01", "DOM-ID-01")
async def test_every_kind_of_identity_number_comes_through_the_door(karin: httpx.AsyncClient) -> None:
    kinds = {
        "19380303-9142": ("19380303-9142", "personnummer"),
        "194607622398": ("19460762-2398", "samordningsnummer"),
        "20090080-2398": ("20090080-2398", "samordningsnummer"),
        "20050505-t000": ("20050505-T000", "t_number"),
        "9" + "9900831-2382": ("99900831-2382", "reserve_number"),
    }
    for written, expected in kinds.items():
        person_id = await register(karin, identity_number=written)
        read = body(await karin.get(f"/authority/persons/{person_id}"))
        assert (read["identity_number"], read["identity_type"]) == expected
    nobody = await register(karin, identity_number=None, de_identified=True, sex="kvinna", birth_year=1990)
    read = body(await karin.get(f"/authority/persons/{nobody}"))
    assert (read["identity_number"], read["identity_type"], read["birth_year"]) == (None, "none", 1990)


async def test_who_tries_a_number_that_somebody_has_is_logged_with_whose_it_was(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    person_id = await register(karin, protection="confidentiality_mark")
    async with authority.client("sara.lind") as sara:
        assert body(await sara.post("/authority/persons", json=MOIRA), 409)["type"] == "already-registered"
    (tried,) = await authority.sql("SELECT member_id, person_id, action FROM access_log WHERE action = 'register'")
    assert (tried["member_id"], str(tried["person_id"])) == (member("sara.lind"), str(person_id))


async def test_a_name_of_any_depth_is_a_field_that_is_not_there(authority: Running) -> None:
    async with authority.browser("karin.berg") as browser:
        refused = await browser.post("/authority/persons", data={"a." * 3000 + "b": "1"})
    assert refused.status_code == 422


@pytest.mark.requirement("F-01")
async def test_a_person_is_registered_and_read_and_the_reading_is_logged(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    person_id = await register(karin)
    read = body(await karin.get(f"/authority/persons/{person_id}"))
    assert (read["family_name"], read["given_name"], read["sex"]) == ("Mustafsson", "Moira", "kvinna")
    assert (read["unit"], read["registered_by"]) == ("ÄO Biståndsenheten", "Karin Berg")
    assert re.fullmatch(r"07\d{5}", read["case_number"])
    (row,) = await authority.sql("SELECT member_id, role, unit_id, person_id, action, what FROM access_log")
    assert row == {
        "member_id": member("karin.berg"),
        "role": "case_worker",
        "unit_id": unit("bistandsenheten"),
        "person_id": person_id,
        "action": "read",
        "what": f"person/{person_id}",
    }


async def test_a_number_is_registered_once_and_the_refusal_says_nothing_of_who(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    await register(karin)
    async with authority.client("sara.lind") as sara:
        refused = await sara.post("/authority/persons", json=MOIRA | {"identity_number": "380303-9142"})
    assert body(refused, 409)["type"] == "already-registered"
    assert "9142" not in refused.text
    assert "Moira" not in refused.text


async def test_two_who_register_the_same_number_at_once_make_one_person(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    answers = await asyncio.gather(*(karin.post("/authority/persons", json=MOIRA) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await authority.sql("SELECT 1 FROM persons")) == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"identity_number": "19380303-9143"}, "identity_number"),
        ({"identity_number": None}, "identity_number"),
        ({"family_name": " "}, "family_name"),
        ({"family_name": "Mustaf\x00sson"}, "family_name"),
        ({"protection": "protected_registration"}, "registered_address"),
        ({"protection": "hidden"}, "protection"),
        ({"cleared": ["0192a000-0000-7000-8000-000000000000"]}, "cleared"),
    ],
)
async def test_what_cannot_be_registered_is_refused_at_its_field(
    karin: httpx.AsyncClient, fields: dict[str, Any], field: str
) -> None:
    refused = body(await karin.post("/authority/persons", json=MOIRA | fields), 422)
    assert [error["field"] for error in refused["errors"]] == [field]


async def test_nobody_but_case_workers_comes_in_and_each_sees_their_own_unit(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    person_id = await register(karin)
    decision_id = await decide(karin, person_id)
    for login, status in (("sara.lind", 200), ("omar.haddad", 403), ("nils.holm", 403)):
        async with authority.client(login) as other:
            for path in (f"persons/{person_id}", f"decisions/{decision_id}"):
                assert body(await other.get(f"/authority/{path}"), 404)["type"] == "not-found"
            assert body(await other.post(f"/authority/persons/{person_id}/decisions", json={}), 422)
            numbered = MOIRA | {"identity_number": "19460762-2398"}
            body(await other.post("/authority/persons", json=numbered), status)
    async with authority.client() as stranger:
        assert (await stranger.get(f"/authority/persons/{person_id}")).status_code == 401
    assert await authority.sql("SELECT 1 FROM access_log") == []


@pytest.mark.requirement("DOM-PROT-01")
async def test_a_protected_person_exists_for_the_named_alone(authority: Running, karin: httpx.AsyncClient) -> None:
    await authority.deliver(substitute())
    person_id = await register(karin, protection="confidentiality_mark")
    async with authority.client("sara.lind") as sara:
        assert (await sara.get(f"/authority/persons/{person_id}")).status_code == 404
        answer = await karin.post(
            f"/authority/persons/{person_id}/clearance", json={"members": [str(member("sara.lind"))]}
        )
        assert body(answer)["message"] == "De som får se personen är angivna."
        read = body(await sara.get(f"/authority/persons/{person_id}"))
    assert sorted(read["cleared"].values()) == ["Karin Berg", "Sara Lind"]


@pytest.mark.requirement("DOM-PROT-01")
async def test_a_change_of_who_may_see_is_told_to_the_provider_that_has_the_order(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    protected = {"protection": "confidentiality_mark", "cleared": [str(member("eva.nyberg"))]}
    assignment_id = await sent(karin, **protected)
    (row,) = await authority.sql("SELECT person_id FROM assignments")
    path = f"/authority/persons/{row['person_id']}/clearance"
    assert body(await karin.post(path, json={"members": []}), 409)["type"] == "nobody-cleared"
    body(await karin.post(path, json={"members": [str(member("omar.haddad"))]}))
    _, told = await authority.told()
    assert (told.type, told.assignment_id) == ("authority.clearance-changed.v1", assignment_id)
    assert told.cleared == (member("karin.berg"), member("omar.haddad"))


async def test_nobody_is_named_for_a_person_without_protection(karin: httpx.AsyncClient) -> None:
    person_id = await register(karin)
    refused = await karin.post(f"/authority/persons/{person_id}/clearance", json={"members": []})
    assert body(refused, 409)["type"] == "not-protected"


@pytest.mark.requirement("F-07", "C-14", "DOM-LAW-01")
async def test_a_decision_rests_on_a_basis_in_force_on_its_day(authority: Running, karin: httpx.AsyncClient) -> None:
    person_id = await register(karin)
    decision_id = await decide(karin, person_id, period_from="2026-12-01")
    read = body(await karin.get(f"/authority/decisions/{decision_id}"))
    assert (read["person"], read["legal_basis_shown"]) == ("Mustafsson, Moira", "11 kap. 1 § SoL (2025:400)")
    assert (read["period_from"], read["period_to"], read["registered_by"]) == ("2026-12-01", None, "Karin Berg")
    assert await authority.sql("SELECT what FROM access_log") == [{"what": f"decision/{decision_id}"}]
    repealed = {
        "decided_on": "2026-11-18",
        "decision_maker": "Karin Berg",
        "decision_type": "beviljas fortsatt bistånd",
        "legal_basis": "sol2001-4-1",
    }
    refused = await karin.post(f"/authority/persons/{person_id}/decisions", json=repealed)
    assert body(refused, 422)["errors"][0]["field"] == "legal_basis"
