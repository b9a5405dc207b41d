from datetime import date, timedelta
from typing import Any

import pytest

from contracts.authority import Protection
from contracts.deviation import DeviationMoved, DeviationRegistered, LexSuspected, ManagerMissing
from contracts.organisation import ManagersChanged, ManagerTerm
from tests.support.deviations import ASSIGNMENT, NOW, distributed, row
from tests.support.municipality import member, unit
from tests.support.orders import person
from tests.support.reports import MOIRA, UTE, asked, did, reported, typed, yesterday
from tests.support.stafett import Running, body, eventually

FORM = "/deviation/deviations/new"


def term(login: str, **days: Any) -> ManagerTerm:
    return ManagerTerm(member_id=member(login), **({"valid_from": date(2025, 1, 1)} | days))


def answers(code: str, *terms: ManagerTerm) -> ManagersChanged:
    return ManagersChanged(unit_id=unit(code), terms=terms)


@pytest.mark.requirement("TRE-DEV-16", "TRE-DEV-03")
async def test_a_report_is_with_the_manager_and_the_reporter_is_told_who_at_once(deviation: Running) -> None:
    async with deviation.client("jonas.ek") as jonas:
        done = body(await jonas.post("/deviation/deviations", json=typed()))
    assert done["message"] == "Avvikelsen är registrerad. Meddelande skickas till Omar Haddad, Enhetschef."
    (told,) = await deviation.told(DeviationRegistered)
    assert (told.manager_id, told.about_person) == (member("omar.haddad"), True)
    (row_,) = await deviation.sql("SELECT status, manager_id, unit_id, occurred_at::text FROM deviations")
    assert row_ == {
        "status": "with_manager",
        "manager_id": member("omar.haddad"),
        "unit_id": unit("blandaren-ute"),
        "occurred_at": "21:30:00",
    }


@pytest.mark.requirement("TRE-DEV-10", "R-27")
async def test_the_unit_need_not_be_sent_and_cannot_be_another(deviation: Running) -> None:
    await reported(deviation, unit_id=None)
    refused = await did(deviation, "jonas.ek", "/deviation/deviations", 422, **typed(unit_id=str(unit("blandaren"))))
    assert refused["errors"] == [
        {
            "field": "unit_id",
            "code": "unit-is-the-persons",
            "message": "Avvikelsen registreras på den enhet personen tillhör.",
        }
    ]
    assert len(await deviation.sql("SELECT 1 FROM deviations")) == 1


@pytest.mark.requirement("R-28")
async def test_a_consequence_at_registration_is_refused_in_words(deviation: Running) -> None:
    refused = await did(deviation, "jonas.ek", "/deviation/deviations", 422, **typed(consequence="serious"))
    assert refused["type"] == "consequence-is-assessed-later"
    assert "bedöms av ansvarig chef" in refused["title"]


@pytest.mark.requirement("TRE-DEV-02")
async def test_what_belongs_elsewhere_is_said_in_the_form_and_refused_at_the_door(deviation: Running) -> None:
    form = await asked(deviation, "jonas.ek", FORM)
    refused = await did(deviation, "jonas.ek", "/deviation/deviations", 409, **typed(between_principals=True))
    assert refused["title"] == form["out_of_scope"]["between_principals"]
    assert "Kontakta MAS eller MAR" in form["out_of_scope"]["between_care_givers"]


async def test_a_person_one_has_nothing_to_do_with_does_not_exist(deviation: Running) -> None:
    for login in ("lina.dahl", "sara.lind"):
        await asked(deviation, login, FORM, 404, person_id=MOIRA)
        await did(deviation, login, "/deviation/deviations", 404, **typed())
    assert await deviation.sql("SELECT 1 FROM access_log") == []


@pytest.mark.parametrize("login", ["nils.holm", "asa.vinge"])
async def test_support_and_system_administration_do_not_report(deviation: Running, login: str) -> None:
    await asked(deviation, login, FORM, 403)
    await did(deviation, login, "/deviation/deviations", 403, **typed(person_id=None))


@pytest.mark.requirement("TRE-DEV-10", "TRE-DEV-14", "TRE-DEV-08")
async def test_the_form_knows_the_persons_unit_and_says_who_will_be_told(deviation: Running) -> None:
    form = await asked(deviation, "jonas.ek", FORM, person_id=MOIRA)
    assert (form["person"]["name"], form["unit_id"], form["unit_locked"]) == ("Mustafsson, Moira", UTE, True)
    assert (form["told"]["name"], form["told"]["title"]) == ("Omar Haddad", "Enhetschef")
    assert (form["reported_by"], form["business_area"], form["questions"]) == ("Jonas Ek", "ao", {})
    assert "fall" in {code["code"] for code in form["categories"]["ao"]}
    assert "fall" not in {code["code"] for code in form["categories"]["ifo"]}
    (read,) = await deviation.sql("SELECT member_id, person_id, action, what FROM access_log")
    assert read == {
        "member_id": member("jonas.ek"),
        "person_id": person().person_id,
        "action": "read",
        "what": "deviations/new",
    }


@pytest.mark.requirement("TRE-DEV-11", "R-27")
async def test_licensed_staff_are_guided_by_four_questions(deviation: Running) -> None:
    asks = await asked(deviation, "ingrid.lund", FORM, person_id=MOIRA)
    assert (list(asks["questions"]), asks["units"], asks["told"]) == (["a", "b", "c", "d"], [], None)
    homes = await asked(deviation, "ingrid.lund", FORM, person_id=MOIRA, guidance="c")
    assert str(unit("bantorget")) in {choice["id"] for choice in homes["units"]}
    assert str(unit("aspen-hsl")) not in {choice["id"] for choice in homes["units"]}
    mine = await asked(deviation, "ingrid.lund", FORM, guidance="a", unit_id=str(unit("aspen-hsl")))
    assert (mine["told"]["name"], mine["business_area"]) == ("Petra Sund", "hsl")


@pytest.mark.requirement("TRE-DEV-11")
async def test_licensed_staff_register_where_their_answer_leads(deviation: Running) -> None:
    changes = {"business_area": "hsl", "category": "medication"}
    door = "/deviation/deviations"
    refused = await did(deviation, "ingrid.lund", door, 422, **typed(**changes))
    assert refused["errors"][0]["field"] == "guidance"
    elsewhere = typed(**changes, guidance="a", unit_id=str(unit("aspen-tb")))
    refused = await did(deviation, "ingrid.lund", door, 422, **elsewhere)
    assert "Välj HSL-enheten" in refused["title"]
    done = await did(deviation, "ingrid.lund", door, **typed(**changes, guidance="d", unit_id=str(unit("aspen-ute"))))
    assert "Anders Vik" in done["message"]


@pytest.mark.requirement("R-26")
async def test_without_a_manager_the_reporter_is_told_at_once_and_nothing_is_lost(deviation: Running) -> None:
    at_bantorget = {"guidance": "c", "unit_id": str(unit("bantorget"))}
    form = await asked(deviation, "ingrid.lund", FORM, person_id=MOIRA, **at_bantorget)
    assert form["told"]["sentence"].startswith("Ingen ansvarig chef finns för enheten.")
    done = await did(deviation, "ingrid.lund", "/deviation/deviations", **typed(**at_bantorget))
    assert form["told"]["sentence"] in done["message"]
    assert "Användarstöd får också veta det." in done["message"]
    registered, missing = await deviation.told()
    assert (registered.manager_id, type(missing)) == (None, ManagerMissing)
    (line,) = (await asked(deviation, "nils.holm", "/deviation/without-manager"))["deviations"]
    assert (line["id"], line["unit"], line["status"]) == (done["id"], "Bantorget plan 3 sjukhem", "unassigned")


@pytest.mark.requirement("R-26")
async def test_when_the_unit_gets_a_manager_they_get_what_waited(deviation: Running) -> None:
    await reported(deviation, "ingrid.lund", guidance="c", unit_id=str(unit("bantorget")))
    await deviation.deliver(answers("bantorget", term("tove.ahl")))
    (moved,) = await eventually(lambda: deviation.told(DeviationMoved))
    assert (moved.manager_id, moved.from_unit_id, moved.unit_id) == (
        *(member("tove.ahl"), unit("bantorget"), unit("bantorget")),
    )
    (line,) = (await asked(deviation, "tove.ahl", "/deviation/deviations"))["deviations"]
    assert line["status"] == "with_manager"
    assert (await asked(deviation, "nils.holm", "/deviation/without-manager"))["deviations"] == []


@pytest.mark.requirement("TRE-DEV-16")
async def test_the_deputy_is_told_when_there_is_no_manager(deviation: Running) -> None:
    await deviation.deliver(answers("blandaren-ute", term("eva.nyberg", deputy=True)))
    async with deviation.client("jonas.ek") as jonas:
        done = body(await jonas.post("/deviation/deviations", json=typed()))
    assert "Eva Nyberg" in done["message"]
    await deviation.deliver(answers("blandaren-ute", term("eva.nyberg", deputy=True), term("omar.haddad")))
    told = await asked(deviation, "jonas.ek", "/deviation/responsible-manager", unit_id=UTE)
    assert told["name"] == "Omar Haddad"


@pytest.mark.requirement("TRE-DEV-16", "R-26")
async def test_a_manager_answers_from_the_first_day_of_a_term_to_the_last(deviation: Running) -> None:
    spring = term("omar.haddad", valid_from=date(2026, 1, 10), valid_to=date(2026, 5, 31))
    await deviation.deliver(answers("blandaren-ute", spring))
    door = "/deviation/responsible-manager"
    for on, name in (
        ("2026-01-09", None),
        ("2026-01-10", "Omar Haddad"),
        ("2026-05-31", "Omar Haddad"),
        ("2026-06-01", None),
    ):
        assert (await asked(deviation, "jonas.ek", door, unit_id=UTE, on=on))["name"] == name
    today = await asked(deviation, "nils.holm", door, unit_id=UTE)
    assert today["sentence"].startswith("Ingen ansvarig chef finns för enheten.")
    await asked(deviation, "jonas.ek", door, 422, unit_id=str(ASSIGNMENT))
    await asked(deviation, "asa.vinge", door, 403, unit_id=UTE)


@pytest.mark.requirement("TRE-DEV-19")
async def test_a_lex_flag_is_recorded_as_suspected(deviation: Running) -> None:
    path = await reported(deviation, suspected_lex_sarah=True)
    (told,) = await deviation.told(LexSuspected)
    assert told.law == "lex_sarah"
    (row_,) = await deviation.sql("SELECT lex->0->>'law' AS law, lex->0->>'track' AS track FROM deviations")
    assert row_ == {"law": "lex_sarah", "track": "suspected"}
    await did(deviation, "omar.haddad", f"{path}/lex-suspicion", 409, law="lex_sarah")
    await did(deviation, "omar.haddad", f"{path}/lex-suspicion", law="lex_maria")


@pytest.mark.requirement("TRE-DEV-04")
async def test_a_deviation_that_is_not_about_a_person(deviation: Running) -> None:
    path = await reported(deviation, person_id=None)
    shown = await asked(deviation, "jonas.ek", path)
    assert shown["person"] is None
    assert await deviation.sql("SELECT 1 FROM access_log") == []
    elsewhere = typed(person_id=None, unit_id=str(unit("stodteam")))
    assert (await did(deviation, "jonas.ek", "/deviation/deviations", 422, **elsewhere))["type"] == "not-your-unit"
    done = await did(deviation, "sara.lind", "/deviation/deviations", **elsewhere)
    assert "Ingen ansvarig chef" in done["message"]


async def test_any_character_is_kept_but_the_one_that_cannot_be(deviation: Running) -> None:
    story = "Åäö “citat” 🙂 <script>alert(1)</script> {{ 7*7 }} '; DROP TABLE deviations;--\r\n\ttab"
    path = await reported(deviation, course_of_events=story)
    assert (await asked(deviation, "jonas.ek", path))["report"]["course_of_events"] == story
    for field in ("course_of_events", "comment", "suggested_action"):
        refused = await did(deviation, "jonas.ek", "/deviation/deviations", 422, **typed(**{field: "a\x00b"}))
        assert refused["errors"][0]["field"] == field


@pytest.mark.requirement("TRE-DEV-13")
async def test_the_future_is_refused(deviation: Running) -> None:
    later = (date.fromisoformat(yesterday()) + timedelta(days=2)).isoformat()
    refused = await did(deviation, "jonas.ek", "/deviation/deviations", 422, **typed(occurred_on=later))
    assert refused["errors"][0]["field"] == "occurred_on"


async def test_an_ended_insats_no_longer_locks_the_unit(deviation: Running) -> None:
    moved = distributed(row(2, "aspen-ute"), distributed_at=NOW)
    await deviation.deliver(moved)
    form = await asked(deviation, "moa.kvist", FORM, person_id=MOIRA)
    assert form["unit_id"] == str(unit("aspen-ute"))
    await asked(deviation, "jonas.ek", FORM, 404, person_id=MOIRA)


@pytest.mark.requirement("DOM-PROT-01")
async def test_a_protected_person_exists_for_the_cleared_only(deviation: Running) -> None:
    card = person(protection=Protection.PROTECTED_REGISTRATION, cleared=(member("eva.nyberg"),))
    await deviation.deliver(distributed(row(), card=card, distributed_at=NOW))
    await asked(deviation, "jonas.ek", FORM, 404, person_id=MOIRA)
    await did(deviation, "jonas.ek", "/deviation/deviations", 404, **typed())
    path = await reported(deviation, "eva.nyberg")
    assert (await asked(deviation, "omar.haddad", path))["person"]["identity_number"] is None
    for login in ("jonas.ek", "tove.ahl", "karin.berg", "ingrid.lund"):
        await asked(deviation, login, path, 404)
    (line,) = (await asked(deviation, "omar.haddad", "/deviation/deviations"))["deviations"]
    assert (line["person"], line["protected"]) == (None, True)
