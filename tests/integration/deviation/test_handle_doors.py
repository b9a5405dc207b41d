import json
from datetime import date
from typing import Any

import pytest

from contracts.deviation import (
    AnalysisStarted,
    DeviationClosed,
    DeviationMoved,
    DeviationRemoved,
    FeedbackGiven,
    ManagerMissing,
)
from contracts.organisation import ManagersChanged, ManagerTerm, MemberChanged, MemberDetails
from contracts.sealed import Sealed
from tests.support.municipality import member, unit
from tests.support.orders import person
from tests.support.reports import MOIRA, STORY, asked, did, reported
from tests.support.stafett import Running, body

ANALYSIS = {"analysis": "Mattan låg löst på golvet", "cause": "Ingen halkmatta", "severity": 3, "probability": 2}
FEEDBACK = "Tack, mattan är borttagen"


async def assessed(service: Running, path: str, status: int = 200, login: str = "omar.haddad", **changes: Any) -> Any:
    async with service.client(login) as client:
        return body(await client.put(f"{path}/analysis", json=ANALYSIS | changes), status)


@pytest.mark.requirement("TRE-DEV-17", "C-17")
async def test_from_report_to_feedback(deviation: Running) -> None:
    path = await reported(deviation)
    await did(deviation, "omar.haddad", f"{path}/analysis")
    await assessed(deviation, path)
    left = [
        "Bedöm konsekvensen i analysen innan du avslutar.",
        "Återkoppla till den som rapporterade innan du avslutar.",
    ]
    assert (await asked(deviation, "omar.haddad", path))["left"] == left
    async with deviation.browser("omar.haddad") as omar:
        page = (await omar.get(path)).text
    assert "Innan avvikelsen kan avslutas" in page
    assert "Avsluta avvikelsen</button>" not in page
    assert (await did(deviation, "omar.haddad", f"{path}/closing", 409))["type"] == "consequence-missing"
    await assessed(deviation, path, measures=["Halkmatta"], consequence="moderate")
    assert (await did(deviation, "omar.haddad", f"{path}/closing", 409))["type"] == "feedback-missing"
    await did(deviation, "omar.haddad", f"{path}/feedback", text=FEEDBACK)
    await did(deviation, "omar.haddad", f"{path}/closing")
    (started,), (given,), (closed,) = [
        await deviation.told(event) for event in (AnalysisStarted, FeedbackGiven, DeviationClosed)
    ]
    assert (started.reported_by, given.reported_by) == (member("jonas.ek"), member("jonas.ek"))
    assert closed.consequence == "moderate"
    shown = await asked(deviation, "omar.haddad", path)
    assert (shown["status"], shown["risk"], shown["analysis"]["measures"]) == ("closed", 6, ["Halkmatta"])
    assert [step["command"] for step in shown["history"]] == [
        *("register", "assign", "start-analysis", "describe", "assess", "give-feedback", "close")
    ]


@pytest.mark.requirement("TRE-DEV-17")
async def test_the_reporter_follows_the_status_and_reads_the_feedback_but_not_the_analysis(deviation: Running) -> None:
    path = await reported(deviation)
    await did(deviation, "omar.haddad", f"{path}/analysis")
    await assessed(deviation, path)
    await did(deviation, "omar.haddad", f"{path}/feedback", text=FEEDBACK)
    (mine,) = (await asked(deviation, "jonas.ek", "/deviation/my-reports"))["reports"]
    assert (mine["status"], mine["manager"], mine["person"]) == ("under_analysis", "Omar Haddad", "Mustafsson, Moira")
    assert [feedback["text"] for feedback in mine["feedback"]] == [FEEDBACK]
    shown = await asked(deviation, "jonas.ek", path)
    assert (shown["link"], shown["analysis"]) == ("reporter", None)
    assert "Mattan låg löst" not in json.dumps(shown, ensure_ascii=False)
    assert (await asked(deviation, "eva.nyberg", "/deviation/my-reports"))["reports"] == []


@pytest.mark.requirement("TRE-DEV-18")
async def test_closed_without_analysis_it_needs_a_reason(deviation: Running) -> None:
    path = await reported(deviation)
    refused = await did(deviation, "omar.haddad", f"{path}/closing", 422)
    assert (refused["type"], refused["errors"][0]["field"]) == ("reason-missing", "reason")
    await did(deviation, "omar.haddad", f"{path}/closing", reason="Bara för statistik")
    (closed,) = await deviation.told(DeviationClosed)
    assert closed.consequence is None
    assert (await asked(deviation, "omar.haddad", "/deviation/deviations"))["deviations"] == []
    (line,) = (await asked(deviation, "omar.haddad", "/deviation/deviations", status="closed"))["deviations"]
    assert line["category"] == "fall"


async def test_the_reporter_may_not_handle_it_and_for_others_it_does_not_exist(deviation: Running) -> None:
    path = await reported(deviation)
    for login, status in (("jonas.ek", 403), ("nils.holm", 403), ("eva.nyberg", 404), ("lina.dahl", 404)):
        await did(deviation, login, f"{path}/analysis", status)
        await assessed(deviation, path, status, login)
        await did(deviation, login, f"{path}/feedback", status, text="x")
        await did(deviation, login, f"{path}/closing", status, reason="x")
    await asked(deviation, "lina.dahl", path, 404)
    assert await deviation.sql("SELECT 1 FROM access_log") == []


@pytest.mark.requirement("TRE-DEV-17")
async def test_a_new_manager_takes_over_what_the_old_one_had(deviation: Running) -> None:
    path = await reported(deviation)
    term = ManagerTerm(member_id=member("tove.ahl"), valid_from=date(2026, 11, 1))
    await deviation.deliver(ManagersChanged(unit_id=unit("blandaren-ute"), terms=(term,)))
    (line,) = (await asked(deviation, "tove.ahl", "/deviation/deviations"))["deviations"]
    assert line["person"] == "Mustafsson, Moira"
    await did(deviation, "tove.ahl", f"{path}/analysis")
    assert (await asked(deviation, "tove.ahl", path))["manager"] == "Tove Ahl"


@pytest.mark.requirement("R-26")
async def test_what_loses_its_manager_comes_to_user_support(deviation: Running) -> None:
    path = await reported(deviation)
    await deviation.deliver(ManagersChanged(unit_id=unit("blandaren-ute"), terms=()))
    (line,) = (await asked(deviation, "nils.holm", "/deviation/without-manager"))["deviations"]
    assert (path.endswith(line["id"]), line["status"]) == (True, "with_manager")
    await asked(deviation, "jonas.ek", "/deviation/without-manager", 403)


async def test_a_revoked_role_stops_at_once(deviation: Running) -> None:
    path = await reported(deviation)
    details = MemberDetails(name="Omar Haddad", title="Enhetschef", login="omar.haddad")
    gone = MemberChanged(member_id=member("omar.haddad"), memberships=(), details=Sealed(details))
    await deviation.deliver(gone)
    await asked(deviation, "omar.haddad", path, 404)
    assert (await asked(deviation, "omar.haddad", "/deviation/deviations"))["deviations"] == []


@pytest.mark.requirement("C-08")
async def test_the_reporter_moves_it_before_analysis_and_sees_who_is_told_first(deviation: Running) -> None:
    path = await reported(deviation, person_id=None)
    there = str(unit("aspen-ute"))
    shown = await asked(deviation, "jonas.ek", f"{path}/move", unit_id=there)
    assert (shown["unit"], shown["told"]["name"]) == ("Blandaren htj ute (Leanlink)", "Anders Vik")
    done = await did(deviation, "jonas.ek", f"{path}/move", unit_id=there)
    assert "Anders Vik" in done["message"]
    (moved,) = await deviation.told(DeviationMoved)
    assert (moved.from_unit_id, moved.unit_id) == (unit("blandaren-ute"), unit("aspen-ute"))
    await asked(deviation, "omar.haddad", path, 404)
    await did(deviation, "anders.vik", f"{path}/analysis")
    back = await did(deviation, "jonas.ek", f"{path}/move", 409, unit_id=str(unit("blandaren-ute")))
    assert back["type"] == "not-possible-now"


@pytest.mark.requirement("C-08", "R-26", "R-27")
async def test_about_a_person_user_support_moves_it_and_nobody_else_elsewhere(deviation: Running) -> None:
    path = await reported(deviation)
    bantorget = str(unit("bantorget"))
    assert (await asked(deviation, "jonas.ek", f"{path}/move"))["units"] == []
    refused = await did(deviation, "jonas.ek", f"{path}/move", 422, unit_id=bantorget)
    assert refused["type"] == "unit-is-the-persons"
    assert len((await asked(deviation, "nils.holm", f"{path}/move"))["units"]) > 10
    done = await did(deviation, "nils.holm", f"{path}/move", unit_id=bantorget)
    assert "Ingen ansvarig chef" in done["message"]
    assert len(await deviation.told(ManagerMissing)) == 1
    await did(deviation, "lina.dahl", f"{path}/move", 404, unit_id=bantorget)


@pytest.mark.requirement("TRE-DEV-21")
async def test_user_support_removes_it_from_every_list_and_the_audit_is_kept(deviation: Running) -> None:
    path = await reported(deviation)
    shown = await asked(deviation, "nils.holm", path)
    assert shown == {
        "id": path.rsplit("/", 1)[1],
        "number": 10_001,
        "link": "support",
        "unit": "Blandaren htj ute (Leanlink)",
        "kind": "deviation",
        "status": "with_manager",
        "may": ["move", "remove"],
    }
    await did(deviation, "omar.haddad", f"{path}/removal", 403, reason="x")
    assert (await did(deviation, "nils.holm", f"{path}/removal", 422))["errors"][0]["field"] == "reason"
    unsure = await did(deviation, "nils.holm", f"{path}/removal", 422, reason="Registrerad på fel person")
    assert (unsure["type"], unsure["question"]) == ("not-confirmed", True)
    await did(deviation, "nils.holm", f"{path}/removal", reason="Registrerad på fel person", confirmed=True)
    assert len(await deviation.told(DeviationRemoved)) == 1
    for login in ("jonas.ek", "omar.haddad"):
        await asked(deviation, login, path, 404)
    assert (await asked(deviation, "jonas.ek", "/deviation/my-reports"))["reports"] == []
    assert (await asked(deviation, "omar.haddad", "/deviation/deviations"))["deviations"] == []
    assert (await asked(deviation, "nils.holm", path))["status"] == "removed"
    (kept,) = await deviation.sql("SELECT course_of_events, history->-1->>'reason' AS reason FROM deviations")
    assert kept == {"course_of_events": STORY, "reason": "Registrerad på fel person"}


async def test_lists_go_on_page_by_page(deviation: Running) -> None:
    for _ in range(27):
        await reported(deviation, person_id=None)
    first = await asked(deviation, "omar.haddad", "/deviation/deviations")
    rest = await asked(deviation, "omar.haddad", "/deviation/deviations", after=first["after"])
    assert (len(first["deviations"]), len(rest["deviations"]), rest["after"]) == (25, 2, None)
    moments = [line["registered_at"] for line in [*first["deviations"], *rest["deviations"]]]
    assert moments == sorted(moments)
    mine = await asked(deviation, "jonas.ek", "/deviation/my-reports")
    older = await asked(deviation, "jonas.ek", "/deviation/my-reports", after=mine["after"])
    moments = [report["registered_at"] for report in [*mine["reports"], *older["reports"]]]
    assert (len(moments), moments) == (27, sorted(moments, reverse=True))


@pytest.mark.requirement("DOM-SEC-01")
async def test_every_read_about_a_person_is_logged(deviation: Running) -> None:
    path = await reported(deviation)
    await asked(deviation, "omar.haddad", "/deviation/deviations")
    await asked(deviation, "jonas.ek", "/deviation/my-reports")
    await asked(deviation, "omar.haddad", path)
    await asked(deviation, "jonas.ek", path)
    await asked(deviation, "nils.holm", path)
    log = await deviation.sql("SELECT member_id, role, action, what FROM access_log ORDER BY number")
    what = f"deviation/{path.rsplit('/', 1)[1]}"
    assert [(entry["member_id"], entry["role"], entry["action"], entry["what"]) for entry in log] == [
        (member("omar.haddad"), "unit_manager", "list", "deviations"),
        (member("jonas.ek"), "care_worker", "list", "my-reports"),
        (member("omar.haddad"), "unit_manager", "read", what),
        (member("jonas.ek"), "care_worker", "read", what),
    ]
    persons = await deviation.sql("SELECT DISTINCT person_id FROM access_log")
    assert [entry["person_id"] for entry in persons] == [person().person_id]


async def test_nothing_that_anybody_wrote_or_is_called_leaves_in_an_event(deviation: Running) -> None:
    words: dict[str, Any] = {
        "comment": "hemlig kommentar",
        "suggested_action": "hemligt förslag",
        "suspected_lex_maria": True,
    }
    path = await reported(deviation, **words)
    await did(deviation, "omar.haddad", f"{path}/analysis")
    await assessed(deviation, path, measures=["hemlig åtgärd"], consequence="minor")
    await did(deviation, "omar.haddad", f"{path}/feedback", text="hemlig återkoppling")
    await did(deviation, "omar.haddad", f"{path}/closing", reason="hemligt skäl", confirmed=True)
    other = await reported(deviation)
    await did(deviation, "nils.holm", f"{other}/move", unit_id=str(unit("bantorget")))
    await did(deviation, "nils.holm", f"{other}/removal", reason="hemlig borttagning", confirmed=True)
    rows = await deviation.sql("SELECT body, headers::text AS headers, subject FROM outbox WHERE receiver IS NULL")
    assert len(rows) >= 9
    sent = b"".join(row["body"] + row["headers"].encode() + row["subject"].encode() for row in rows).lower()
    heard = json.dumps([json.loads(row["body"]) for row in rows], ensure_ascii=False).lower()
    written = ("hemlig", "mattan", "halkmatta", "fönstret")
    names = ("mustafsson", "moira", "193803039142", "omar", "jonas", "blandaren")
    for word in (*written, *names):
        assert word.encode() not in sent, word
        assert word not in heard, word
    assert MOIRA.encode() not in sent
