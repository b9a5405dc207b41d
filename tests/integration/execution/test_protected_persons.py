from collections.abc import Collection
from typing import Any

import pytest

from chassis.keys import load_keys
from contracts.authority import ClearanceChanged, PersonCard, Protection
from contracts.execution import AssignmentDistributed, ClearanceShared
from tests.support.municipality import member
from tests.support.orders import order, person
from tests.support.provider import (
    ASSIGNMENT,
    ID,
    acknowledge,
    act,
    distribute,
    just_sent,
    look,
    new_row,
    register,
    today,
)
from tests.support.stafett import Running

pytestmark = pytest.mark.requirement("DOM-PROT-01")

LISTS = ("/execution/new-assignments", "/execution/my-units", "/execution/my-persons")


async def arrive(execution: Running, cleared: Collection[str]) -> None:
    """An order about somebody with protected registration, who exists only for these members."""
    named = tuple(member(login) for login in cleared)
    card = person(protection=Protection.PROTECTED_REGISTRATION, cleared=named)
    await execution.deliver(just_sent(order=order(person=card)))


def changed(*logins: str) -> ClearanceChanged:
    """The authority names these members."""
    cleared = tuple(member(login) for login in logins)
    return ClearanceChanged(assignment_id=ID, person_id=person().person_id, cleared=cleared)


async def test_a_protected_person_is_in_the_lists_and_counts_of_the_cleared_only(execution: Running) -> None:
    await arrive(execution, ["omar.haddad"])
    for login, total in (("omar.haddad", 1), ("eva.nyberg", 0), ("tove.ahl", 0)):
        queue = await look(execution, login, LISTS[0])
        assert (queue["total"], len(queue["waiting"])) == (total, total)
    await distribute(execution, new_row("blandaren"), login="omar.haddad")
    await acknowledge(execution, "omar.haddad", add_to_my_persons=True)
    await execution.sql("INSERT INTO my_persons VALUES ($1, $2, now())", member("eva.nyberg"), person().person_id)
    mine = await look(execution, "omar.haddad", LISTS[1])
    assert ([unit["persons"] for unit in mine["units"]], mine["total"]) == ([1], 1)
    assert (await look(execution, "omar.haddad", LISTS[2]))["persons"] == 1
    for login in ("eva.nyberg", "tove.ahl"):
        theirs = await look(execution, login, LISTS[1])
        assert (theirs["units"], theirs["lines"], theirs["total"]) == ([], [], 0)
        followed = await look(execution, login, LISTS[2])
        assert (followed["lines"], followed["persons"]) == ([], 0)
    readers = await execution.sql("SELECT DISTINCT member_id FROM access_log")
    assert readers == [{"member_id": member("omar.haddad")}]


async def test_every_door_says_that_the_assignment_does_not_exist_to_those_who_are_not_cleared(
    execution: Running,
) -> None:
    await arrive(execution, ["omar.haddad"])
    row_ids = await register(execution, new_row(), new_row(), login="omar.haddad")
    row = f"/rows/{row_ids[0]}"
    doors: dict[str, Any] = {
        "/rows": {"rows": [new_row()]},
        "/merged-rows": {"merged_row_ids": row_ids},
        "/distribution": {"row_ids": row_ids, "confirmed": True},
        f"{row}/removal": None,
        f"{row}/recall": None,
        f"{row}/ending": {"last_day": today()},
        "/ending": {"last_day": today()},
        "/decline": {"reason": "no_capacity", "holder": "provider"},
        "/acknowledgement": {},
        "/start": {"started_on": today()},
        "/clearance": {"member_ids": [str(member("eva.nyberg"))]},
    }
    for path, command in doors.items():
        assert (await act(execution, "eva.nyberg", path, command, 404))["type"] == "not-found"
    for path in ("", "/distribution", row):
        await look(execution, "eva.nyberg", f"{ASSIGNMENT}{path}", 404)


async def test_a_cleared_manager_names_a_colleague_who_then_sees_the_person(execution: Running) -> None:
    await arrive(execution, ["omar.haddad"])
    await distribute(execution, new_row(), login="omar.haddad")
    offered = (await look(execution, "omar.haddad", ASSIGNMENT))["possible"]["colleagues"]
    assert {"Jonas Ek", "Eva Nyberg"} <= {colleague["name"] for colleague in offered}
    outside = await act(execution, "omar.haddad", "/clearance", {"member_ids": [str(member("lina.dahl"))]}, 422)
    assert outside["type"] == "not-staff"
    assert await execution.told(ClearanceShared) == []
    async with execution.browser("omar.haddad") as omar:
        done = await omar.post(f"{ASSIGNMENT}/clearance", data={"member_ids.0": str(member("jonas.ek"))})
    assert done.status_code == 303
    (event,) = await execution.told(ClearanceShared)
    card = load_keys(execution.keys, "deviation").open(event.person, PersonCard)
    assert card.cleared == (member("omar.haddad"), member("jonas.ek"))
    assert (await look(execution, "jonas.ek", LISTS[0]))["total"] == 1
    await acknowledge(execution, "jonas.ek")
    assert (await act(execution, "jonas.ek", "/clearance", {"member_ids": [str(member("eva.nyberg"))]}, 403))["title"]
    await look(execution, "eva.nyberg", ASSIGNMENT, 404)


async def test_what_the_authority_changes_holds_at_once_and_is_told_when_the_assignment_is_distributed(
    execution: Running,
) -> None:
    await arrive(execution, ["omar.haddad", "eva.nyberg"])
    await execution.deliver(changed("omar.haddad", "jonas.ek", "tove.ahl"))
    await look(execution, "eva.nyberg", ASSIGNMENT, 404)
    assert await execution.told(ClearanceShared) == []
    await distribute(execution, new_row(), login="omar.haddad")
    await execution.deliver(changed("omar.haddad", "tove.ahl"))
    await look(execution, "jonas.ek", ASSIGNMENT, 404)
    line = (await look(execution, "tove.ahl", ASSIGNMENT))["history"][0]
    assert (line["what"], line["by"]) == ("Ändrade vilka som får se personen", "Myndigheten")
    assert (await look(execution, "jonas.ek", LISTS[0]))["total"] == 0
    assert len(await execution.told(ClearanceShared)) == 1


async def test_the_receivers_of_what_is_distributed_learn_who_may_see_the_person(execution: Running) -> None:
    await arrive(execution, ["omar.haddad"])
    await act(execution, "omar.haddad", "/clearance", {"member_ids": [str(member("jonas.ek"))]})
    row_ids = await register(execution, new_row(), login="omar.haddad")
    command = {"row_ids": row_ids, "confirmed": True, "recipients": [str(member("eva.nyberg"))]}
    assert (await act(execution, "omar.haddad", "/distribution", command, 422))["type"] == "not-at-the-units"
    command["recipients"] = [str(member("jonas.ek"))]
    await act(execution, "omar.haddad", "/distribution", command)
    (event,) = await execution.told(AssignmentDistributed)
    card = load_keys(execution.keys, "journal").open(event.person, PersonCard)
    assert card.cleared == (member("omar.haddad"), member("jonas.ek"))


async def test_nobody_is_named_for_a_person_without_protection(execution: Running) -> None:
    await execution.deliver(just_sent())
    refused = await act(execution, "omar.haddad", "/clearance", {"member_ids": [str(member("jonas.ek"))]}, 409)
    assert refused["type"] == "not-protected"
