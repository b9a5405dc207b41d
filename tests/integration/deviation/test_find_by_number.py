import pytest

from tests.support.reports import STORY, asked, reported
from tests.support.stafett import Running


@pytest.mark.requirement("TRE-DEV-21")
async def test_user_support_finds_one_by_the_number_that_its_reporter_reads_out(deviation: Running) -> None:
    paths = [await reported(deviation), await reported(deviation)]
    numbers = [(await asked(deviation, "jonas.ek", path))["number"] for path in paths]
    assert numbers[1] == numbers[0] + 1
    listed = [report["number"] for report in (await asked(deviation, "jonas.ek", "/deviation/my-reports"))["reports"]]
    assert sorted(listed) == numbers
    async with deviation.browser("nils.holm") as nils:
        found = await nils.get("/deviation/find", params={"number": f" {numbers[0]} "})
        assert f'<a href="{paths[0]}">Avvikelse {numbers[0]}</a>' in found.text
        assert STORY not in found.text
        assert f"<dd>{numbers[0]}</dd>" in (await nils.get(paths[0])).text
        for nothing in ("1", "9" * 30, "<b>", "-1"):
            page = await nils.get("/deviation/find", params={"number": nothing})
            assert (page.status_code, "Ingen avvikelse har numret" in page.text) == (200, True)
        assert "<b>" not in page.text
    async with deviation.client("omar.haddad") as omar:
        assert (await omar.get("/deviation/find", params={"number": str(numbers[0])})).status_code == 403
