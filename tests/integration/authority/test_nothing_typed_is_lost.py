import httpx

from tests.support.authority import SERVICES, drafted, sent
from tests.support.stafett import Running

MESSAGE = "Moira är hemma igen efter sjukhuset, och <b>behöver</b> hjälp."


def typed(**changes: str) -> dict[str, str]:
    return {"assignment_name": "PO 5/11", "services.0": SERVICES[0], "goals.0": "Klara morgonen själv", **changes}


async def test_what_was_written_in_a_draft_that_has_been_sent_meanwhile_can_still_be_read(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    id = await sent(karin)
    async with authority.browser("karin.berg") as browser:
        late = await browser.post(f"/authority/assignments/{id}/draft", data=typed(cover_message=MESSAGE))
    assert late.status_code == 409
    assert "Det du skrev är inte sparat" in late.text
    assert "Moira är hemma igen efter sjukhuset, och &lt;b&gt;behöver&lt;/b&gt; hjälp." in late.text


async def test_what_another_site_wrote_is_not_shown(authority: Running, karin: httpx.AsyncClient) -> None:
    id = await drafted(karin)
    async with authority.browser("karin.berg") as browser:
        crossed = await browser.post(
            f"/authority/assignments/{id}/draft",
            data=typed(cover_message=MESSAGE),
            headers={"sec-fetch-site": "cross-site"},
        )
    assert crossed.status_code == 403
    assert "sjukhuset" not in crossed.text


async def test_of_two_who_change_a_draft_the_second_is_told_and_keeps_what_was_typed(
    authority: Running, karin: httpx.AsyncClient
) -> None:
    id = await drafted(karin)
    path = f"/authority/assignments/{id}/draft"
    async with authority.browser("karin.berg") as browser:
        seen = (await browser.get(path)).text.partition('name="seen" value="')[2].partition('"')[0]
        first = await browser.post(path, data=typed(seen=seen, cover_message="Från flik A"))
        assert first.status_code == 303
        second = await browser.post(path, data=typed(seen=seen, cover_message="Från flik B"))
        assert (second.status_code, "Någon har ändrat det här" in second.text) == (409, True)
        assert "Från flik B</textarea>" in second.text
        assert 'Nu står det: <span class="prose">Från flik A</span>' in second.text
        anew = second.text.partition('name="seen" value="')[2].partition('"')[0]
        assert (await browser.post(path, data=typed(seen=anew, cover_message="Från flik B"))).status_code == 303
    assert await authority.sql("SELECT cover_message FROM assignments") == [{"cover_message": "Från flik B"}]
