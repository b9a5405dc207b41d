"""Who may see a protected person, from the authority to everybody who works with the person."""

from uuid import UUID

import pytest

from tests.support import authority as orders
from tests.support.municipality import member, unit
from tests.support.provider import distribute
from tests.support.reports import reported
from tests.support.stafett import Ground, Running, body, eventually

pytestmark = pytest.mark.requirement("DOM-PROT-01")

SEEN, HIDDEN = [200] * 4, [404] * 4


async def what_is_there(services: dict[str, Running], assignment_id: UUID) -> list[str]:
    """Distributed by Omar, with a journal and a deviation; the path of each page about the person."""
    execution, journal, deviation = services["execution"], services["journal"], services["deviation"]
    assignment = f"/execution/assignments/{assignment_id}"
    await eventually(lambda: sees(services, "omar.haddad", assignment))
    await distribute(execution, login="omar.haddad", id=assignment_id)
    (row,) = await execution.sql("SELECT person_id FROM assignments")
    person_id = str(row["person_id"])
    journals = f"/journal/journals?person_id={person_id}"
    await eventually(lambda: sees(services, "omar.haddad", journals))
    opening = {"person_id": person_id, "unit_id": str(unit("blandaren-ute")), "template": "allman"}
    async with journal.client("omar.haddad") as omar:
        opened = body(await omar.post("/journal/journals", json=opening))["location"]
    await eventually(lambda: deviation.sql("SELECT 1 FROM persons"))
    return [assignment, journals, opened, await reported(deviation, "omar.haddad", person_id=person_id)]


async def sees(services: dict[str, Running], login: str, *paths: str) -> bool:
    return await statuses(services, login, *paths) == [200] * len(paths)


async def statuses(services: dict[str, Running], login: str, *paths: str) -> list[int]:
    found = []
    for path in paths:
        async with services[path.split("/")[1]].client(login) as client:
            found.append((await client.get(path)).status_code)
    return found


async def test_a_colleague_who_is_named_sees_it_all_and_one_who_no_longer_is_finds_nothing(clean: Ground) -> None:
    async with clean.services("authority", "execution", "journal", "deviation") as services:
        async with services["authority"].client("karin.berg") as karin:
            named = [str(member(login)) for login in ("omar.haddad", "eva.nyberg")]
            ordered = await orders.sent(karin, protection="confidentiality_mark", cleared=named)
            paths = await what_is_there(services, ordered)
            assert await statuses(services, "eva.nyberg", *paths) == SEEN
            assert await statuses(services, "jonas.ek", *paths) == HIDDEN
            (row,) = await services["authority"].sql("SELECT person_id FROM assignments")
            others = {"members": [str(member(login)) for login in ("omar.haddad", "jonas.ek")]}
            body(await karin.post(f"/authority/persons/{row['person_id']}/clearance", json=others))
        await eventually(lambda: sees(services, "jonas.ek", *paths))
        assert await statuses(services, "eva.nyberg", *paths) == HIDDEN
        async with services["execution"].client("omar.haddad") as omar:
            body(await omar.post(f"{paths[0]}/clearance", json={"member_ids": [str(member("eva.nyberg"))]}))
        await eventually(lambda: sees(services, "eva.nyberg", *paths))
        assert await statuses(services, "omar.haddad", *paths) == SEEN
        assert await statuses(services, "tove.ahl", *paths) == HIDDEN
