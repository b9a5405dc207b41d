from uuid import UUID

import httpx
import pytest

from contracts.authority import AssignmentSent
from tests.support.authority import declined, draft, drafted, sent
from tests.support.forms import box, chosen, content, decided, faults, option, written
from tests.support.municipality import member, unit
from tests.support.orders import GOALS
from tests.support.stafett import Ground, Running, body, eventually

PERSON = {"identity_number": "19200630 9294", "family_name": "Sjöö", "given_name": "Åke", "protection": "none"}
DECISION = {"decision_type": "Stöd hemma", "decided_on": "20261118", "decision_maker": "Karin Berg"}


@pytest.mark.requirement("TRE-ASSIGN-01", "TRE-ASSIGN-02", "F-09")
async def test_a_case_worker_does_the_whole_job_by_forms_and_the_unit_has_it_in_its_queue(clean: Ground) -> None:
    async with (
        clean.services("authority", "execution") as both,
        both["authority"].browser("karin.berg") as karin,
    ):
        person = (await karin.post("/authority/persons", data=PERSON)).headers["location"]
        decision = await karin.post(f"{person}/decisions", data=DECISION | {"legal_basis": "sol2025-11-1"})
        form = (await karin.get(_link(await karin.get(decision.headers["location"]), "Skapa uppdrag"))).text
        order = {"decision_id": decision.headers["location"].rsplit("/", 1)[1], "assignment_name": "Hemma 1"}
        order |= {"unit_id": option(form, "BLANDAREN htj (Leanlink) – Bistånd")} | box(form, "Dusch")
        order |= {"goals.0": "", "goals.1": "Duscha tryggt", "goals.2": " ", "goals.3": "Sova gott", "goals.4": ""}
        review = (await karin.post(f"/authority/assignments?decision_id={order['decision_id']}", data=order)).headers[
            "location"
        ]
        page = (await karin.get(review)).text
        assert page.index("Duscha tryggt") < page.index("Sova gott")
        assert "Eva Nyberg, Samordnare" in page
        assert "Det här saknas" not in page
        assert await both["authority"].told(AssignmentSent) == []
        done = await karin.post(review.replace("preview", "sending"))
        assert done.status_code == 303
        receipt = (await karin.get(done.headers["location"])).text
        assert ">Uppdraget är skickat</h1>" in receipt
        assert "Besked går till Eva Nyberg, Samordnare; Omar Haddad, Enhetschef; Tove Ahl, Verksamhetschef." in receipt
        assert receipt.count('aria-current="step"') == 1
        again = await karin.post(review.replace("preview", "sending"))
        back = await karin.get(review)
        for led_there in (again, back):
            assert (led_there.status_code, led_there.headers["location"]) == (303, review.removesuffix("/preview"))
        assert len(await both["authority"].told(AssignmentSent)) == 1
        async with both["execution"].browser("eva.nyberg") as eva:

            async def waits() -> bool:
                return "Sjöö, Åke" in (await eva.get("/execution/new-assignments")).text

            await eventually(waits)


def _link(page: httpx.Response, text: str) -> str:
    before, _, _ = page.text.partition(f">{text}</a>")
    return before.rpartition('href="')[2].rstrip('"')


@pytest.mark.requirement("F-09")
async def test_a_draft_that_is_refused_keeps_everything_and_says_what_is_wrong_at_its_field(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    decision_id = await decided(karin)
    path = f"/authority/assignments?decision_id={decision_id}"
    typed = {"decision_id": decision_id, "assignment_name": " ", "unit_id": str(unit("rakenstickan"))}
    typed |= {"services.3": "dusch", "goals.0": "", "goals.4": "Sova <b>gott</b>", "cover_message": "Ring på"}
    async with authority.browser("karin.berg") as browser:
        refused = await browser.post(path, data=typed)
        assert refused.status_code == 422
        assert "<title>Fel: Nytt uppdrag" in refused.text
        assert faults(refused.text) == {"assignment_name": "Fyll i Uppdrag."}
        assert chosen(refused.text) == {"unit_id": str(unit("rakenstickan")), "services.3": "dusch"}
        kept = written(refused.text)
        assert (kept["goals.0"], kept["goals.1"], kept["cover_message"]) == ("Sova <b>gott</b>", "", "Ring på")
        refused = await browser.post(path, data={"decision_id": decision_id, "assignment_name": "PO", "goals.0": " "})
        assert faults(refused.text) == {"goals": "Fyll i Mål med insatsen."}
        too_long = await browser.post(
            path, data=typed | {"assignment_name": "PO", "goals.0": " ", "goals.4": "x" * 2001}
        )
        assert faults(too_long.text) == {"goals.0": "Texten är för lång: högst 2000 tecken."}
        assert written(too_long.text)["goals.0"] == "x" * 2001
    assert await authority.sql("SELECT 1 FROM assignments") == []


async def test_there_is_room_for_more_goals_without_anything_being_saved_or_lost(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    decision_id = await decided(karin)
    path = f"/authority/assignments?decision_id={decision_id}"
    typed = {"decision_id": decision_id, "assignment_name": "PO", "services.3": "dusch", "again": "goals"}
    typed |= {f"goals.{number}": f"Mål {number}" for number in range(5)}
    async with authority.browser("karin.berg") as browser:
        more = await browser.post(path, data=typed)
        assert (more.status_code, "Det finns ett problem" in more.text) == (200, False)
        kept = written(more.text)
        assert [kept[f"goals.{number}"] for number in range(8)] == [
            *(f"Mål {number}" for number in range(5)),
            "",
            "",
            "",
        ]
        assert (kept["assignment_name"], chosen(more.text)) == ("PO", {"services.3": "dusch"})
        even_more = await browser.post(path, data=typed | {f"goals.{number}": "" for number in range(5, 8)})
        assert "goals.10" in written(even_more.text)
        elsewhere = await browser.post(path, data=typed, headers={"sec-fetch-site": "cross-site"})
        assert elsewhere.status_code == 403
    async with authority.browser("sara.lind") as sara:
        assert (await sara.post(path, data=typed)).status_code == 404
    assert await authority.sql("SELECT 1 FROM assignments") == []


async def test_a_draft_is_changed_by_a_form_until_it_is_sent(authority: Running, karin: httpx.AsyncClient) -> None:
    id = await drafted(karin)
    path = f"/authority/assignments/{id}"
    async with authority.browser("karin.berg") as browser:
        page = (await browser.get(path)).text
        assert f'<a href="{path}/draft">Ändra utkastet</a>' in page
        assert "Utföraren har inte avgett" not in page
        form = (await browser.get(f"{path}/draft")).text
        assert [written(form)[f"goals.{n}"] for n in range(3)] == [GOALS[0].text, GOALS[1].text, ""]
        assert {*chosen(form).values()} == {str(unit("blandaren")), "morgonhjalp", "servicelagenhet"}
        data = {"assignment_name": "PO 6/11", "goals.1": "Sova gott", "unit_id": str(unit("rakenstickan"))}
        refused = await browser.post(f"{path}/draft", data=data | {"services.0": "fonsterputs"})
        assert list(faults(refused.text)) == ["services"]
        done = await browser.post(f"{path}/draft", data=data | box(form, "Städ"))
        assert (done.status_code, done.headers["location"]) == (303, f"{path}/preview")
        assert "Sova gott" in (await browser.get(f"{path}/preview")).text
        assert (await browser.post(f"{path}/sending")).status_code == 303
        assert (await browser.get(f"{path}/draft")).status_code == 409
        late = await browser.post(f"{path}/draft", data=data)
        assert late.status_code == 409
        assert "Det går inte: uppdraget är skickat." in late.text
    (event,) = await authority.told(AssignmentSent)
    assert (event.unit_id, event.services) == (unit("rakenstickan"), ("stad",))


@pytest.mark.requirement("R-01")
async def test_what_is_missing_is_said_before_sending_and_nothing_is_sent(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    id = await draft(karin, UUID(await decided(karin)), unit_id=None)
    path = f"/authority/assignments/{id}"
    async with authority.browser("karin.berg") as browser:
        review = (await browser.get(f"{path}/preview")).text
        assert "Välj minst en insats och en utförare." in review
        assert "<button" not in content(review)
        refused = await browser.post(f"{path}/sending")
        assert refused.status_code == 409
        assert "<title>Fel: Granska och skicka" in refused.text
        unsent = await browser.get(f"{path}/sending")
        assert (unsent.status_code, "Uppdraget är ett utkast och inte skickat." in unsent.text) == (409, True)
    assert await authority.told(AssignmentSent) == []


@pytest.mark.requirement("DOM-PROT-01")
async def test_the_review_of_a_protected_person_s_order_leads_to_naming_who_may_see_them(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    id = await drafted(karin, protection="confidentiality_mark")
    async with authority.browser("karin.berg") as browser:
        review = (await browser.get(f"/authority/assignments/{id}/preview")).text
        person = (await authority.sql("SELECT person_id FROM assignments"))[0]["person_id"]
        assert f'<a href="/authority/persons/{person}#members">Ange vilka som får se personen</a>' in review
        data = {"members.0": str(member("eva.nyberg")), "members.999": str(member("karin.berg"))}
        assert (await browser.post(f"/authority/persons/{person}/clearance", data=data)).status_code == 303
        review = (await browser.get(f"/authority/assignments/{id}/preview")).text
    assert "Skicka uppdraget</button>" in review
    assert ("Eva Nyberg, Samordnare" in review, "Omar Haddad" in review) == (True, False)
    async with authority.client("sara.lind") as sara:
        for page in ("draft", "preview", "sending"):
            assert (await sara.get(f"/authority/assignments/{id}/{page}")).status_code == 404


@pytest.mark.requirement("C-09")
async def test_what_was_declined_is_sent_to_another_from_its_page(authority: Running, karin: httpx.AsyncClient) -> None:
    id = await sent(karin)
    await authority.deliver(declined(id))
    path = f"/authority/assignments/{id}"
    async with authority.browser("karin.berg") as browser:
        assert "Bekräfta nej från utföraren" in (await browser.get("/authority/assignments")).text
        await browser.post(f"{path}/decline-confirmation")
        page = (await browser.get(path)).text
        same = await browser.post(f"{path}/replacement", data={"unit_id": option(page, "BLANDAREN htj")})
        assert faults(same.text) == {"unit_id": "Den utföraren har tackat nej. Välj en annan utförare."}
        assert chosen(same.text) == {"unit_id": str(unit("blandaren"))}
        elsewhere = option(page, "RÄKNESTICKANS hemtjänst BAS (Attendo) – Bistånd")
        done = await browser.post(f"{path}/replacement", data={"unit_id": elsewhere})
        assert done.status_code == 303
        new = (await browser.get(done.headers["location"])).text
    assert "Skickas i stället för" in new
    assert "Granska och skicka" in new
    async with authority.client("karin.berg") as client:
        steps = [line["next_step"] for line in body(await client.get("/authority/assignments"))["assignments"]]
    assert [step and step["text"] for step in steps] == ["Granska och skicka", None]


async def test_the_providers_to_choose_from_are_those_that_can_receive(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    decision_id = await decided(karin)
    form = body(await karin.get(f"/authority/assignments/new?decision_id={decision_id}"))
    own, others = ([choice["name"] for choice in group["choices"]] for group in form["providers"])
    assert "Berga Service – Service" in own
    assert "RÄKNESTICKANS hemtjänst BAS (Attendo) – Bistånd" in others
    assert not any(name.startswith(("12-steg", "ÄO ", "HSL", "Akutboende")) for name in own)
    assert (await karin.get(f"/authority/assignments/new?decision_id={unit('blandaren')}")).status_code == 404


async def test_a_draft_is_discarded_from_its_page_and_leaves_the_lists(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    path = f"/authority/assignments/{await drafted(karin)}"
    async with authority.browser("karin.berg") as browser:
        assert "Ta bort utkastet" in (await browser.get(path)).text
        done = await browser.post(f"{path}/discarding")
        assert (done.status_code, path in (await browser.get(done.headers["location"])).text) == (303, False)
        assert path not in (await browser.get("/authority/assignments")).text
        assert path in (await browser.get("/authority/assignments?status=discarded")).text
        page = (await browser.get(path)).text
        assert "borttaget" in page
        assert "Granska och skicka" not in page
        sent = await browser.post(f"{path}/sending")
        assert (sent.status_code, sent.headers["location"]) == (303, path)
    assert await authority.told(AssignmentSent) == []
