"""One fault alone: it strikes while something is played, and afterwards nothing is wrong."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

from tests.faults.kit.chaos import restarting
from tests.faults.kit.courses import BLANDAREN, RAKENSTICKAN, Course, Turn
from tests.faults.kit.run import CALM_SECONDS, Run

EVERY_TURN = tuple(Course(turn, BLANDAREN, insists=True) for turn in Turn)
A_FEW = (
    Course(Turn.CLOSED, RAKENSTICKAN, insists=True),
    Course(Turn.ACKNOWLEDGED, BLANDAREN, insists=True),
    Course(Turn.DECLINED, BLANDAREN, insists=True),
    Course(Turn.SENT, BLANDAREN, insists=True),
)


async def withstands(run: Run, fault: Awaitable[None], played: Awaitable[None], within: float = CALM_SECONDS) -> None:
    """The fault and what is played begin together, and all of that comes to its end; NotStruck when the fault found
    nothing to strike."""
    before = len(run.given_up)
    async with restarting(run.town):
        await asyncio.gather(fault, played)
    await holds(run, within)
    assert run.given_up[before:] == []


async def holds(run: Run, within: float = CALM_SECONDS) -> None:
    """All comes to rest, and the verdict is that nothing is wrong but what an earlier test has failed for."""
    calm = await run.calm(within)
    whole = await run.verdict()
    verdict = replace(whole, findings=tuple(finding for finding in whole.findings if finding not in run.reported))
    run.reported.update(verdict.findings)
    assert verdict.holds, verdict.said()
    assert calm, "all that was told has had its effect, and still something moves"
