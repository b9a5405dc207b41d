import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from sqlalchemy import event

from chassis.database import Database
from contracts.authority import AssignmentWithdrawn, WithdrawalReason
from tests.support.municipality import member, unit
from tests.support.orders import order, person
from tests.support.provider import ASSIGNMENT, ID, acknowledge, act, distribute, just_sent, look, new_row, today
from tests.support.stafett import Running, body

SURE = {"confirmed": True}

LISTS = ("/execution/new-assignments", "/execution/my-units", "/execution/my-persons")


def numbered(number: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"assignment-{number}")


async def arrive(execution: Running, number: int, family_name: str, unit_code: str = "blandaren") -> UUID:
    """One more assignment, for a person of its own; the numbers are the letters of a name, never an identity number."""
    card = person(
        person_id=uuid5(NAMESPACE_URL, f"person-{number}"),
        family_name=family_name,
        given_name="Test",
        identity_number=None,
    )
    await execution.deliver(just_sent(numbered(number), unit_code, order=order(person=card)))
    return numbered(number)


@contextmanager
def statements(execution: Running) -> Iterator[list[str]]:
    """What the service sends to its database for the one who asks, while the block lasts; not what its inbox does."""
    database: Database = execution.app.state.database
    asks = asyncio.current_task()
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if asyncio.current_task() is asks:
            seen.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


@pytest.mark.requirement("TRE-NAV-01", "TRE-DIST-08", "R-30")
async def test_mina_enheter_shows_persons_with_ongoing_or_planned_interventions_per_unit(execution: Running) -> None:
    await execution.deliver(just_sent())
    rows = (new_row(period_from=today(5)), new_row("blandaren", period_to=today()))
    planned, ongoing = await distribute(execution, *rows)
    shown = await look(execution, "eva.nyberg", "/execution/my-units")
    assert [(counted["name"], counted["persons"]) for counted in shown["units"]] == [
        ("BLANDAREN htj (Leanlink)", 1),
        ("Blandaren htj ute (Leanlink)", 1),
    ]
    (line,) = shown["lines"]
    assert line["person"] == "Mustafsson, Moira"
    assert [(row["unit"], row["planned"]) for row in line["interventions"]] == [
        ("Blandaren htj ute (Leanlink)", True),
        ("BLANDAREN htj (Leanlink)", False),
    ]
    at_ute = await look(execution, "eva.nyberg", f"/execution/my-units?unit={unit('blandaren-ute')}")
    assert [len(line["interventions"]) for line in at_ute["lines"]] == [1]
    elsewhere = await look(execution, "eva.nyberg", f"/execution/my-units?unit={unit('rakenstickan')}")
    assert (elsewhere["lines"], elsewhere["total"]) == ([], 0)
    assert [line["id"] for line in (await look(execution, "jonas.ek", "/execution/my-units"))["lines"]] == [str(ID)]
    assert (await look(execution, "fatima.noor", "/execution/my-units"))["units"] == []

    await act(execution, "eva.nyberg", f"/rows/{planned}/recall", SURE)
    assert (await look(execution, "jonas.ek", "/execution/my-units"))["lines"] == []
    await execution.sql("UPDATE assignments SET rows = jsonb_set(rows, '{1,period_to}', to_jsonb($1::text))", today(-1))
    assert (await look(execution, "eva.nyberg", "/execution/my-units"))["lines"] == []
    assert ongoing


@pytest.mark.requirement("TRE-ACK-01", "TRE-ACK-02", "TRE-NAV-01", "F-11", "R-04")
async def test_a_person_is_moved_to_mina_personer_only_when_asked_for_and_taken_away_again(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution)
    await acknowledge(execution, "jonas.ek")
    assert (await look(execution, "jonas.ek", "/execution/my-persons"))["lines"] == []
    await acknowledge(execution, "eva.nyberg", add_to_my_persons=True)
    mine = await look(execution, "eva.nyberg", "/execution/my-persons")
    assert [(line["person"], line["status"]) for line in mine["lines"]] == [("Mustafsson, Moira", "acknowledged")]
    assert mine["persons"] == 1
    assert (await look(execution, "omar.haddad", "/execution/my-persons"))["lines"] == []
    async with execution.client("eva.nyberg") as eva:
        path = f"/execution/my-persons/{mine['lines'][0]['person_id']}"
        body(await eva.delete(path))
        assert body(await eva.delete(path), 404)["type"] == "not-found"
    assert (await look(execution, "eva.nyberg", "/execution/my-persons"))["lines"] == []
    await acknowledge(execution, "eva.nyberg", add_to_my_persons=True)
    async with execution.browser("eva.nyberg") as eva:
        page = await eva.get("/execution/my-persons")
        assert "Ta bort Mustafsson, Moira från Mina personer" in page.text
        gone = await eva.post(f"{path}/removal")
        assert (gone.status_code, gone.headers["location"]) == (303, "/execution/my-persons")
        assert "Du följer ingen person" in (await eva.get("/execution/my-persons")).text


async def test_mina_personer_shows_nobody_whom_the_reader_may_no_longer_see(execution: Running) -> None:
    await execution.deliver(just_sent())
    (row_id,) = await distribute(execution)
    await acknowledge(execution, "jonas.ek", add_to_my_persons=True)
    assert (await look(execution, "jonas.ek", "/execution/my-persons"))["persons"] == 1
    await act(execution, "eva.nyberg", f"/rows/{row_id}/recall", SURE)
    assert (await look(execution, "jonas.ek", "/execution/my-persons"))["persons"] == 0


@pytest.mark.requirement("C-09")
async def test_what_is_withdrawn_before_distribution_leaves_every_list(execution: Running) -> None:
    await execution.deliver(just_sent())
    withdrawn = AssignmentWithdrawn(
        assignment_id=ID,
        unit_id=unit("blandaren"),
        reason=WithdrawalReason.WRONG_PROVIDER,
        withdrawn_at=just_sent().sent_at,
    )
    await execution.sql("INSERT INTO my_persons VALUES ($1, $2, now())", member("eva.nyberg"), person().person_id)
    assert (await look(execution, "eva.nyberg", "/execution/my-persons"))["persons"] == 1
    await execution.deliver(withdrawn)
    for path in LISTS:
        shown = await look(execution, "eva.nyberg", path)
        assert shown.get("waiting", []) + shown.get("lines", []) == []
    refused = await act(execution, "eva.nyberg", "/rows", {"rows": [new_row()]}, 409)
    assert refused["type"] == "withdrawn"
    (act_shown,) = (await look(execution, "eva.nyberg", ASSIGNMENT))["history"]
    assert (act_shown["what"], act_shown["reason"]) == ("Återtog uppdraget", "wrong_provider")


async def test_lists_are_in_swedish_order_page_by_page_with_as_many_queries_for_many_as_for_one(
    execution: Running,
) -> None:
    names = ["Öman", "Zorn", "Åberg", "Ängman", "Eklund"] + [f"Dahl{letter}" for letter in "abcdefghijklmnopqrstuvwx"]

    async def ready(number: int) -> None:
        id = await arrive(execution, number, names[number])
        await distribute(execution, id=id)
        await acknowledge(execution, "eva.nyberg", id=id, add_to_my_persons=True)

    async def queries(path: str) -> int:
        with statements(execution) as seen:
            await look(execution, "eva.nyberg", path)
        return len(seen)

    await ready(0)
    await arrive(execution, 100, "Väntar")
    for_one = [await queries(path) for path in LISTS]
    for number in range(1, len(names)):
        await ready(number)
    for number in range(101, 130):
        await arrive(execution, number, "Väntar")
    assert min(for_one) > 2
    assert [await queries(path) for path in LISTS] == for_one
    for path in LISTS[1:]:
        first = await look(execution, "eva.nyberg", path)
        second = await look(execution, "eva.nyberg", f"{path}?after={first['after']}")
        shown = [line["person"].split(",")[0] for line in first["lines"] + second["lines"]]
        assert (len(first["lines"]), second["after"]) == (25, None)
        assert shown[24:] == ["Eklund", "Zorn", "Åberg", "Ängman", "Öman"]
    queue = await look(execution, "eva.nyberg", LISTS[0])
    rest = await look(execution, "eva.nyberg", f"{LISTS[0]}?after={queue['after']}")
    assert (queue["total"], len(queue["waiting"]), len(rest["waiting"])) == (30, 25, 5)


async def test_a_person_is_followed_also_later_than_when_it_was_acknowledged(execution: Running) -> None:
    await execution.deliver(just_sent())
    await distribute(execution)
    await acknowledge(execution)
    async with execution.browser("jonas.ek") as jonas:
        for offered, text in (("follower", "Lägg till i Mina personer"), ("removal", "Ta bort från Mina personer")):
            page = (await jonas.get(ASSIGNMENT)).text
            assert text in page
            (action,) = re.findall(rf'action="([^"]*/{offered})"', page)
            assert (await jonas.post(action)).status_code == 303
            persons = (await look(execution, "jonas.ek", "/execution/my-persons"))["persons"]
            assert persons == (1 if offered == "follower" else 0)
    await execution.sql("UPDATE assignments SET status = 'closed' WHERE id = $1", ID)
    async with execution.browser("jonas.ek") as jonas:
        assert "Mina personer</button>" not in (await jonas.get(ASSIGNMENT)).text
        refused = await jonas.post(f"{ASSIGNMENT}/follower")
        assert (refused.status_code, "visas inte i Mina personer" in refused.text) == (409, True)
    await look(execution, "moa.kvist", f"{ASSIGNMENT}", 404)
    async with execution.browser("moa.kvist") as moa:
        assert (await moa.post(f"{ASSIGNMENT}/follower")).status_code == 404


@pytest.mark.requirement("R-30")
async def test_who_has_nothing_left_at_the_unit_is_listed_until_the_authority_has_closed_it(execution: Running) -> None:
    await execution.deliver(just_sent())
    other = await arrive(execution, 2, "Aronsson")
    await distribute(execution, new_row(), new_row("blandaren"))
    await distribute(execution, id=other)
    path = "/execution/not-current"
    assert (await look(execution, "jonas.ek", path))["lines"] == []
    await execution.sql(PASSED, ID, today(-1))
    (line,) = (await look(execution, "jonas.ek", path))["lines"]
    assert (line["person"], line["last_day"], line["units"]) == (
        "Mustafsson, Moira",
        today(-1),
        ["Blandaren htj ute (Leanlink)"],
    )
    assert (await look(execution, "eva.nyberg", path))["lines"] == []  # it goes on at another of her units
    async with execution.browser("jonas.ek") as jonas:
        page = (await jonas.get(path)).text
    assert f'<a href="{ASSIGNMENT}">Mustafsson, Moira</a>' in page
    await execution.sql("UPDATE assignments SET status = 'closed' WHERE id = $1", ID)
    assert (await look(execution, "jonas.ek", path))["lines"] == []


PASSED = "UPDATE assignments SET rows = jsonb_set(rows, '{0,period_to}', to_jsonb($2::text)) WHERE id = $1"
"""As if the first row had had that last day, and it had passed."""
