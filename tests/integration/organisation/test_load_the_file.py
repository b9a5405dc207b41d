import asyncio
from pathlib import Path

import pytest

from chassis.settings import Settings
from cli.organisation import load, load_and_tell
from contracts.event import Event
from contracts.organisation import ManagersChanged, MemberChanged, MemberDetails, UnitChanged, UnitDetails
from tests.support import municipality
from tests.support.municipality import FILE, unit
from tests.support.stafett import Ground, Running, body, eventually

ROWS = "SELECT (SELECT count(*) FROM units) + (SELECT count(*) FROM members) + (SELECT count(*) FROM managers) AS rows"


def settings(running: Running) -> Settings:
    chosen: Settings = running.app.state.service.settings
    return chosen


def opened(running: Running, event: Event) -> object:
    """An event with its sealed part as the service itself reads it."""
    ring = running.app.state.database.keys
    if isinstance(event, UnitChanged):
        return event.unit_id, event.model_dump(exclude={"details"}), ring.open(event.details, UnitDetails)
    if isinstance(event, MemberChanged):
        return event.member_id, event.model_dump(exclude={"details"}), ring.open(event.details, MemberDetails)
    assert isinstance(event, ManagersChanged)
    return event.unit_id, event.model_dump()


def changed_file(folder: Path, old: str, new: str) -> Path:
    text = FILE.read_text("utf-8")
    assert old in text
    file = folder / "organisation.yaml"
    file.write_text(text.replace(old, new), "utf-8")
    return file


@pytest.mark.requirement("F-03")
async def test_on_an_empty_database_the_file_gives_the_tree_before_any_member_exists(clean: Ground) -> None:
    async with clean.service("organisation", replica=False) as running, running.client("asa.vinge") as asa:
        assert body(await asa.get("/organisation/units"), 403)["type"] == "unknown-member"
        changed = await load(FILE, settings(running), dry_run=False)
        assert "+ unit blandaren: BLANDAREN htj (Leanlink), provider below ao" in changed
        await eventually(lambda: _answers(running))
        units = body(await asa.get("/organisation/units?ended=true"))["units"]
    assert {line["id"] for line in units} == {
        str(e.unit_id) for e in municipality.events() if isinstance(e, UnitChanged)
    }
    ute = next(line for line in units if line["code"] == "blandaren-ute")
    assert ute["path"] == [str(unit(code)) for code in ("kommunen", "ao", "blandaren", "blandaren-ute")]
    assert ute["manager"]["name"] == "Omar Haddad"


async def _answers(running: Running) -> bool:
    """The service has heard its own events: Åsa is known, with her role at the root of the tree."""
    async with running.client("asa.vinge") as asa:
        return (await asa.get("/organisation/units")).status_code == 200


async def test_every_unit_member_and_manager_is_told_as_the_other_services_know_them(clean: Ground) -> None:
    async with clean.service("organisation", replica=False) as running:
        await load(FILE, settings(running), dry_run=False)
        told = [opened(running, event) for event in await running.told()]
        wanted = [opened(running, event) for event in municipality.events()]
    assert sorted(map(repr, told)) == sorted(map(repr, wanted))


async def test_loading_twice_changes_nothing_and_tells_nobody(organisation: Running) -> None:
    told = len(await organisation.told())
    assert await load(FILE, settings(organisation), dry_run=False) == []
    assert len(await organisation.told()) == told


async def test_a_change_in_the_file_shows(organisation: Running, tmp_path: Path) -> None:
    file = changed_file(tmp_path, "name: Aspen htj TB,", "name: Aspen trygghetsboende,")
    assert await load(file, settings(organisation), dry_run=False) == [
        "~ unit aspen-tb: name 'Aspen htj TB' -> 'Aspen trygghetsboende'"
    ]
    async with organisation.client("jonas.ek") as jonas:
        units = body(await jonas.get("/organisation/units"))["units"]
    assert "Aspen trygghetsboende" in [line["name"] for line in units]
    assert "Aspen htj TB" not in [line["name"] for line in units]


async def test_what_the_file_leaves_out_is_ended_and_never_deleted(organisation: Running, tmp_path: Path) -> None:
    before = await organisation.sql(ROWS)
    lines = [
        line
        for line in FILE.read_text("utf-8").splitlines()
        if "rakenstickan-inne" not in line and "moa.kvist" not in line
    ]
    file = tmp_path / "organisation.yaml"
    file.write_text("\n".join(lines), "utf-8")
    changed = await load(file, settings(organisation), dry_run=False)
    assert [line.split(":")[0] for line in changed] == [
        "- unit rakenstickan-inne",
        "- member moa.kvist",
        "~ managers of rakenstickan-inne",
    ]
    assert await load(file, settings(organisation), dry_run=False) == []
    assert await organisation.sql(ROWS) == before


async def test_a_dry_run_says_what_would_change_and_changes_nothing(clean: Ground) -> None:
    async with clean.service("organisation") as running:
        would = await load(FILE, settings(running), dry_run=True)
        assert await running.sql(ROWS) == [{"rows": 0}]
        assert await running.told() == []
        assert await load(FILE, settings(running), dry_run=False) == would


async def test_the_command_says_what_it_changed_and_the_second_time_that_nothing_changed(
    clean: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    async with clean.service("organisation") as running:
        for said in ("would be made; nothing is changed (dry run)", "changes made", "nothing changed"):
            code = await asyncio.to_thread(load_and_tell, FILE, settings(running), "dry run" in said)
            assert code == 0
            assert said in capsys.readouterr().out


async def test_a_file_with_mistakes_changes_nothing_and_the_command_says_which(
    organisation: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = len(await organisation.told())
    file = changed_file(tmp_path, "coordinator@blandaren]", "coordinator@blandarn]")
    assert await asyncio.to_thread(load_and_tell, file, settings(organisation), False) == 1
    assert "member eva.nyberg: roles: unknown unit 'blandarn'" in capsys.readouterr().err
    assert len(await organisation.told()) == told
    assert await asyncio.to_thread(load_and_tell, tmp_path / "none.yaml", settings(organisation), False) == 1
