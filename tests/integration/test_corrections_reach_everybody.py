"""What the authority puts right about a person, at everybody who works with the person."""

from functools import partial

import pytest

from contracts.authority import PersonCorrected
from contracts.execution import CorrectionShared
from tests.support import authority as orders
from tests.support.everywhere import sees, statuses, what_is_there
from tests.support.municipality import member
from tests.support.stafett import Ground, Running, body, eventually

MOIRA = {"identity_number": "19380303-9142", "family_name": "Mustafsson", "given_name": "Moira"}


async def corrected(services: dict[str, Running], **changes: object) -> None:
    """Karin saves what is right about the only person there is."""
    (row,) = await services["authority"].sql("SELECT id FROM persons")
    async with services["authority"].client("karin.berg") as karin:
        body(await karin.put(f"/authority/persons/{row['id']}", json=MOIRA | {"protection": "none"} | changes))


async def shows(services: dict[str, Running], path: str, right: str, wrong: str) -> bool:
    """What Omar sees on a page is right."""
    async with services[path.split("/")[1]].browser("omar.haddad") as omar:
        page = (await omar.get(path)).text
    return right in page and wrong not in page


async def test_a_name_that_is_corrected_is_right_everywhere(clean: Ground) -> None:
    async with clean.services("authority", "execution", "journal", "deviation") as services:
        async with services["authority"].client("karin.berg") as karin:
            ordered = await orders.sent(karin)
        paths = await what_is_there(services, ordered)
        await corrected(services, family_name="Mustafson")
        for path in paths:
            await eventually(partial(shows, services, path, "Mustafson, Moira", "Mustafsson"))
        assert len(await services["authority"].told(PersonCorrected)) == 1
        assert len(await services["execution"].told(CorrectionShared)) == 1


@pytest.mark.requirement("DOM-PROT-01")
async def test_a_protection_that_is_raised_later_hides_the_person_everywhere_but_from_the_named(clean: Ground) -> None:
    async with clean.services("authority", "execution", "journal", "deviation") as services:
        async with services["authority"].client("karin.berg") as karin:
            ordered = await orders.sent(karin)
        paths = await what_is_there(services, ordered)
        assert await statuses(services, "eva.nyberg", *paths[:3]) == [200] * 3
        await corrected(services, protection="protected_registration", cleared=[str(member("omar.haddad"))])

        async def hidden() -> bool:
            return await statuses(services, "eva.nyberg", *paths) == [404] * len(paths)

        await eventually(hidden)
        assert await sees(services, "omar.haddad", *paths)
        await corrected(services, protection="none")
        await eventually(lambda: sees(services, "eva.nyberg", *paths[:3]))
