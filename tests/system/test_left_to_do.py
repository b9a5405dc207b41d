"""What the demo leaves to do lies where it says, with those who are to do it."""

from cli.left_to_do import DISTRIBUTED, DRAFTED, FOLLOWED_UP, LEFT, WAITING, Case, leave
from cli.play import CARE_WORKER, CASE_WORKER, COORDINATOR, MANAGER
from cli.stage import Play
from tests.support.processes import Processes
from tests.system.conftest import staged


def name(case: Case) -> str:
    return f"{case.family_name}, {case.given_name}"


async def queue(stage: Play, login: str) -> dict[str, str]:
    """Person -> next step, in somebody's Nya uppdrag."""
    found = await stage.ask(login, "GET", "/execution/new-assignments")
    return {line["person"]: line["next_step"] for line in found["waiting"]}


async def test_each_of_those_named_finds_what_the_demo_says(processes: Processes) -> None:
    assert set(LEFT) == {CASE_WORKER, COORDINATOR, CARE_WORKER, MANAGER}
    async with staged(processes, "") as stage:
        await leave(stage)

        async def to_do() -> bool:
            found = await stage.ask(CASE_WORKER, "GET", "/authority/assignments")
            steps = {line["person"]: line["next_step"]["text"] for line in found["assignments"] if line["next_step"]}
            return steps == {name(DRAFTED): "Granska och skicka", name(FOLLOWED_UP): "Läs uppföljningen"}

        async def reported() -> bool:
            inbox = await stage.ask(MANAGER, "GET", "/notify/inbox?kind=deviation")
            return [notice["read_at"] for notice in inbox["notices"]] == [None]

        await stage.until(to_do)
        await stage.until(reported)
        assert (await queue(stage, COORDINATOR))[name(WAITING)] == "distribute"
        assert await queue(stage, CARE_WORKER) == {name(DISTRIBUTED): "acknowledge"}
