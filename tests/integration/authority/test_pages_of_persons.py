import httpx
import pytest

from contracts.organisation import MemberChanged, MemberDetails, Membership, Role
from contracts.sealed import Sealed
from tests.support.authority import MOIRA, decide, draft, register, substitute
from tests.support.forms import box, chosen, faults, written
from tests.support.municipality import member, unit
from tests.support.stafett import Running, body

GUN = {"identity_number": "471016-2381", "family_name": "Öberg-Lind", "given_name": "Gun Britt"}
NOBODY = "00000000-0000-0000-0000-000000000000"


async def searched(client: httpx.AsyncClient, sought: str) -> list[str]:
    """The names that a search finds."""
    found = body(await client.post("/authority/persons/search", json={"sought": sought}))["persons"]
    return [line["person"] for line in found]


async def test_an_empty_list_says_what_to_do(authority: Running) -> None:
    async with authority.browser("karin.berg") as browser:
        page = (await browser.get("/authority/persons")).text
    assert "Din enhet har inte registrerat någon person ännu. Börja med att registrera en person" in page
    assert '<a href="/authority/persons" aria-current="page">Personer</a>' in page
    async with authority.client("omar.haddad") as omar:
        assert (await omar.get("/authority/persons")).status_code == 403
        assert (await omar.get("/authority/persons/new")).status_code == 403
        assert (await omar.post("/authority/persons/search", json={"sought": "Moira"})).status_code == 403


@pytest.mark.requirement("F-01")
async def test_persons_are_found_by_number_however_written_by_case_and_by_the_beginning_of_names(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    await register(karin)
    gun = await register(karin, **GUN)
    case = body(await karin.get(f"/authority/persons/{gun}"))["case_number"]
    for sought in ("19471016-2381", "471016 2381", "19 471016 2381", case, "öberg", "ÖB GUN", "britt lind"):
        assert await searched(karin, sought) == ["Öberg-Lind, Gun Britt"], sought
    assert await searched(karin, "mu") == ["Mustafsson, Moira"]
    for sought in ("19460762-2398", "0000001", "berg", "gun moira", "o'brien & x | !y:* \\"):
        assert await searched(karin, sought) == [], sought
    async with authority.client("sara.lind") as sara:
        assert await searched(sara, "Moira") == []


@pytest.mark.requirement("DOM-SEC-01")
async def test_every_search_and_every_person_shown_is_logged(authority: Running, karin: httpx.AsyncClient) -> None:
    person_id = await register(karin)
    await karin.get("/authority/persons")
    await searched(karin, "moira")
    await searched(karin, "19460762-2398")
    logged = await authority.sql("SELECT person_id::text, action, what FROM access_log ORDER BY number")
    assert [(row["person_id"], row["action"], row["what"]) for row in logged] == [
        (str(person_id), "list", "persons"),
        (str(person_id), "search", "persons by name"),
        (NOBODY, "search", "persons by number"),
    ]


async def test_a_search_that_cannot_be_made_says_why_and_keeps_what_was_typed(authority: Running) -> None:
    async with authority.browser("karin.berg") as browser:
        for sought, sentence in (
            ("471016-2382", "Kontrollsiffran stämmer inte."),
            ("--", "Skriv ett identitetsnummer"),
            ("m", "Skriv minst två bokstäver"),
        ):
            page = await browser.post("/authority/persons/search", data={"sought": sought})
            assert page.status_code == 422
            assert faults(page.text)["sought"].startswith(sentence)
            assert written(page.text)["sought"] == sought
        none = (await browser.post("/authority/persons/search", data={"sought": "<b>xx</b>"})).text
        assert "Ingen av enhetens personer som du får se stämmer" in none
        assert written(none)["sought"] == "<b>xx</b>"
        assert (await browser.get("/authority/persons/search")).status_code == 200


async def test_the_list_and_a_search_are_paged_the_newest_first(authority: Running, karin: httpx.AsyncClient) -> None:
    for number in range(26):
        await register(karin, identity_number=None, de_identified=True, given_name=f"Nr {number:02}")
    async with authority.browser("karin.berg") as browser:
        first = (await browser.get("/authority/persons")).text
        assert ("Nr 25" in first, "Nr 00" in first) == (True, False)
        found = body(await karin.post("/authority/persons/search", json={"sought": "nr"}))
        assert [len(found["persons"]), found["persons"][0]["person"]] == [25, "Mustafsson, Nr 25"]
        more = await browser.post("/authority/persons/search", data={"sought": "nr", "after": found["after"]})
        assert ("Nr 00" in more.text, "Nr 01" in more.text) == (True, False)
    rest = body(await karin.get("/authority/persons", params={"after": found["after"]}))
    assert ([line["person"] for line in rest["persons"]], rest["after"]) == (["Mustafsson, Nr 00"], None)


@pytest.mark.requirement("DOM-PROT-01")
async def test_a_protected_person_is_in_no_list_and_no_search_but_for_the_named(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    await authority.deliver(substitute())
    person_id = await register(karin, protection="confidentiality_mark")
    async with authority.client("sara.lind") as sara:
        assert body(await sara.get("/authority/persons"))["persons"] == []
        assert await searched(sara, MOIRA["identity_number"]) == []
        for page in (f"persons/{person_id}", f"persons/{person_id}/decisions/new"):
            assert (await sara.get(f"/authority/{page}")).status_code == 404
    async with authority.browser("karin.berg") as browser:
        page = (await browser.get("/authority/persons")).text
    assert '<span class="tag">Skyddade uppgifter</span>' in page


@pytest.mark.requirement("F-01", "DOM-PROT-01")
async def test_a_person_is_registered_by_a_form_and_what_is_refused_is_said_at_its_field(authority: Running) -> None:
    await authority.deliver(substitute())
    async with authority.browser("karin.berg") as browser:
        form = (await browser.get("/authority/persons/new")).text
        assert "Personen är folkbokförd på en annan ort än den bor på." in form
        assert "Karin Berg</span>" not in form
        typed = {
            **GUN,
            "registered_address": "Ågatan 1",
            "protection": "protected_registration",
            "sex": "",
            "birth_year": "",
        }
        typed |= box(form, "Sara Lind")
        wrong = {"identity_number": "19471016-2380", "registered_address": ""}
        refused = await browser.post("/authority/persons", data=typed | wrong)
        assert refused.status_code == 422
        assert "<title>Fel: Registrera person" in refused.text
        assert list(faults(refused.text)) == ["identity_number"]
        assert written(refused.text)["identity_number"] == "19471016-2380"
        assert written(refused.text)["given_name"] == "Gun Britt"
        ticked = {"protection": "protected_registration", "cleared.0": str(member("sara.lind"))}
        assert chosen(refused.text) == ticked
        refused = await browser.post("/authority/persons", data=typed)
        assert list(faults(refused.text)) == ["registered_address"]
        done = await browser.post("/authority/persons", data=typed | {"registered_address": ""})
        assert done.status_code == 303
        page = (await browser.get(done.headers["location"])).text
    assert "<h1>Öberg-Lind, Gun Britt</h1>" in page
    assert "Personen har skyddade uppgifter. Din läsning loggas och granskas." in page
    assert "19471016-2381. Ärende 07" in page
    assert "Ett uppdrag vilar alltid på ett beslut" in page
    assert chosen(page) == {"members.0": str(member("sara.lind"))}


@pytest.mark.requirement("F-01")
async def test_a_person_without_identity_is_registered_by_a_form(authority: Running) -> None:
    async with authority.browser("karin.berg") as browser:
        both = await browser.post("/authority/persons", data=GUN | {"de_identified": "true", "protection": "none"})
        assert list(faults(both.text)) == ["identity_number"]
        assert chosen(both.text)["de_identified"] == "true"
        done = await browser.post("/authority/persons", data={"de_identified": "true", "birth_year": "1990"})
        page = (await browser.get(done.headers["location"])).text
    assert "<h1>Avidentifierad, person</h1>" in page
    assert "identitetsnummer saknas" in page


@pytest.mark.requirement("DOM-PROT-01")
async def test_who_may_see_a_protected_person_is_given_and_taken_on_the_person_s_page(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    await authority.deliver(substitute())
    person_id = await register(karin, protection="assumed_identity")
    await draft(karin, await decide(karin, person_id))
    path = f"/authority/persons/{person_id}"
    async with authority.browser("karin.berg") as browser:
        page = (await browser.get(path)).text
        assert "<p>Alltid: Karin Berg.</p>" in page
        always = {"members.999": str(member("karin.berg"))}
        eva, sara = box(page, "Eva Nyberg, Samordnare, BLANDAREN"), box(page, "Sara Lind")
        done = await browser.post(f"{path}/clearance", data=always | eva | sara)
        assert (done.status_code, done.headers["location"]) == (303, path)
        assert {str(member("eva.nyberg")), str(member("sara.lind"))} == {
            *chosen((await browser.get(path)).text).values()
        }
        await browser.post(f"{path}/clearance", data=always)
        page = (await browser.get(path)).text
        assert chosen(page) == {}
        stranger = await browser.post(f"{path}/clearance", data=always | {"members.0": NOBODY})
        assert list(faults(stranger.text)) == ["members"]
    assert list(body(await karin.get(path))["cleared"].values()) == ["Karin Berg"]


@pytest.mark.requirement("F-07", "C-14", "DOM-LAW-01")
async def test_a_decision_is_registered_by_a_form_with_dates_as_people_write_them(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    person_id = await register(karin)
    path = f"/authority/persons/{person_id}/decisions"
    typed = {
        "decision_type": "Personlig omvårdnad",
        "decided_on": "18/11 2026",
        "decision_maker": "Karin Berg",
        "legal_basis": "sol2001-4-1",
        "period_from": "1 december 2026",
        "period_to": "31/1",
    }
    async with authority.browser("karin.berg") as browser:
        form = (await browser.get(f"{path}/new")).text
        assert '<optgroup label="SoL 2025:400, beslut från och med 2025-07-01">' in form
        assert '<optgroup label="SoL 2001:453, beslut till och med 2025-06-30">' in form
        assert written(form)["decision_maker"] == "Karin Berg"
        refused = await browser.post(path, data=typed)
        assert faults(refused.text) == {
            "period_to": "Skriv året också, till exempel 2026-11-22 eller 22 november 2026."
        }
        assert written(refused.text)["decided_on"] == "18/11 2026"
        assert chosen(refused.text) == {"legal_basis": "sol2001-4-1"}
        refused = await browser.post(path, data=typed | {"period_to": "310127"})
        assert refused.status_code == 422
        assert list(faults(refused.text)) == ["legal_basis"]
        old = await browser.post(path, data=typed | {"decided_on": "2025-06-30", "period_to": ""})
        assert old.status_code == 303
        page = (await browser.get(old.headers["location"])).text
    assert "4 kap. 1 § SoL (2001:453)" in page
    assert "2026-12-01 – tills vidare" in page
    assert "Inget uppdrag är skapat på beslutet ännu." in page


@pytest.mark.requirement("F-01")
async def test_who_works_at_several_units_chooses_where_the_person_belongs(authority: Running) -> None:
    places = (unit("bistandsenheten"), unit("ifo-myndighet"))
    await authority.deliver(
        MemberChanged(
            member_id=member("sara.lind"),
            memberships=tuple(Membership(unit_id=place, role=Role.CASE_WORKER) for place in places),
            details=Sealed(MemberDetails(name="Sara Lind", title="Socialsekreterare", login="sara.lind")),
        )
    )
    async with authority.browser("sara.lind") as browser:
        form = (await browser.get("/authority/persons/new")).text
        assert "Vilken enhet hör personen till?" in form
        refused = await browser.post("/authority/persons", data=GUN)
        assert refused.status_code == 422
        assert list(faults(refused.text)) == ["authority_unit_id"]
        done = await browser.post("/authority/persons", data=GUN | {"authority_unit_id": str(places[1])})
        assert done.status_code == 303
        page = (await browser.get(done.headers["location"])).text
    assert "<dt>Enhet</dt><dd>IFO Myndighet barn och vuxen</dd>" in page
