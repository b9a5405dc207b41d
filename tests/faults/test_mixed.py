"""Many assignments at once, while whatever can fail does: nothing is lost, doubled, out of order or out of nowhere."""

import asyncio
import sys
import time
import traceback
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.faults.kit.chaos import Chaos
from tests.faults.kit.rounds import Round, rounds
from tests.faults.kit.run import Run
from tests.faults.kit.town import Town

WHOLE = (10, 210, 6)
CUT = (2, 60, 5)
"""(rounds, courses in each, faults in each)."""


@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # a round is too long for its own words
@pytest.mark.in_the_cut
def test_whatever_fails_nothing_is_lost_doubled_or_out_of_order(
    a_town: Town, cut: bool, chosen_seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    times, courses, faults = CUT if cut else WHOLE
    servers = a_town.prepared.servers
    nodes = bool(servers.postgres_server and servers.rabbitmq_server)
    say(capsys, f"\nseed {chosen_seed}: ./stafett test faults --seed {chosen_seed} plays the same again")
    a_town.start_the_ended()
    a_town.wait_until_well()
    began = time.monotonic()
    with asyncio.Runner() as runner:
        chaos = Chaos(Run(a_town))
        runner.run(chaos.run.register_persons())
        failed: list[BaseException] = []

        @seed(chosen_seed)
        @settings(
            max_examples=times,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        )
        @given(rounds(courses, faults, nodes=nodes))
        def one(a_round: Round) -> None:
            if failed:
                raise failed[0]  # hypothesis asks for it again, but the town is no longer as it was
            try:
                runner.run(
                    judged(chaos, a_round, lambda said: say(capsys, f"{time.monotonic() - began:4.0f} s  {said}"))
                )
            except BaseException as failure:
                failed.append(failure)
                say(capsys, "".join(traceback.format_exception(failure)))
                raise

        one()
    say(capsys, summary(chaos, time.monotonic() - began))
    assert chaos.run.begun == times * courses
    assert len(chaos.struck) >= times * faults * 2 // 3, chaos.not_struck


async def judged(chaos: Chaos, a_round: Round, tell: Callable[[str], None]) -> None:
    """Play a round and say what came of all so far. AssertionError when something is wrong."""
    await chaos.play(a_round)
    await chaos.run.calm()
    verdict = await chaos.run.verdict()
    tell(f"{chaos.run.begun} courses: {verdict.said()}")
    assert verdict.holds, verdict.said()


def summary(chaos: Chaos, seconds: float) -> str:
    ledger = chaos.run.ledger
    said = ", ".join(f"{count} {outcome}" for outcome, count in ledger.counts().items())
    asked = f"{ledger.requests} requests ({ledger.requests / seconds:.0f}/s)"
    return (
        f"{chaos.run.begun} assignments, {asked}, commands: {said}; "
        f"{len(chaos.struck)} faults struck, {len(chaos.not_struck)} found nothing to strike"
    )


def say(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        sys.stderr.write(f"{line}\n")  # what runs side by side has no other way to the terminal
