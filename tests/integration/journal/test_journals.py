from datetime import timedelta
from uuid import UUID

import pytest

from contracts.authority import Protection
from contracts.journal import JournalClosed, JournalOpened
from tests.support.journals import NOW, TODAY, distributed, ended, row
from tests.support.municipality import member, unit
from tests.support.orders import person
from tests.support.stafett import Running, body
from tests.support.written import NEW, PERSON, noted, opened

LIST = f"/journal/journals?person_id={PERSON}"


@pytest.mark.requirement("TRE-JOUR-01", "TRE-JOUR-09", "F-12")
async def test_a_journal_is_opened_told_and_listed(journal: Running) -> None:
    path = await opened(journal)
    (told,) = await journal.told()
    assert isinstance(told, JournalOpened)
    assert (str(told.journal_id), told.unit_id) == (path.rsplit("/", 1)[-1], unit("blandaren-ute"))
    async with journal.client("eva.nyberg") as eva:
        found = body(await eva.get(LIST))
    (line,) = found["journals"]
    assert found["person"] == "Mustafsson, Moira"
    assert {name: line[name] for name in ("name", "unit", "status", "opened_by", "changed_by", "origin")} == {
        "name": "Allmän genomförandejournal",
        "unit": "Blandaren htj ute (Leanlink)",
        "status": "open",
        "opened_by": "Jonas Ek / Undersköterska",
        "changed_by": "Jonas Ek / Undersköterska",
        "origin": "Genomförande",
    }
    assert await journal.sql("SELECT person_id, role, action, what FROM access_log") == [
        {"person_id": PERSON, "role": "coordinator", "action": "list", "what": "journals"}
    ]


@pytest.mark.requirement("R-10", "TRE-JOUR-04")
async def test_on_another_unit_than_the_one_that_carries_it_out_it_is_refused(journal: Running) -> None:
    async with journal.client("eva.nyberg") as eva:
        refused = await eva.post("/journal/journals", json=NEW | {"unit_id": str(unit("blandaren"))})
    assert body(refused, 409)["title"] == "Journalen måste öppnas på den enhet som utför insatsen."
    assert await journal.sql("SELECT 1 FROM journals") == []


@pytest.mark.requirement("TRE-JOUR-04")
async def test_a_recalled_or_ended_insats_opens_no_journal(journal: Running) -> None:
    await journal.deliver(distributed(row(), row(2, "blandaren")), ended(TODAY - timedelta(days=400)))
    async with journal.client("eva.nyberg") as eva:
        assert body(await eva.post("/journal/journals", json=NEW), 409)["type"] == "not-the-carrying-unit"
        await journal.deliver(distributed())
        recalled = await eva.post("/journal/journals", json=NEW | {"unit_id": str(unit("blandaren"))})
        assert body(recalled, 409)["type"] == "not-the-carrying-unit"


async def test_an_end_that_is_heard_of_a_row_nobody_knows_is_no_trouble(journal: Running) -> None:
    await journal.deliver(ended(TODAY, number=99))
    assert await journal.sql("SELECT 1 FROM inbox WHERE status <> 'applied'") == []


@pytest.mark.parametrize("login", ["lina.dahl", "fatima.noor", "karin.berg", "sara.lind", "nils.holm"])
async def test_staff_of_other_units_and_case_workers_find_nobody(journal: Running, login: str) -> None:
    path = await opened(journal)
    note = await noted(journal, path)
    async with journal.client(login) as other:
        for address in (LIST, path, f"{path}/notes", f"{path}/export", note):
            assert body(await other.get(address), 404)["type"] == "not-found"
        assert body(await other.post("/journal/journals", json=NEW), 404)["type"] == "not-found"
        assert body(await other.post(f"{path}/closing", json={"confirmed": True}), 404)["type"] == "not-found"
    assert await journal.sql("SELECT 1 FROM access_log") == []


@pytest.mark.requirement("DOM-PROT-01")
async def test_a_protected_person_exists_only_for_the_named_members(journal: Running) -> None:
    path = await opened(journal)
    note = await noted(journal, path)
    card = person(protection=Protection.PROTECTED_REGISTRATION, cleared=(member("eva.nyberg"),))
    await journal.deliver(distributed(row(), card=card, distributed_at=NOW))
    async with journal.client("jonas.ek") as jonas:
        for address in (LIST, path, f"{path}/notes", note):
            assert body(await jonas.get(address), 404)["type"] == "not-found"
        assert body(await jonas.post(f"{note}/lock"), 404)["type"] == "not-found"
    async with journal.client("tove.ahl") as tove:
        assert body(await tove.get(f"{path}/export"), 404)["type"] == "not-found"
    async with journal.client("eva.nyberg") as eva:
        assert body(await eva.get(path))["protected"]


@pytest.mark.requirement("DOM-PROT-01")
async def test_two_units_that_each_name_their_own_keep_seeing_a_protected_person(journal: Running) -> None:
    for number, login, code in ((1, "jonas.ek", "blandaren-ute"), (2, "moa.kvist", "aspen-ute")):
        card = person(protection=Protection.CONFIDENTIALITY_MARK, cleared=(member(login),))
        assignment = UUID(int=number)
        await journal.deliver(distributed(row(number, code), card=card, assignment_id=assignment, distributed_at=NOW))
    for login, code in (("jonas.ek", "blandaren-ute"), ("moa.kvist", "aspen-ute")):
        assert await opened(journal, login, unit_id=str(unit(code)))
    async with journal.client("eva.nyberg") as eva:
        assert body(await eva.get(LIST), 404)["type"] == "not-found"


@pytest.mark.requirement("TRE-JOUR-12", "R-31")
async def test_a_closed_journal_takes_no_more_notes(journal: Running) -> None:
    path = await opened(journal)
    async with journal.client("eva.nyberg") as eva:
        assert body(await eva.post(f"{path}/closing", json={}), 422)["errors"][0]["field"] == "confirmed"
        body(await eva.post(f"{path}/closing", json={"confirmed": True}))
        closed = body(await eva.get(path))
        refused = await eva.post(
            f"{path}/notes", json={"noted_at": "2026-11-20T09:30Z", "heading": "information", "text": "x"}
        )
    assert (closed["status"], closed["closed_by"]["name"], closed["may_write"]) == ("closed", "Eva Nyberg", False)
    assert body(refused, 409)["title"] == "Journalen är avslutad."
    assert [type(event) for event in await journal.told()] == [JournalOpened, JournalClosed]


async def test_a_care_worker_does_not_close(journal: Running) -> None:
    path = await opened(journal)
    async with journal.client("jonas.ek") as jonas:
        refused = await jonas.post(f"{path}/closing", json={"confirmed": True})
    assert body(refused, 403)["type"] == "not-allowed"
