"""The main job, played through the doors: one assignment from the authority through all services and back."""

from datetime import UTC, datetime, timedelta

from chassis.clock import SWEDEN
from cli.stage import Play, StepFailed

CASE_WORKER, COORDINATOR, CARE_WORKER, MANAGER = "karin.berg", "eva.nyberg", "jonas.ek", "omar.haddad"


async def play(stage: Play) -> None:
    """The whole main job. StepFailed at the first step that does not do what it should."""
    for act in (order, distribute, acknowledge, write_journal, follow_up, report, analyse, finish):
        await act(stage)


async def order(stage: Play) -> None:
    async with stage.step("Organisationen är laddad; handläggaren ser enheterna"):
        units = await stage.ask(CASE_WORKER, "GET", "/organisation/units")
        stage.known["units"] = {unit["name"]: unit["id"] for unit in units["units"]}
    blandaren = stage.known["units"]["BLANDAREN htj (Leanlink)"]
    async with stage.step("Handläggaren registrerar person och beslut"):
        person = {
            "identity_number": stage.known.get("identity_number", "19380303-9142"),
            "family_name": "Mustafsson",
            "given_name": "Moira",
            "contact_language": "svenska",
        }
        stage.known["person"] = (await stage.ask(CASE_WORKER, "POST", "/authority/persons", person))["id"]
        today = datetime.now(SWEDEN).date()
        decision = {
            "decided_on": str(today - timedelta(days=2)),
            "decision_maker": "Karin Berg",
            "decision_type": "Personlig omvårdnad 11 kap. 1 § SoL",
            "legal_basis": "sol2025-11-1",
            "period_from": str(today),
        }
        path = f"/authority/persons/{stage.known['person']}/decisions"
        made = (await stage.ask(CASE_WORKER, "POST", path, decision))["id"]
    async with stage.step("Handläggaren skickar uppdraget; det ligger i enhetens Nya uppdrag") as sent:
        draft = {
            "decision_id": made,
            "unit_id": blandaren,
            "assignment_name": "PO 5/11",
            "services": ["morgonhjalp", "dusch"],
            "goals": ["Klara morgonen själv", "Komma ut varje dag"],
            "cover_message": "Moira vill helst ha besök före klockan åtta.",
        }
        assignment = (await stage.ask(CASE_WORKER, "POST", "/authority/assignments", draft))["id"]
        stage.known["assignment"] = assignment
        await stage.ask(CASE_WORKER, "GET", f"/authority/assignments/{assignment}/preview")
        await stage.ask(CASE_WORKER, "POST", f"/authority/assignments/{assignment}/sending")
        sent()
        await stage.until(lambda: waits(stage, COORDINATOR))
    await told(stage, "Samordnaren får besked i inkorgen", COORDINATOR, "new_assignment")


async def waits(stage: Play, login: str) -> bool:
    queue = await stage.ask(login, "GET", "/execution/new-assignments")
    return any(line["id"] == stage.known["assignment"] for line in queue["waiting"])


async def told(stage: Play, title: str, login: str, kind: str) -> None:
    """A notice of this kind lies in somebody's inbox."""
    async with stage.step(title) as sent:
        sent()
        await stage.until(lambda: has_notice(stage, login, kind))


async def has_notice(stage: Play, login: str, kind: str) -> bool:
    inbox = await stage.ask(login, "GET", f"/notify/inbox?kind={kind}")
    return bool(inbox["notices"])


async def line(stage: Play, step: str) -> bool:
    """Whether the authority's status line has come to a step."""
    seen = await stage.ask(CASE_WORKER, "GET", f"/authority/assignments/{stage.known['assignment']}")
    return any(one["mark"] == step and one["row"] for one in seen["line"])


async def distribute(stage: Play) -> None:
    assignment, ute = stage.known["assignment"], stage.known["units"]["Blandaren htj ute (Leanlink)"]
    path = f"/execution/assignments/{assignment}"
    async with stage.step("Samordnaren läser, accepterar och fördelar; handläggaren ser det") as sent:
        await stage.ask(COORDINATOR, "GET", path)
        day = str(datetime.now(UTC).date())
        often = {"performed_when": "whole_week", "frequency": "1", "frequency_unit": "times_per_day"}
        seldom = {"double_hours": "0.33", "frequency": "2", "frequency_unit": "times_per_week"}
        each = {"unit_id": ute, "period_from": day, "hours": "0.50", "hours_unit": "hours_per_visit"}
        rows = [{"service": "morgonhjalp", **each, **often}, {"service": "dusch", **each, **seldom}]
        await stage.ask(COORDINATOR, "POST", f"{path}/rows", {"rows": rows})
        seen = await stage.ask(COORDINATOR, "GET", path)
        stage.known["rows"] = [row["id"] for row in seen["rows"]]
        ticked = {"row_ids": stage.known["rows"], "confirmed": True}
        await stage.ask(COORDINATOR, "POST", f"{path}/distribution", ticked)
        sent()
        await stage.until(lambda: line(stage, "distributed"))


async def acknowledge(stage: Play) -> None:
    path = f"/execution/assignments/{stage.known['assignment']}"
    async with stage.step("Undersköterskan kvitterar; handläggaren ser det") as sent:
        await stage.until(lambda: waits(stage, CARE_WORKER))
        await stage.ask(CARE_WORKER, "POST", f"{path}/acknowledgement", {"add_to_my_persons": True})
        sent()
        await stage.until(lambda: line(stage, "acknowledged"))
    await told(stage, "Handläggaren får besked om kvitteringen", CASE_WORKER, "acknowledged")
    async with stage.step("Första besöket registreras; handläggaren ser att insatsen är påbörjad") as sent:
        day = str(datetime.now(SWEDEN).date())
        await stage.ask(COORDINATOR, "POST", f"{path}/start", {"started_on": day})
        sent()
        await stage.until(lambda: line(stage, "started"))


async def write_journal(stage: Play) -> None:
    async with stage.step("Samordnaren öppnar journalen på enheten som utför, och en anteckning skrivs"):
        journal = {
            "person_id": stage.known["person"],
            "unit_id": stage.known["units"]["Blandaren htj ute (Leanlink)"],
            "template": "allman",
        }
        opened = await stage.until(lambda: stage.ask(COORDINATOR, "POST", "/journal/journals", journal))
        stage.known["journal"] = opened["id"]
        note = {
            "heading": "startanteckning",
            "noted_at": datetime.now(UTC).isoformat(),
            "text": "Första besöket. Moira ville själv koka kaffet.",
        }
        await stage.ask(CARE_WORKER, "POST", f"/journal/journals/{opened['id']}/notes", note)


async def sign_and_submit(stage: Play, login: str, path: str) -> None:
    """A follow-up that has been written becomes a document, which its writer reads, signs and submits."""
    for act in ("document", "final"):
        await stage.ask(login, "POST", f"{path}/{act}")
    read = await stage.ask(login, "GET", path)
    await stage.ask(login, "POST", f"{path}/signature", {"document_sha256": read["document_sha256"]})
    await stage.ask(login, "POST", f"{path}/submission")


async def follow_up(stage: Play) -> None:
    assignment = stage.known["assignment"]
    async with stage.step("Uppföljningen skattas, blir handling, signeras och avges") as sent:
        started = await stage.ask(CARE_WORKER, "POST", f"/execution/assignments/{assignment}/follow-ups")
        path = started["location"]
        goals = (await stage.ask(CARE_WORKER, "GET", path))["ratings"]
        ratings = [{"goal_id": goal["goal_id"], "rating": 4 - n} for n, goal in enumerate(goals)]
        day = str(datetime.now(SWEDEN).date())
        text = {"ratings": ratings, "situation_change": "Går ut oftare.", "action": "continue", "signature_date": day}
        await stage.ask(CARE_WORKER, "POST", f"{path}/text", text)
        await sign_and_submit(stage, CARE_WORKER, path)
        sent()
        await stage.until(lambda: line(stage, "followed_up"))
    await told(stage, "Handläggaren får besked om uppföljningen", CASE_WORKER, "follow_up")
    async with stage.step("Handläggaren läser uppföljningen; enheten ser att den är mottagen") as sent:
        follow_up = path.rsplit("/", 1)[1]
        read = await stage.ask(CASE_WORKER, "GET", f"/authority/follow-ups/{follow_up}")
        if [goal["rating"] for goal in read["ratings"]] != [4, 3]:
            raise StepFailed("the ratings that arrived are not those that were signed")
        await stage.ask(CASE_WORKER, "POST", f"/authority/follow-ups/{follow_up}/receipt")
        sent()
        await stage.until(lambda: is_received(stage, path))


async def is_received(stage: Play, path: str) -> bool:
    seen = await stage.ask(CARE_WORKER, "GET", path)
    return bool(seen["status"] == "received")


async def report(stage: Play) -> None:
    unit = stage.known["units"]["Blandaren htj ute (Leanlink)"]
    async with stage.step("En avvikelse registreras; den ligger hos ansvarig chef") as sent:
        now = datetime.now(SWEDEN) - timedelta(minutes=30)
        deviation = {
            "person_id": stage.known["person"],
            "kind": "deviation",
            "business_area": "ao",
            "category": "fall",
            "unit_id": unit,
            "occurred_on": str(now.date()),
            "occurred_at": f"{now:%H:%M}",
            "course_of_events": "Moira halkade i hallen. Hon slog sig inte.",
        }
        made = await stage.until(lambda: stage.ask(CARE_WORKER, "POST", "/deviation/deviations", deviation))
        stage.known["deviation"] = made["id"]
        sent()
        await stage.until(lambda: has_notice(stage, MANAGER, "deviation"))


async def analyse(stage: Play) -> None:
    path = f"/deviation/deviations/{stage.known['deviation']}"
    async with stage.step("Chefen analyserar och ger återkoppling; den når den som rapporterade") as sent:
        await stage.ask(MANAGER, "POST", f"{path}/analysis")
        analysis = {"analysis": "Mattan gled.", "cause": "Halt golv", "consequence": "minor", "severity": 1,
                    "probability": 2, "measures": ["Halkskydd under mattan"]}  # fmt: skip
        await stage.ask(MANAGER, "PUT", f"{path}/analysis", analysis)
        await stage.ask(MANAGER, "POST", f"{path}/feedback", {"text": "Tack. Mattan är bytt."})
        sent()
        await stage.until(lambda: has_notice(stage, CARE_WORKER, "feedback"))
        await stage.ask(MANAGER, "POST", f"{path}/closing", {})


async def finish(stage: Play) -> None:
    assignment = stage.known["assignment"]
    async with stage.step("Insatserna avslutas hos utföraren; handläggaren får veta det") as sent:
        day = str(datetime.now(SWEDEN).date())
        for row in stage.known["rows"]:
            path = f"/execution/assignments/{assignment}/rows/{row}/ending"
            await stage.ask(COORDINATOR, "POST", path, {"last_day": day})
        sent()
        await stage.until(lambda: line(stage, "ended"))
    async with stage.step("Handläggaren avslutar uppdraget; det är avslutat även hos utföraren") as sent:
        path = f"/authority/assignments/{assignment}/closing"
        await stage.ask(CASE_WORKER, "POST", path, {"reason": "goals_met"})
        sent()
        await stage.until(lambda: is_closed(stage))


async def is_closed(stage: Play) -> bool:
    seen = await stage.ask(COORDINATOR, "GET", f"/execution/assignments/{stage.known['assignment']}")
    return bool(seen["status"] == "closed")
