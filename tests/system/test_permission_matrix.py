"""The permission matrix, walked cell by cell through the doors: who may do what, and for whom it does not exist."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.database import SWEDEN
from cli.play import CARE_WORKER, COORDINATOR, acknowledge, distribute, order
from cli.stage import Play
from tests.support.processes import Processes
from tests.system.conftest import staged

PERSON = "202004052383"

CASE_WORKER, OTHER_CASE_WORKER = "karin.berg", "sara.lind"
OPERATIONS_MANAGER, UNIT_MANAGER = "tove.ahl", "omar.haddad"
USER_SUPPORT, SYSTEM_ADMIN = "nils.holm", "asa.vinge"
ELSEWHERE = ("maria.strand", "erik.falk", "lina.dahl", "fatima.noor")
"""A manager, a coordinator, a care worker and a unit manager of other units."""
EVERYBODY = (
    *(CASE_WORKER, OTHER_CASE_WORKER, OPERATIONS_MANAGER, UNIT_MANAGER, COORDINATOR, CARE_WORKER),
    *(USER_SUPPORT, SYSTEM_ADMIN, *ELSEWHERE),
)
EMPLOYEES = tuple(login for login in EVERYBODY if login not in (USER_SUPPORT, SYSTEM_ADMIN))
"""All who may report; one who works elsewhere is told on which unit (422), not that it is not theirs to do."""
MANAGERS = (OPERATIONS_MANAGER, UNIT_MANAGER)


@dataclass
class Row:
    """One action of the matrix, the door it goes through, and those who may; everybody else is refused."""

    action: str
    method: str
    path: str
    may: tuple[str, ...]
    body: dict[str, Any] | None = None


STAFF = (*MANAGERS, COORDINATOR, CARE_WORKER)


def authority_rows(stage: Play) -> list[Row]:
    """Deciding, sending and closing are the case worker's."""
    ordered = f"/authority/assignments/{stage.known['assignment']}"
    decision = {
        "decided_on": str(datetime.now(SWEDEN).date()),
        "decision_maker": "Karin Berg",
        "decision_type": "Fortsatt bistånd",
        "legal_basis": "sol2025-11-1",
    }
    return [
        Row("decide", "POST", f"/authority/persons/{stage.known['person']}/decisions", (CASE_WORKER,), decision),
        Row("read own sent assignment", "GET", ordered, (CASE_WORKER,)),
        Row("withdraw an assignment", "POST", f"{ordered}/withdrawal", (CASE_WORKER,), {"reason": "need_changed"}),
        Row("close an assignment", "POST", f"{ordered}/closing", (CASE_WORKER,), {"reason": "goals_met"}),
    ]


def execution_rows(stage: Play) -> list[Row]:
    """Reading and acknowledging are everybody's at the unit; distributing is the managers' and coordinators'."""
    assignment, distributors = f"/execution/assignments/{stage.known['assignment']}", (*MANAGERS, COORDINATOR)
    row = {"service": "dusch", "unit_id": unit_of(stage), "period_from": str(datetime.now(SWEDEN).date())}
    recalled = f"{assignment}/rows/{stage.known['rows'][0]}/recall"
    return [
        Row("read the assignment", "GET", assignment, STAFF),
        Row("accept", "POST", f"{assignment}/rows", distributors, {"rows": [row]}),
        Row("distribute", "POST", f"{assignment}/distribution", distributors, {"confirmed": True}),
        Row("recall", "POST", recalled, distributors, {}),
        Row("acknowledge", "POST", f"{assignment}/acknowledgement", STAFF, {}),
    ]


async def journal_rows(stage: Play) -> list[Row]:
    """Everybody at the unit writes; the operations manager alone corrects what is locked."""
    opened = {"person_id": stage.known["person"], "unit_id": unit_of(stage), "template": "allman"}
    journal = f"/journal/journals/{(await stage.ask(COORDINATOR, 'POST', '/journal/journals', opened))['id']}"
    note = {"heading": "startanteckning", "noted_at": datetime.now(UTC).isoformat(), "text": "Kaffe i köket."}
    written = (await stage.ask(CARE_WORKER, "POST", f"{journal}/notes", note))["id"]
    await stage.ask(CARE_WORKER, "POST", f"{journal}/notes/{written}/lock")
    correction = {"original_fragment": "Kaffe", "replacement": "Te", "role_title": "Verksamhetschef"}
    return [
        Row("open a journal", "POST", "/journal/journals", STAFF, opened),
        Row("write a note", "POST", f"{journal}/notes", STAFF, note),
        Row("correct a note", "POST", f"{journal}/notes/{written}/corrections", (OPERATIONS_MANAGER,), correction),
        Row("print a journal", "POST", f"{journal}/printout", (*MANAGERS, COORDINATOR)),
        Row("close a journal", "POST", f"{journal}/closing", (*MANAGERS, COORDINATOR), {"confirmed": True}),
    ]


async def deviation_rows(stage: Play) -> list[Row]:
    """Everybody reports; the responsible manager analyses; user support removes what was registered wrongly."""
    now = datetime.now(SWEDEN) - timedelta(hours=1)
    about_unit = {
        "kind": "deviation",
        "business_area": "ao",
        "category": "fall",
        "unit_id": unit_of(stage),
        "occurred_on": str(now.date()),
        "occurred_at": f"{now:%H:%M}",
        "course_of_events": "Halkade.",
    }
    about_person = about_unit | {"person_id": stage.known["person"]}
    door = "/deviation/deviations"
    registered = f"{door}/{(await stage.ask(CARE_WORKER, 'POST', door, about_person))['id']}"
    return [
        Row("report on a person", "POST", door, (*STAFF, CASE_WORKER), about_person),
        Row("report on a unit", "POST", door, EMPLOYEES, about_unit),
        Row("analyse", "POST", f"{registered}/analysis", (UNIT_MANAGER,)),
        Row("remove", "POST", f"{registered}/removal", (USER_SUPPORT,), {"reason": "Fel person"}),
    ]


def unit_of(stage: Play) -> str:
    return str(stage.known["units"]["Blandaren htj ute (Leanlink)"])


@pytest.mark.requirement("TRE-CORR-01", "R-11", "TRE-DEV-21")
async def test_every_cell_of_the_permission_matrix_holds(processes: Processes) -> None:
    wrong: list[str] = []
    async with staged(processes, PERSON) as stage:
        for act in (order, distribute, acknowledge):
            await act(stage)
        of_provider = [*execution_rows(stage), *await journal_rows(stage), *await deviation_rows(stage)]
        for row in (*authority_rows(stage), *of_provider):
            refused_first = sorted(EVERYBODY, key=lambda login: login in row.may)
            for login in refused_first:
                status = await ask(stage, login, row)
                if (status in (403, 404)) is (login in row.may) or status in (401, 500, 503):
                    wrong.append(f"{row.action} as {login}: {status}")
    assert wrong == []


async def ask(stage: Play, login: str, row: Row) -> int:
    url = f"{stage.urls[row.path.split('/')[1]]}{row.path}"
    headers = {"authorization": f"Bearer {stage.issuer.token(login)}"}
    return (await stage.client.request(row.method, url, json=row.body, headers=headers)).status_code
