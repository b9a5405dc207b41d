"""A person at every service, and who finds them there."""

from uuid import UUID

from tests.support.municipality import unit
from tests.support.provider import distribute
from tests.support.reports import reported
from tests.support.stafett import Running, body, eventually


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
    """True when a member finds all of these pages."""
    return await statuses(services, login, *paths) == [200] * len(paths)


async def statuses(services: dict[str, Running], login: str, *paths: str) -> list[int]:
    """What a member is answered at each of these addresses."""
    found = []
    for path in paths:
        async with services[path.split("/")[1]].client(login) as client:
            found.append((await client.get(path)).status_code)
    return found
