"""Many assignments at once, while whatever can fail does: nothing is lost, doubled, out of order or out of nowhere."""

import asyncio
import sys
import time

import pytest

from cli.__main__ import OF_TESTS
from tests.faults.kit.chaos import Chaos
from tests.faults.kit.ledger import Act, Outcome
from tests.faults.kit.rounds import kinds, rounds
from tests.faults.kit.run import Run
from tests.faults.kit.town import Town
from tests.faults.kit.verdict import Verdict

WHOLE = (10, 206, 5)
CUT = (2, 60, 5)
"""(rounds, courses in each, faults in each)."""
SENT_AT_LEAST, STRUCK_AT_LEAST = 2_000, 40
"""Of the whole: a quarter of the actors give up at the first answer that doesn't come."""


@pytest.mark.timeout(900)
@pytest.mark.in_the_cut
async def test_whatever_fails_nothing_is_lost_doubled_or_out_of_order(
    a_town: Town, cut: bool, chosen_seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    times, courses, faults = CUT if cut else WHOLE
    servers = a_town.prepared.servers
    nodes = bool(servers.postgres_server and servers.rabbitmq_server)
    again = f"./stafett test faults --seed {chosen_seed}{' --cut' * cut}"
    say(capsys, f"\nseed {chosen_seed}: {again} plays the same again")
    a_town.start_the_ended()
    await asyncio.to_thread(a_town.wait_until_well)
    began, chaos = time.monotonic(), Chaos(Run(a_town))
    await chaos.run.register_persons()
    for a_round in rounds(chosen_seed, times, courses, faults, nodes=nodes):
        await chaos.play(a_round)
        await chaos.run.calm()
        verdict = await chaos.run.verdict()
        say(capsys, f"{time.monotonic() - began:4.0f} s  {chaos.run.begun} courses: {verdict.said()}")
        assert verdict.holds, verdict.said()
    say(capsys, summary(chaos, verdict, time.monotonic() - began))
    assert all(verdict.asked.values()), verdict.asked
    assert chaos.run.given_up == []
    assert len(chaos.struck) >= (times * faults * 2 // 3 if cut else STRUCK_AT_LEAST), chaos.not_struck
    if not cut:
        assert sent(chaos.run) >= SENT_AT_LEAST
        never = set(kinds(nodes=nodes)) - {fault.kind for fault in chaos.struck}
        assert len(never) <= MISSED_AT_MOST, never


@pytest.mark.in_the_cut
def test_a_seed_chooses_the_same_again_every_kind_of_fault_comes_and_no_round_is_like_another() -> None:
    played = rounds(7, *WHOLE, nodes=True)
    assert played == rounds(7, *WHOLE, nodes=True) != rounds(8, *WHOLE, nodes=True)
    assert {fault.kind for each in played for fault in each.faults} == set(kinds(nodes=True))
    assert all(len(set(each.courses)) > 20 for each in played)
    assert all(len({(fault.kind, fault.at) for fault in each.faults}) == len(each.faults) for each in played)


MISSED_AT_MOST = 4
"""Of the kinds of fault; some of which wait for a frame that doesn't always come in their time."""


def sent(run: Run) -> int:
    """How many assignments have been sent, with an answer that says so."""
    return sum(command.act is Act.SEND and command.outcome is Outcome.ANSWERED for command in run.ledger.commands)


def summary(chaos: Chaos, verdict: Verdict, seconds: float) -> str:
    ledger = chaos.run.ledger
    said = ", ".join(f"{count} {outcome}" for outcome, count in ledger.counts().items())
    asked = f"{ledger.requests} requests ({ledger.requests / seconds:.0f}/s)"
    looked = ", ".join(f"{count} {what}" for what, count in verdict.asked.items())
    return (
        f"{sent(chaos.run)} assignments, {asked}, commands: {said}; {len(chaos.struck)} faults struck, of "
        f"{len({fault.kind for fault in chaos.struck})} kinds, {len(chaos.not_struck)} found nothing to strike; "
        f"looked at: {looked}"
    )


def say(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        sys.stderr.write(f"{line}\n")  # what runs side by side has no other way to the terminal


@pytest.mark.in_the_cut
def test_the_help_says_how_much_is_played() -> None:
    times, courses, faults = WHOLE
    assert f"{times * courses:,} courses, {times * faults} faults" in OF_TESTS
