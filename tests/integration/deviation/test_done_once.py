"""A command that comes again is answered as the first time, and done once."""

import asyncio
import re
from uuid import uuid4

from chassis.once import forget
from contracts.deviation import DeviationRegistered
from tests.support.reports import MOIRA, UTE, reported, typed
from tests.support.stafett import Running, body

REPORT = {name: str(value) for name, value in typed().items()}
FORM = f"/deviation/deviations/new?person_id={MOIRA}&unit_id={UTE}&business_area=ao"
SEND = FORM.replace("/new", "")
ONCE = "stafett-once"


def key_in(page: str) -> str:
    """The key of the form on a page."""
    (key,) = set(re.findall(rf'name="{ONCE}" value="([^"]+)"', page))
    return str(key)


async def count(service: Running) -> int:
    return len(await service.sql("SELECT 1 FROM deviations"))


async def test_back_and_send_again_leads_to_what_was_done_the_first_time(deviation: Running) -> None:
    async with deviation.browser("jonas.ek") as jonas:
        form = REPORT | {ONCE: key_in((await jonas.get(FORM)).text)}
        first = await jonas.post("/deviation/deviations", data=form)
        again = await jonas.post("/deviation/deviations", data=form)
        assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])
        assert await count(deviation) == 1
        anew = REPORT | {ONCE: key_in((await jonas.get(FORM)).text), "course_of_events": "En annan händelse"}
        assert (await jonas.post("/deviation/deviations", data=anew)).status_code == 303
    assert await count(deviation) == 2
    assert len(await deviation.told(DeviationRegistered)) == 2


async def test_what_is_word_for_word_what_was_just_saved_is_asked_about_when_the_form_is_a_new_one(
    deviation: Running,
) -> None:
    async with deviation.browser("jonas.ek") as jonas:
        forms = [REPORT | {ONCE: key_in((await jonas.get(FORM)).text)} for _ in range(2)]
        assert (await jonas.post(SEND, data=forms[0])).status_code == 303
        asked = await jonas.post(SEND, data=forms[1])
        assert (asked.status_code, "Du har redan sparat precis det här." in asked.text) == (409, True)
        assert "<title>Bekräfta: Ny avvikelse" in asked.text
        assert await count(deviation) == 1
        sure = forms[1] | {ONCE: key_in(asked.text)}
        first = await jonas.post(SEND, data=sure)
        again = await jonas.post(SEND, data=sure)
        assert (first.status_code, again.headers["location"]) == (303, first.headers["location"])
    assert await count(deviation) == 2


async def test_a_double_click_is_one_command(deviation: Running) -> None:
    form = REPORT | {ONCE: str(uuid4())}
    async with deviation.browser("jonas.ek") as jonas:
        answers = await asyncio.gather(*(jonas.post("/deviation/deviations", data=form) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await count(deviation) == 1


async def test_what_was_changed_since_is_kept_and_said_to_be_unsaved_until_it_is_sent_once_more(
    deviation: Running,
) -> None:
    form = REPORT | {ONCE: str(uuid4())}
    changed = form | {"course_of_events": "En annan händelse"}
    async with deviation.browser("jonas.ek") as jonas:
        assert (await jonas.post("/deviation/deviations", data=form)).status_code == 303
        asked = await jonas.post(SEND, data=changed)
        assert asked.status_code == 409
        assert "Det du har ändrat sedan dess är inte sparat." in asked.text
        assert "En annan händelse</textarea>" in asked.text
        assert await count(deviation) == 1
        assert key_in(asked.text) != form[ONCE]
        sure = changed | {ONCE: key_in(asked.text)}
        assert (await jonas.post("/deviation/deviations", data=sure)).status_code == 303
    assert await count(deviation) == 2


async def test_a_refused_form_has_done_nothing_and_keeps_its_key(deviation: Running) -> None:
    form = REPORT | {ONCE: str(uuid4())}
    async with deviation.browser("jonas.ek") as jonas:
        refused = await jonas.post(SEND, data=form | {"occurred_on": "2099-01-01"})
        assert (refused.status_code, key_in(refused.text)) == (422, form[ONCE])
        misspelt = await jonas.post(SEND, data=form | {"occurred_on": "i går"})
        assert (misspelt.status_code, key_in(misspelt.text)) == (422, form[ONCE])
        assert (await jonas.post("/deviation/deviations", data=form)).status_code == 303
    assert await count(deviation) == 1


async def test_a_program_that_lost_the_answer_asks_again_with_the_same_key(deviation: Running) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    async with deviation.client("jonas.ek") as jonas:
        first = body(await jonas.post("/deviation/deviations", json=typed(), headers=key))
        assert body(await jonas.post("/deviation/deviations", json=typed(), headers=key)) == first
        other = typed(course_of_events="Något annat")
        assert body(await jonas.post("/deviation/deviations", json=other, headers=key), 409)["type"] == "sent-before"
        wrong = {"Idempotency-Key": "42"}
        refused = body(await jonas.post("/deviation/deviations", json=other, headers=wrong), 422)
    assert refused["type"] == "key-unreadable"
    assert await count(deviation) == 1
    async with deviation.client("eva.nyberg") as eva:
        theirs = body(await eva.post("/deviation/deviations", json=typed(), headers=key))
    assert theirs["id"] != first["id"], "a key is its sender's own"


async def test_who_has_no_login_here_any_more_is_not_answered_again(deviation: Running) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    async with deviation.client("jonas.ek") as jonas:
        body(await jonas.post("/deviation/deviations", json=typed(), headers=key))
        await deviation.sql("DELETE FROM replica_member WHERE login = 'jonas.ek' RETURNING 1")
        refused = body(await jonas.post("/deviation/deviations", json=typed(), headers=key), 403)
    assert refused["type"] == "unknown-member"


async def test_a_form_whose_key_cannot_be_read_is_shown_with_a_new_one(deviation: Running) -> None:
    async with deviation.browser("jonas.ek") as jonas:
        shown = await jonas.post(SEND, data=REPORT | {ONCE: "42"})
        assert shown.status_code == 422
        assert (await jonas.post(SEND, data=REPORT | {ONCE: key_in(shown.text)})).status_code == 303


async def test_a_door_that_is_opened_twice_with_a_key_does_what_it_did_only_once(deviation: Running) -> None:
    path, key = await reported(deviation), {"Idempotency-Key": str(uuid4())}
    async with deviation.client("omar.haddad") as omar:
        for _ in range(2):
            body(await omar.post(f"{path}/feedback", json={"text": "Tack"}, headers=key))
        feedback = body(await omar.get(path))["feedback"]
    assert [one["text"] for one in feedback] == ["Tack"]


async def test_keys_are_forgotten_after_a_week(deviation: Running) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    async with deviation.client("jonas.ek") as jonas:
        body(await jonas.post("/deviation/deviations", json=typed(), headers=key))
    for days, left in ((6, 1), (2, 0)):
        await deviation.sql("UPDATE answered SET at = at - $1::int * interval '1 day'", days)
        async with deviation.app.state.database.transaction() as tx:
            await forget(tx)
        assert len(await deviation.sql("SELECT 1 FROM answered")) == left
