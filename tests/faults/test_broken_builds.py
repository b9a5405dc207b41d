"""The verdict is worth something: every build that is broken on purpose is caught, and the healthy one is not."""

import asyncio

import pytest

from tests.faults.kit.broken import ACK_FIRST, BUILDS, NO_INBOX
from tests.faults.kit.run import Run
from tests.faults.kit.steered import STEERED, Steer, steered
from tests.faults.kit.town import Town
from tests.faults.kit.verdict import Verdict

IN_THE_CUT = (NO_INBOX, ACK_FIRST)
TRIED = [pytest.param(build, marks=[pytest.mark.in_the_cut] * (build in IN_THE_CUT)) for build in BUILDS]


def test_every_broken_build_is_tried() -> None:
    assert STEERED.keys() == BUILDS.keys()


@pytest.mark.parametrize("build", TRIED)
async def test_a_build_with_a_defect_is_caught(build: str, fresh_town: Town) -> None:
    fresh_town.broken = build
    verdict = await judged(fresh_town, STEERED[build].steer)
    assert verdict.counts[STEERED[build].word] >= 1, verdict.said()


@pytest.mark.in_the_cut
async def test_the_healthy_build_withstands_all_that_catches_the_others(fresh_town: Town, cut: bool) -> None:
    verdict = await judged(fresh_town, *(STEERED[build].steer for build in (IN_THE_CUT if cut else BUILDS)))
    assert verdict.holds, verdict.said()
    assert verdict.checked > 100


async def judged(town: Town, *steers: Steer) -> Verdict:
    town.start_the_ended()
    await asyncio.to_thread(town.wait_until_well)
    run = Run(town)
    await steered(run, *steers)
    return await run.verdict()
