"""Who may see a protected person, from the authority to everybody who works with the person."""

import pytest

from tests.support import authority as orders
from tests.support.everywhere import sees, statuses, what_is_there
from tests.support.municipality import member
from tests.support.stafett import Ground, body, eventually

pytestmark = pytest.mark.requirement("DOM-PROT-01")

SEEN, HIDDEN = [200] * 4, [404] * 4


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
