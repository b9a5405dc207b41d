import re
from datetime import date

import pytest

from contracts.execution import AssignmentDistributed
from services.execution.features.distribute import NobodyToTell, NotAnswered, ToldAfterAll
from tests.support.forms import box, chosen, faults
from tests.support.municipality import member, unit
from tests.support.provider import (
    ASSIGNMENT,
    NOTHING_TICKED,
    distribute,
    just_sent,
    look,
    new_row,
    register,
    today,
)
from tests.support.stafett import Running


@pytest.mark.requirement("TRE-DIST-07")
async def test_it_is_asked_whether_those_concerned_are_told_and_the_answer_is_kept_until_it_is_confirmed(
    execution: Running,
) -> None:
    await execution.deliver(just_sent())
    (row_id,) = await register(execution, new_row())
    page_path = f"{ASSIGNMENT}/distribution"
    async with execution.browser("eva.nyberg") as eva:
        page = (await eva.get(page_path)).text
        assert "Ska ett meddelande skickas till dem som berörs?" in page
        skipped = await eva.post(page_path, data={"row_ids.0": row_id})
        assert faults(skipped.text) == {"tell": str(NotAnswered())}
        ticked = {"row_ids.0": row_id, "tell": "true"}
        nobody = await eva.post(page_path, data=ticked)
        assert faults(nobody.text) == {"recipients": str(NobodyToTell())}
        told = box(page, "Jonas Ek")
        both = await eva.post(page_path, data=ticked | told | {"tell": "false"})
        assert faults(both.text) == {"tell": str(ToldAfterAll())}
        asked = await eva.post(page_path, data=ticked | told)
        assert "Vill du skicka följande insatser till genomförande?" in asked.text
        assert "Du har svarat ja: ett meddelande skickas till Jonas Ek." in asked.text
        assert chosen(asked.text) == ticked | told
        back = await eva.post(page_path, data=chosen(asked.text) | {"again": "rows"})
        assert (back.status_code, "Inget är skickat än." in back.text) == (200, False)
        assert chosen(back.text) == ticked | told
        done = await eva.post(page_path, data=chosen(asked.text) | {"confirmed": "true"})
        assert done.status_code == 303
        assert "Meddelande har skickats till Jonas Ek." in (await eva.get(done.headers["location"])).text
    (event,) = await execution.told(AssignmentDistributed)
    assert event.recipients == (member("jonas.ek"),)


@pytest.mark.requirement("TRE-DIST-01", "TRE-DIST-05", "TRE-DIST-06", "TRE-DIST-10", "R-03")
async def test_a_browser_without_scripts_registers_ticks_confirms_and_sees_the_receipt(execution: Running) -> None:
    covered = {"period_from": date.fromisoformat(today()), "period_to": date.fromisoformat(today(30))}
    await execution.deliver(just_sent().model_copy(update=covered))
    page_path = f"{ASSIGNMENT}/distribution"
    async with execution.browser("eva.nyberg") as eva:
        empty = await eva.get(page_path)
        assert "Inga insatser är registrerade ännu" in empty.text
        typed = {"rows.0.service": "morgonhjalp", "rows.0.resource": 'Team "Öst"', "rows.0.period_from": today()}
        refused = await eva.post(f"{ASSIGNMENT}/rows", data={**typed, "rows.0.unit_id": ""})
        assert refused.status_code == 422
        summary = refused.text[refused.text.index('<section class="problem"') : refused.text.index("</section>")]
        assert re.findall("<li>(.*?)</li>", summary) == ['<a href="#rows.0.unit_id">Fyll i Utförarenhet.</a>']
        assert 'value="Team &#34;Öst&#34;"' in refused.text
        assert f'name="rows.0.period_from" value="{today()}"' in refused.text
        done = await eva.post(f"{ASSIGNMENT}/rows", data={**typed, "rows.0.unit_id": str(unit("blandaren-ute"))})
        assert (done.status_code, done.headers["location"]) == (303, page_path)
        await eva.post(f"{ASSIGNMENT}/rows", data={**typed, "rows.0.unit_id": str(unit("blandaren"))})
        first, _second = [row["id"] for row in (await look(execution, "eva.nyberg", page_path))["to_send"]]
        none = await eva.post(page_path, headers=NOTHING_TICKED)
        assert (none.status_code, "Markera minst en insats" in none.text) == (422, True)
        asked = await eva.post(page_path, data={"row_ids.0": first, "tell": "false"})
        assert asked.status_code == 409
        assert "Vill du skicka följande insatser till genomförande?" in asked.text
        assert '<h2 id="problem-title">Bekräfta</h2>' in asked.text
        assert "Det finns ett problem" not in asked.text
        assert asked.text.count('name="row_ids.') == 1
        assert "Inget är skickat än." in asked.text
        assert re.findall('<p class="warning">(.*?),', asked.text) == ["Rad 1 går utanför beslutsperioden"]
        assert "Du har svarat nej: inget meddelande skickas." in asked.text
        sent = await eva.post(page_path, data=chosen(asked.text) | {"confirmed": "true"})
        assert sent.status_code == 303
        receipt = await eva.get(sent.headers["location"])
        assert "Insatserna är skickade till genomförande." in receipt.text
        assert "Inget meddelande har skickats." in receipt.text
        assert receipt.text.count('<span class="tag">Skickad till genomförande</span>') == 1
        assert receipt.text.count('<span class="tag">Registrerad</span>') == 1


async def test_rows_are_corrected_on_a_page_of_their_own(execution: Running) -> None:
    await execution.deliver(just_sent())
    (row_id,) = await distribute(execution)
    async with execution.browser("eva.nyberg") as eva:
        shown = await eva.get(f"{ASSIGNMENT}/rows/{row_id}")
        assert "Återkalla insatsen" in shown.text
        empty = await eva.post(f"{ASSIGNMENT}/rows/{row_id}/ending", data={"last_day": ""})
        assert faults(empty.text) == {"last_day": "Fyll i Sista dag."}
        refused = await eva.post(f"{ASSIGNMENT}/rows/{row_id}/ending", data={"last_day": "i morgon"})
        assert refused.status_code == 422
        assert "Skriv ett datum" in refused.text
        assert 'value="i morgon"' in refused.text
        ended = await eva.post(f"{ASSIGNMENT}/rows/{row_id}/ending", data={"last_day": today(2)})
        assert (ended.status_code, ended.headers["location"]) == (303, ASSIGNMENT)
        shown = await eva.get(f"{ASSIGNMENT}/rows/{row_id}")
        assert "Ändra sista dag" in shown.text


@pytest.mark.requirement("TRE-DIST-11")
async def test_a_row_that_has_not_been_sent_is_changed_on_its_page_and_what_is_odd_is_said(execution: Running) -> None:
    await execution.deliver(just_sent())
    (first, _other) = await register(execution, new_row(), new_row())
    path = f"{ASSIGNMENT}/rows/{first}"
    async with execution.browser("eva.nyberg") as eva:
        page = (await eva.get(path)).text
        assert f'name="period_from" value="{today()}"' in page
        typed = {"service": "morgonhjalp", "unit_id": str(unit("blandaren-ute")), "period_from": today(), "hours": "99"}
        per_day = typed | {"hours_unit": "hours_per_day"}
        refused = await eva.post(path, data=per_day)
        assert faults(refused.text) == {
            "hours": "Tim/dygn kan vara högst 24 timmar. Kontrollera timmarna och enheten för tiden."
        }
        assert 'name="hours" value="99"' in refused.text
        done = await eva.post(path, data=per_day | {"hours": "0,5"})
        assert (done.status_code, done.headers["location"]) == (303, f"{ASSIGNMENT}/distribution")
        shown = (await eva.get(done.headers["location"])).text
        assert '<p class="warning">Rad 2 och rad 3 är samma insats på samma enhet samtidigt.</p>' in shown
        assert shown.count("samtidigt.") == 1
        assert (await eva.post(path, data=per_day | {"hours": "0,5"})).status_code == 409
        changed = (await look(execution, "eva.nyberg", f"{ASSIGNMENT}/distribution"))["to_send"][-1]["id"]
        assert 'name="hours" value="0,5' in (await eva.get(f"{ASSIGNMENT}/rows/{changed}")).text


@pytest.mark.requirement("TRE-DIST-01")
async def test_the_first_row_accepts_the_assignment_and_that_is_said_before_and_after(execution: Running) -> None:
    await execution.deliver(just_sent())
    typed = {"rows.0.service": "morgonhjalp", "rows.0.unit_id": str(unit("blandaren")), "rows.0.period_from": today()}
    async with execution.browser("eva.nyberg") as eva:
        form = (await eva.get(f"{ASSIGNMENT}/rows/new")).text
        done = await eva.post(f"{ASSIGNMENT}/rows", data=typed)
        shown = (await eva.get(done.headers["location"])).text
        second = (await eva.get(f"{ASSIGNMENT}/rows/new")).text
        history = (await eva.get(ASSIGNMENT)).text
    assert "När du registrerar den första insatsen accepterar ni uppdraget." in form
    assert "Uppdraget är accepterat och insatsen registrerad." in shown
    assert "accepterar ni" not in second
    assert "Accepterade uppdraget" in history


async def test_an_amount_is_written_with_a_comma(execution: Running) -> None:
    await execution.deliver(just_sent())
    typed = {"rows.0.service": "morgonhjalp", "rows.0.unit_id": str(unit("blandaren")), "rows.0.period_from": today()}
    async with execution.browser("eva.nyberg") as eva:
        wrong = await eva.post(f"{ASSIGNMENT}/rows", data={**typed, "rows.0.hours": "en halv"})
        assert "Skriv ett tal, till exempel 0,50." in wrong.text
        hours = {"rows.0.hours": "0,50", "rows.0.hours_unit": "hours_per_visit"}
        done = await eva.post(f"{ASSIGNMENT}/rows", data={**typed, **hours})
        assert done.status_code == 303
        page = (await eva.get(done.headers["location"])).text
    assert '<td data-head="Timmar">0,50 Tim/besök</td>' in page
