"""What the demo leaves for its visitors to do, made through the doors by those who would have made it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chassis.clock import SWEDEN
from cli.issuer import persons
from cli.play import CARE_WORKER, CASE_WORKER, COORDINATOR, MANAGER, sign_and_submit
from cli.stage import Play

RECEIVER, UNIT = "BLANDAREN htj (Leanlink)", "Blandaren htj ute (Leanlink)"

LEFT: Mapping[str, str] = {
    CASE_WORKER: "ett utkast att granska och skicka (Uppdrag) och en uppföljning att läsa (Inkorg)",
    COORDINATOR: "ett nytt uppdrag att läsa och fördela (Nya uppdrag)",
    CARE_WORKER: "ett fördelat uppdrag att kvittera (Nya uppdrag)",
    MANAGER: "en ny avvikelse att analysera (Inkorg och Avvikelser)",
}
"""Login -> what waits for them."""


@dataclass(frozen=True)
class Case:
    """Somebody who needs something, and what is ordered for them."""

    identity_number: str
    family_name: str
    given_name: str
    decision: str
    assignment: str
    services: tuple[str, ...]
    goals: tuple[str, ...]
    message: str


DRAFTED = Case(
    *("194607622398", "Öberg", "Lars", "Ledsagning och städ", "Ledsagning"),
    ("ledsagning", "stad"),
    ("Komma till träffpunkten en gång i veckan", "Ha det rent och framkomligt hemma"),
    "Lars har nedsatt syn. Säg vem du är när du kommer in.",
)
WAITING = Case(
    *("194710162381", "Lindqvist", "Gun-Britt", "Personlig omvårdnad", "PO 6/11"),
    ("morgonhjalp", "lunch-varmratt"),
    ("Komma upp och bli klädd före klockan nio", "Äta lagad mat varje dag"),
    "Gun-Britt kom hem från sjukhuset i går och går med rollator. Nyckel finns hos grannen på samma plan.",
)
DISTRIBUTED = Case(
    *("192304069285", "Sandberg", "Ingegerd", "Personlig omvårdnad", "PO 4/11"),
    ("dusch", "tvatt"),
    ("Duscha tryggt två gånger i veckan", "Sköta tvätten själv med lite stöd"),
    "Ingegerd vill helst ha hjälp av en kvinna med duschen.",
)
FOLLOWED_UP = Case(
    *("192006309294", "Nyström", "Karl-Erik", "Personlig omvårdnad", "PO 1/10"),
    ("eftermiddagshjalp", "trygghetslarm"),
    ("Känna sig trygg på kvällarna", "Komma ut på en promenad varje dag"),
    "Karl-Erik är rädd för att falla. Gå bredvid, inte framför.",
)


async def leave(stage: Play) -> None:
    """Everything in LEFT, which the issuer's page then tells. StepFailed at the first thing that could not be made."""
    async with stage.step("Mer att göra läggs ut: utkast, nytt uppdrag, kvittering, uppföljning, avvikelse"):
        units = await stage.ask(CASE_WORKER, "GET", "/organisation/units")
        stage.known["units"] = {unit["name"]: unit["id"] for unit in units["units"]}
        await _drafted(stage, DRAFTED)
        await _sent(stage, WAITING)
        await _distributed(stage, DISTRIBUTED)
        await _followed_up(stage, FOLLOWED_UP)
    stage.issuer.waiting = LEFT


def told() -> str:
    """Who finds what, a line for each."""
    found = persons.with_each(LEFT, persons.sides(persons.load()))
    return "\n".join(["Kvar att göra:", *(f"  {one.name}, {one.title.lower()}: {what}" for one, what in found)])


async def _drafted(stage: Play, case: Case) -> str:
    today = datetime.now(SWEDEN).date()
    person = {"identity_number": case.identity_number, "family_name": case.family_name, "given_name": case.given_name}
    person |= {"contact_language": "svenska"}
    stage.known["person"] = (await stage.ask(CASE_WORKER, "POST", "/authority/persons", person))["id"]
    decision = {
        "decided_on": str(today - timedelta(days=3)),
        "decision_maker": "Karin Berg",
        "decision_type": case.decision,
        "legal_basis": "sol2025-11-1",
        "period_from": str(today),
    }
    made = await stage.ask(CASE_WORKER, "POST", f"/authority/persons/{stage.known['person']}/decisions", decision)
    draft = {
        "decision_id": made["id"],
        "unit_id": stage.known["units"][RECEIVER],
        "assignment_name": case.assignment,
        "services": case.services,
        "goals": case.goals,
        "cover_message": case.message,
    }
    return str((await stage.ask(CASE_WORKER, "POST", "/authority/assignments", draft))["id"])


async def _sent(stage: Play, case: Case) -> str:
    """Gives its path at the provider, when it is there."""
    assignment = await _drafted(stage, case)
    await stage.ask(CASE_WORKER, "POST", f"/authority/assignments/{assignment}/sending")
    path = f"/execution/assignments/{assignment}"
    await stage.until(lambda: stage.ask(COORDINATOR, "GET", path))
    return path


async def _distributed(stage: Play, case: Case) -> str:
    path = await _sent(stage, case)
    day = str(datetime.now(SWEDEN).date())
    each = {"unit_id": stage.known["units"][UNIT], "period_from": day, "hours": "0.50", "hours_unit": "hours_per_visit"}
    rows = [{"service": service, **each} for service in case.services]
    await stage.ask(COORDINATOR, "POST", f"{path}/rows", {"rows": rows})
    registered = (await stage.ask(COORDINATOR, "GET", path))["rows"]
    ticked: dict[str, Any] = {"row_ids": [row["id"] for row in registered], "confirmed": True}
    await stage.ask(COORDINATOR, "POST", f"{path}/distribution", ticked)
    return path


async def _followed_up(stage: Play, case: Case) -> None:
    """Acknowledged, started and followed up; and something has happened that the manager is to know of."""
    path = await _distributed(stage, case)
    day = str(datetime.now(SWEDEN).date())
    await stage.ask(CARE_WORKER, "POST", f"{path}/acknowledgement", {"add_to_my_persons": True})
    await stage.ask(COORDINATOR, "POST", f"{path}/start", {"started_on": day})
    follow_up = (await stage.ask(CARE_WORKER, "POST", f"{path}/follow-ups"))["location"]
    goals = (await stage.ask(CARE_WORKER, "GET", follow_up))["ratings"]
    text = {
        "ratings": [{"goal_id": goal["goal_id"], "rating": 4 - 2 * at} for at, goal in enumerate(goals)],
        "situation_change": "Karl-Erik är lugnare på kvällarna sedan larmet kom. Promenaderna blir ännu sällan av.",
        "action": "continue",
        "signature_date": day,
    }
    await stage.ask(CARE_WORKER, "POST", f"{follow_up}/text", text)
    await sign_and_submit(stage, CARE_WORKER, follow_up)
    now = datetime.now(SWEDEN) - timedelta(hours=1)
    report = {
        "person_id": stage.known["person"],
        "kind": "deviation",
        "business_area": "ao",
        "category": "fall",
        "unit_id": stage.known["units"][UNIT],
        "occurred_on": str(now.date()),
        "occurred_at": f"{now:%H:%M}",
        "course_of_events": "Karl-Erik snubblade på hallmattan när han skulle öppna. Han slog i knät men kunde gå.",
        "suggested_action": "Ta bort mattan, eller sätt fast den.",
    }
    made = await stage.until(lambda: stage.ask(CARE_WORKER, "POST", "/deviation/deviations", report))
    await stage.until(lambda: stage.ask(MANAGER, "GET", f"/deviation/deviations/{made['id']}"))
